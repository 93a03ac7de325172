package io.weir.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;

/** The settings that ship, with a few others in a section. */
final class Overrides {
    private Overrides() {}

    /**
     * All below {@code weir}.
     *
     * @param section as {@code tail}
     * @param overrides as {@code interval = 0s}
     */
    static Config of(String section, String overrides) {
        return ConfigFactory.parseString(overrides)
                .atPath("weir." + section)
                .withFallback(Configuration.load(Path.of("no-such-file")))
                .resolve()
                .getConfig("weir");
    }
}
