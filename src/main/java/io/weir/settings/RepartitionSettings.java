package io.weir.settings;

import com.typesafe.config.Config;
import java.time.Duration;

/** How a stream changes the number of its partitions. Keys and defaults are under {@code weir.repartition}. */
public record RepartitionSettings(Duration interval, Duration lateInterval) {
    public RepartitionSettings {
        Checks.positive("repartition.interval", interval);
        Checks.positive("repartition.late-interval", lateInterval);
    }

    public static RepartitionSettings from(Config weir) {
        SettingsSection section = SettingsSection.of("repartition", weir.getValue("repartition"));
        section.only("interval", "late-interval");
        return new RepartitionSettings(section.duration("interval"), section.duration("late-interval"));
    }
}
