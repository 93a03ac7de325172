package io.weir.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import java.nio.file.Path;

/** Puts the configuration together: an operator's file over the defaults over what the libraries ship. */
public final class Configuration {
    private Configuration() {}

    /**
     * Loads the configuration. System properties win over {@code file}, which may be missing, and that over
     * {@code defaults.conf}, which also names the environment variables.
     */
    public static Config load(Path file) {
        try {
            return ConfigFactory.defaultOverrides()
                    .withFallback(ConfigFactory.parseFile(
                            file.toFile(), ConfigParseOptions.defaults().setAllowMissing(true)))
                    .withFallback(ConfigFactory.parseResources(
                            Configuration.class.getClassLoader(),
                            "defaults.conf",
                            ConfigParseOptions.defaults().setAllowMissing(false)))
                    .withFallback(ConfigFactory.defaultReferenceUnresolved())
                    .resolve();
        } catch (ConfigException problem) {
            throw new SettingsException("*", problem.toString());
        }
    }
}
