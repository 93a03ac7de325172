package io.weir.settings;

import com.typesafe.config.Config;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long rollups stay. Keys and defaults are under {@code weir.rollups}.
 *
 * @param interval between two rounds that remove what is past its retention
 * @param minuteRetention how long buckets of a minute stay; null for ever
 */
public record RollupSettings(
        Duration interval,
        @Nullable Duration minuteRetention,
        @Nullable Duration hourRetention,
        @Nullable Duration dayRetention) {
    public RollupSettings {
        Checks.positive("rollups.interval", interval);
        // a bucket is never removed while it still grows
        checkAtLeast("rollups.minute-retention", minuteRetention, Duration.ofMinutes(1));
        checkAtLeast("rollups.hour-retention", hourRetention, Duration.ofHours(1));
        checkAtLeast("rollups.day-retention", dayRetention, Duration.ofDays(1));
    }

    private static void checkAtLeast(String key, @Nullable Duration retention, Duration step) {
        if (retention != null && retention.compareTo(step) < 0) {
            throw new SettingsException(key, "is " + retention + ", must be at least " + step + ", one bucket; or off");
        }
    }

    public static RollupSettings from(Config weir) {
        return new RollupSettings(
                weir.getDuration("rollups.interval"),
                Hocon.durationOrOff(weir, "rollups.minute-retention"),
                Hocon.durationOrOff(weir, "rollups.hour-retention"),
                Hocon.durationOrOff(weir, "rollups.day-retention"));
    }
}
