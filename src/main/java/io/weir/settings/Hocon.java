package io.weir.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigOriginFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigValueType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Texts that people write. What is wrong with one is a {@link ConfigException}, as the library says, and does not always hold. */
public final class Hocon {
    private Hocon() {}

    /** Parses a text; the options say what it is called. */
    public static Config parse(String text, ConfigParseOptions options) {
        return parsed(options.getOriginDescription(), () -> ConfigFactory.parseString(text, options));
    }

    /** Parses a file; one that is not there is empty. */
    public static Config parse(Path file) {
        return parsed(
                file.toString(),
                () -> ConfigFactory.parseFile(
                        file.toFile(), ConfigParseOptions.defaults().setAllowMissing(true)));
    }

    /** A time under {@code weir}, or null where {@code off} stands in its place. */
    static @Nullable Duration durationOrOff(Config weir, String key) {
        try {
            return isOff(weir, key) ? null : weir.getDuration(key);
        } catch (ConfigException wrong) {
            throw new SettingsException(key, wrong.getMessage() + "; or off");
        }
    }

    /** Whether {@code off} stands there, in quotes or not. */
    static boolean isOff(Config config, String path) {
        return config.getValue(path).valueType() == ConfigValueType.BOOLEAN
                ? !config.getBoolean(path)
                : config.getString(path).equals("off");
    }

    private static Config parsed(String name, Supplier<Config> parser) {
        try {
            return parser.get();
        } catch (IllegalArgumentException notACharacter) {
            // of \\u-0a1, which it takes for a number
            ConfigOrigin origin = ConfigOriginFactory.newSimple(name);
            throw new ConfigException.Parse(origin, "an escape (\\u…) is no character", notACharacter);
        }
    }
}
