package io.weir.settings;

import com.typesafe.config.ConfigValue;

/**
 * Where nodes ask each other which cluster there is. Keys and defaults are under {@code weir.cluster.management}.
 *
 * @param host empty for the cluster's
 */
public record ManagementSettings(String host, int port) {
    public ManagementSettings {
        Checks.port("cluster.management.port", port);
    }

    static ManagementSettings from(ConfigValue value) {
        SettingsSection section = SettingsSection.of("cluster.management", value);
        section.only("host", "port");
        return new ManagementSettings(section.text("host").strip(), (int) section.wholeNumber("port", 0, 65_535));
    }
}
