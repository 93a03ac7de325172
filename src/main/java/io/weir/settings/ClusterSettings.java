package io.weir.settings;

import com.typesafe.config.Config;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * How this node is part of a cluster. Keys and defaults are under {@code weir.cluster}.
 *
 * @param host the address at which other nodes reach this one
 * @param port 0 for any free one
 * @param bindHost the address at which this node listens: {@code host}, unless something between the nodes translates
 * @param bindPort the port at which it listens
 * @param seedNodes nodes to join by; none for a cluster of one
 * @param depthInterval how often other nodes are asked for the depth of the partitions that they run
 */
public record ClusterSettings(
        String host,
        int port,
        String bindHost,
        int bindPort,
        List<SeedNode> seedNodes,
        Set<Role> roles,
        Duration depthInterval,
        DiscoverySettings discovery,
        ManagementSettings management,
        ClusterTlsSettings tls) {
    /** A node that is known beforehand. */
    public record SeedNode(String host, int port) {}

    /** What a node does. */
    public enum Role {
        /** Takes events and answers questions over HTTP. */
        INGEST,
        /** Runs partitions. */
        WORKER;

        /** The name in the settings and in the cluster. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final Set<String> WILDCARDS = Set.of("", "0.0.0.0", "::", "[::]");
    /** What every machine calls itself; other addresses of the loopback network are somebody's choice. */
    private static final Set<String> OWN_MACHINE = Set.of("127.0.0.1", "localhost", "::1", "[::1]");

    public ClusterSettings {
        seedNodes = List.copyOf(seedNodes);
        roles = Set.copyOf(roles);
        if (WILDCARDS.contains(host)) {
            throw new SettingsException(
                    "cluster.host", "is \"" + host + "\"; write the address at which other nodes reach this one");
        }
        Checks.port("cluster.port", port);
        Checks.port("cluster.bind-port", bindPort);
        if (port == 0 && bindPort != 0) {
            throw new SettingsException(
                    "cluster.bind-port",
                    "is " + bindPort + ", and nobody knows which port leads there; write it as weir.cluster.port");
        }
        if (isLoopback(host)) {
            seedNodes.stream()
                    .filter(seed -> !isLoopback(seed.host()))
                    .findFirst()
                    .ifPresent(seed -> {
                        throw new SettingsException(
                                "cluster.host",
                                "is " + host + ", where " + seed.host() + ":" + seed.port()
                                        + " (weir.cluster.seed-nodes) can't reach this node; write an address that it"
                                        + " can");
                    });
        }
        if (roles.isEmpty()) {
            throw new SettingsException("cluster.roles", "is empty; write ingest, worker, or both");
        }
        Checks.positive("cluster.depth-interval", depthInterval);
        if (discovery.isOn()) {
            checkDiscovery(host, port, seedNodes, discovery, management);
        }
    }

    private static void checkDiscovery(
            String host,
            int port,
            List<SeedNode> seedNodes,
            DiscoverySettings discovery,
            ManagementSettings management) {
        String method = discovery.method().label();
        if (!seedNodes.isEmpty()) {
            throw new SettingsException(
                    "cluster.discovery.method",
                    "is " + method + ", and weir.cluster.seed-nodes names nodes as well; set one of the two");
        }
        if (OWN_MACHINE.contains(host)) {
            throw new SettingsException(
                    "cluster.host",
                    "is " + host + ", where nodes that are found by " + method
                            + " (weir.cluster.discovery.method) can't reach this one; write an address that they can");
        }
        String managementHost = management.host();
        if (!managementHost.isEmpty() && (WILDCARDS.contains(managementHost) || OWN_MACHINE.contains(managementHost))) {
            throw new SettingsException(
                    "cluster.management.host",
                    "is \"" + managementHost + "\"; write the address at which " + method
                            + " finds this node, or nothing for that of weir.cluster.host");
        }
        if (management.port() == 0) {
            throw new SettingsException(
                    "cluster.management.port", "is 0, any free one, which the other nodes would not know; write one");
        }
        if (management.port() == port && (managementHost.isEmpty() || managementHost.equals(host))) {
            throw new SettingsException(
                    "cluster.management.port", "is " + port + ", and so is weir.cluster.port; write another");
        }
    }

    public static ClusterSettings from(Config weir) {
        SettingsSection section = SettingsSection.of("cluster", weir.getValue("cluster"));
        section.only(
                "host",
                "port",
                "bind-host",
                "bind-port",
                "seed-nodes",
                "roles",
                "depth-interval",
                "discovery",
                "management",
                "tls");
        Config cluster = weir.getConfig("cluster");
        String host = section.text("host").strip();
        int port = (int) section.wholeNumber("port", 0, 65_535);
        List<SeedNode> seeds = new ArrayList<>();
        for (String seed : parts(section, "seed-nodes")) {
            seeds.add(seed(seed));
        }
        Set<Role> roles = EnumSet.noneOf(Role.class);
        for (String role : parts(section, "roles")) {
            roles.add(Arrays.stream(Role.values())
                    .filter(known -> known.label().equals(role))
                    .findFirst()
                    .orElseThrow(() -> new SettingsException(
                            "cluster.roles", "holds \"" + role + "\"; there are ingest and worker")));
        }
        return new ClusterSettings(
                host,
                port,
                section.isBlank("bind-host") ? host : section.text("bind-host").strip(),
                section.isBlank("bind-port") ? port : (int) section.wholeNumber("bind-port", 1, 65_535),
                seeds,
                roles,
                section.duration("depth-interval"),
                DiscoverySettings.from(cluster.getValue("discovery")),
                ManagementSettings.from(cluster.getValue("management")),
                ClusterTlsSettings.from(cluster.getValue("tls")));
    }

    public boolean takesEvents() {
        return roles.contains(Role.INGEST);
    }

    /** A list, or what stands between commas. */
    private static List<String> parts(SettingsSection section, String key) {
        return section.texts(key).stream()
                .flatMap(text -> Arrays.stream(text.split(",", -1)))
                .map(String::strip)
                .filter(part -> !part.isEmpty())
                .toList();
    }

    private static SeedNode seed(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        String port = text.substring(colon + 1);
        boolean isHost = host.matches("[-.\\w]+|\\[[:.0-9a-fA-F]+]");
        if (!isHost || !port.matches("[0-9]{1,5}") || Integer.parseInt(port) < 1 || Integer.parseInt(port) > 65_535) {
            throw new SettingsException(
                    "cluster.seed-nodes", "holds \"" + text + "\"; write host:port, with a port from 1 to 65535");
        }
        return new SeedNode(host, Integer.parseInt(port));
    }

    private static boolean isLoopback(String host) {
        return host.startsWith("127.") || host.equals("localhost") || host.equals("::1") || host.equals("[::1]");
    }
}
