package io.weir.settings;

import com.typesafe.config.ConfigValue;
import java.util.Arrays;
import java.util.Locale;

/**
 * How a node finds others whose addresses it was not told. Keys and defaults are under {@code weir.cluster.discovery}.
 *
 * @param serviceName the name in DNS, or that of the pods' label
 * @param portName the management port's in SRV records or pods; empty when the port is the same everywhere
 * @param requiredContactPoints nodes that must have answered before a cluster is begun
 */
public record DiscoverySettings(Method method, String serviceName, String portName, int requiredContactPoints) {
    /** Who is asked. */
    public enum Method {
        /** Nobody. */
        NONE,
        /** A name server. */
        DNS,
        /** The API of the Kubernetes that the node runs in. */
        KUBERNETES_API;

        /** The name in the settings. */
        String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    private static final String SECTION = "cluster.discovery";
    private static final String NAME = "[-_.a-zA-Z0-9]{1,253}";

    public DiscoverySettings {
        if (method == Method.NONE) {
            if (!serviceName.isEmpty()) {
                throw new SettingsException(
                        SECTION + ".method",
                        "is none, and service-name is \"" + serviceName + "\"; write dns or kubernetes-api");
            }
        } else if (!serviceName.matches(NAME)) {
            throw new SettingsException(
                    SECTION + ".service-name",
                    "is \"" + serviceName + "\"; write "
                            + (method == Method.DNS
                                    ? "the name that is looked up"
                                    : "what the pods' label app.kubernetes.io/name says"));
        }
        if (!portName.isEmpty() && !portName.matches("[-a-zA-Z0-9]{1,63}")) {
            throw new SettingsException(
                    SECTION + ".port-name", "is \"" + portName + "\"; write the name alone, as management");
        }
        Checks.atLeast(SECTION + ".required-contact-points", requiredContactPoints, 1);
    }

    static DiscoverySettings from(ConfigValue value) {
        SettingsSection section = SettingsSection.of(SECTION, value);
        section.only("method", "service-name", "port-name", "required-contact-points");
        String method = section.text("method").strip();
        return new DiscoverySettings(
                Arrays.stream(Method.values())
                        .filter(known -> known.label().equals(method))
                        .findFirst()
                        .orElseThrow(() -> new SettingsException(
                                SECTION + ".method", "is \"" + method + "\"; write none, dns or kubernetes-api")),
                section.text("service-name").strip(),
                section.text("port-name").strip(),
                (int) section.wholeNumber("required-contact-points", 1, 1000));
    }

    public boolean isOn() {
        return method != Method.NONE;
    }

    /** Whether DNS is asked for services, which have names and ports, and not for addresses. */
    public boolean findsServices() {
        return method == Method.DNS && !portName.isEmpty();
    }
}
