package io.weir.settings;

import com.typesafe.config.Config;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How the system's scheduler is asked to treat threads that somebody waits for. Keys and defaults are under {@code
 * weir.scheduling}.
 *
 * @param slice the time slice that they ask for; null leaves them as they are
 * @param interval how often threads that are new are looked for
 */
public record SchedulingSettings(@Nullable Duration slice, Duration interval) {
    private static final Duration SHORTEST = Duration.ofNanos(100_000);
    private static final Duration LONGEST = Duration.ofMillis(100);

    public SchedulingSettings {
        if (slice != null && (slice.compareTo(SHORTEST) < 0 || slice.compareTo(LONGEST) > 0)) {
            throw new SettingsException(
                    "scheduling.slice", "is " + slice + ", must be from 100us to 100ms, as Linux takes them; or off");
        }
        Checks.positive("scheduling.interval", interval);
    }

    public static SchedulingSettings from(Config weir) {
        return new SchedulingSettings(
                Hocon.durationOrOff(weir, "scheduling.slice"), weir.getDuration("scheduling.interval"));
    }
}
