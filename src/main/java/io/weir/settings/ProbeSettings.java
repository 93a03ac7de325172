package io.weir.settings;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * What balancers and supervisors of processes are told. Keys and defaults are under {@code weir.http}.
 *
 * @param drainDelay how long a stop goes on taking requests after it has told that it stops
 * @param fullAt share of a room from which on the node is full
 * @param roomAt share of it from which down it is not full any more
 * @param aliveTimeout how long the actors may take to answer
 */
public record ProbeSettings(Duration drainDelay, double fullAt, double roomAt, Duration aliveTimeout) {
    private static final Duration LONGEST_DRAIN_DELAY = Duration.ofMinutes(10);

    public ProbeSettings {
        Checks.notNegative("http.drain-delay", drainDelay);
        if (drainDelay.compareTo(LONGEST_DRAIN_DELAY) > 0) {
            throw new SettingsException(
                    "http.drain-delay", "is " + drainDelay + ", must not be longer than " + LONGEST_DRAIN_DELAY);
        }
        if (!(fullAt > 0 && fullAt <= 1)) {
            throw new SettingsException("http.full-at", "is " + fullAt + ", must be above 0% and at most 100%");
        }
        if (!(roomAt >= 0 && roomAt <= fullAt)) {
            throw new SettingsException("http.room-at", "is " + roomAt + ", must be from 0% to weir.http.full-at");
        }
        Checks.positive("http.alive-timeout", aliveTimeout);
    }

    public static ProbeSettings from(Config weir) {
        Config http = weir.getConfig("http");
        return new ProbeSettings(
                http.getDuration("drain-delay"),
                AlertThresholds.percent(http, "full-at") / 100,
                AlertThresholds.percent(http, "room-at") / 100,
                http.getDuration("alive-timeout"));
    }
}
