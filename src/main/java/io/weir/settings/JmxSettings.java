package io.weir.settings;

import com.typesafe.config.Config;
import java.time.Duration;

/** What JMX shows. Keys and defaults are under {@code weir.jmx}. */
public record JmxSettings(boolean enabled, Duration operationTimeout) {
    public JmxSettings {
        Checks.positive("jmx.operation-timeout", operationTimeout);
    }

    public static JmxSettings from(Config weir) {
        Config jmx = weir.getConfig("jmx");
        return new JmxSettings(jmx.getBoolean("enabled"), jmx.getDuration("operation-timeout"));
    }
}
