package io.weir.settings;

import com.typesafe.config.Config;
import java.time.Duration;

/** How a stream changes the number of its partitions. Keys and defaults are under {@code weir.repartition}. */
public record RepartitionSettings(Duration interval, Duration logInterval) {
    public RepartitionSettings {
        Checks.positive("repartition.interval", interval);
        Checks.positive("repartition.log-interval", logInterval);
    }

    public static RepartitionSettings from(Config weir) {
        SettingsSection section = SettingsSection.of("repartition", weir.getValue("repartition"));
        section.only("interval", "log-interval");
        return new RepartitionSettings(section.duration("interval"), section.duration("log-interval"));
    }
}
