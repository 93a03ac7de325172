package io.weir.cluster;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.weir.settings.ClusterSettings;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.apache.pekko.cluster.typed.JoinSeedNodes;

/** This process as a node of a cluster, which may be a cluster of one. */
public final class ClusterNode {
    /** The actor systems of a cluster have one name. */
    public static final String SYSTEM = "weir";

    /** Beyond the drain, which is bounded by itself. */
    private static final Duration HAND_OFF_MARGIN = Duration.ofSeconds(10);

    private ClusterNode() {}

    /**
     * The configuration of an actor system that can be a node.
     *
     * @throws io.weir.settings.SettingsException when what the settings name is not there, or is not what it should be
     */
    public static Config configure(Config config, ClusterSettings settings, Duration drainTimeout) {
        List<String> roles = settings.roles().stream()
                .map(ClusterSettings.Role::label)
                .sorted()
                .toList();
        Map<String, Object> node = new HashMap<>(Map.of(
                "pekko.actor.provider",
                "cluster",
                "pekko.remote.artery.canonical.hostname",
                settings.host(),
                "pekko.remote.artery.canonical.port",
                settings.port(),
                "pekko.cluster.roles",
                roles,
                "pekko.cluster.sharding.handoff-timeout",
                drainTimeout.plus(HAND_OFF_MARGIN)));
        if (settings.tls().isOn()) {
            node.putAll(ClusterTls.configure(settings.tls()));
        }
        if (settings.discovery().isOn()) {
            node.putAll(ClusterDiscovery.configure(settings, config));
        }
        return ConfigFactory.parseMap(node, "weir.cluster").withFallback(config);
    }

    /**
     * Joins by discovery or by the seed nodes, for as long as it takes; without either it is a cluster of one at once.
     *
     * @throws io.weir.settings.SettingsException when the management port is somebody else's
     */
    public static void join(ActorSystem<?> system, ClusterSettings settings) {
        if (settings.discovery().isOn()) {
            ClusterDiscovery.start(system, settings);
            return;
        }
        Cluster cluster = Cluster.get(system);
        if (settings.seedNodes().isEmpty()) {
            cluster.manager().tell(Join.create(cluster.selfMember().address()));
            return;
        }
        List<Address> seeds = settings.seedNodes().stream()
                .map(seed ->
                        new Address(cluster.selfMember().address().protocol(), system.name(), seed.host(), seed.port()))
                .toList();
        cluster.manager()
                .tell(new JoinSeedNodes(
                        scala.jdk.javaapi.CollectionConverters.asScala(seeds).toSeq()));
    }

    /** Where other nodes reach it, as {@code host:port}. */
    public static String address(ActorSystem<?> system) {
        return Cluster.get(system).selfMember().address().hostPort().replaceFirst("^.*@", "");
    }

    /** Whether it stops because the others took it for dead, or it was cut off from them. */
    public static boolean wasDowned(ActorSystem<?> system) {
        return stoppedFor(system, CoordinatedShutdown.clusterDowningReason());
    }

    /** Whether it stops because of its cluster, and might do better when it is started anew. */
    public static boolean isToBeStartedAnew(ActorSystem<?> system) {
        return wasDowned(system) || stoppedFor(system, CoordinatedShutdown.clusterJoinUnsuccessfulReason());
    }

    private static boolean stoppedFor(ActorSystem<?> system, CoordinatedShutdown.Reason cause) {
        return CoordinatedShutdown.get(system)
                .getShutdownReason()
                .filter(reason -> reason.equals(cause))
                .isPresent();
    }
}
