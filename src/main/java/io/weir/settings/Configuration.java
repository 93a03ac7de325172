package io.weir.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigValueFactory;
import java.nio.file.Path;
import java.util.Map;

/** Puts the configuration together: an operator's file over the defaults over what the libraries ship. */
public final class Configuration {
    private static final String REDIS_URL = "weir.log.redis-url";

    private Configuration() {}

    /**
     * Loads the configuration. System properties win over the environment variables that {@code environment.conf} names,
     * these over {@code file}, which may be missing, and that over {@code defaults.conf}.
     */
    public static Config load(Path file) {
        return load(file, System.getenv());
    }

    /** The same with {@code environment} in the place of the process's own variables. */
    static Config load(Path file, Map<String, String> environment) {
        try {
            Config config = ConfigFactory.defaultOverrides()
                    .withFallback(resource("environment.conf"))
                    .withFallback(Hocon.parse(file))
                    .withFallback(resource("defaults.conf"))
                    .withFallback(ConfigFactory.defaultReferenceUnresolved());
            config = Environment.resolve(config, environment);
            String redisUrl = RedisUrl.resolve(environment, config.getString(REDIS_URL));
            return config.withValue(REDIS_URL, ConfigValueFactory.fromAnyRef(redisUrl));
        } catch (ConfigException problem) {
            throw new SettingsException("*", problem.toString());
        }
    }

    private static Config resource(String name) {
        return ConfigFactory.parseResources(
                Configuration.class.getClassLoader(),
                name,
                ConfigParseOptions.defaults().setAllowMissing(false));
    }
}
