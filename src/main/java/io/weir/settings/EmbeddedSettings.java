package io.weir.settings;

import com.typesafe.config.Config;
import java.nio.file.Path;
import java.time.Duration;

/** The servers that {@code weir up} brings. Keys and defaults are under {@code weir.embedded}. */
public record EmbeddedSettings(Path dataDirectory, int redisPort, int postgresPort, Duration startTimeout) {
    public EmbeddedSettings {
        Checks.port("embedded.redis-port", redisPort);
        Checks.port("embedded.postgres-port", postgresPort);
        Checks.positive("embedded.start-timeout", startTimeout);
    }

    public static EmbeddedSettings from(Config weir) {
        Config embedded = weir.getConfig("embedded");
        return new EmbeddedSettings(
                Path.of(embedded.getString("data-directory")).toAbsolutePath().normalize(),
                embedded.getInt("redis-port"),
                embedded.getInt("postgres-port"),
                embedded.getDuration("start-timeout"));
    }
}
