package io.weir.cluster;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.weir.settings.ClusterSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.ClusterEvent;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;

/** This process as a node of a cluster, which may be a cluster of one. */
public final class ClusterNode {
    /** The actor systems of a cluster have one name. */
    public static final String SYSTEM = "weir";

    /** Beyond what a partition may take to let go, which is bounded by itself. */
    private static final Duration HAND_OFF_MARGIN = Duration.ofSeconds(1);

    private ClusterNode() {}

    /**
     * The configuration of an actor system that can be a node.
     *
     * @param moveTimeout how long a partition may take to let go. A node that dies while partitions move away from it is
     *     waited for as long: Pekko asks it to hand off even when it knows that it is gone
     * @throws io.weir.settings.SettingsException when what the settings name is not there, or is not what it should be
     */
    public static Config configure(Config config, ClusterSettings settings, Duration moveTimeout) {
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
                "pekko.remote.artery.bind.hostname",
                settings.bindHost(),
                "pekko.remote.artery.bind.port",
                settings.bindPort(),
                "pekko.cluster.roles",
                roles,
                "pekko.cluster.sharding.handoff-timeout",
                moveTimeout.plus(HAND_OFF_MARGIN)));
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
     * @param othersRun whether partitions are being run by now, which nobody does here yet
     * @throws io.weir.settings.SettingsException when the management port is somebody else's
     */
    public static void join(
            ActorSystem<?> system, ClusterSettings settings, Supplier<CompletionStage<Boolean>> othersRun) {
        if (settings.discovery().isOn()) {
            ClusterDiscovery.start(system, settings);
            return;
        }
        Cluster cluster = Cluster.get(system);
        if (settings.seedNodes().isEmpty()) {
            cluster.manager().tell(Join.create(cluster.selfMember().address()));
            return;
        }
        new SeedJoin(system, settings.seedNodes(), othersRun).begin();
    }

    /** Where other nodes reach it, as {@code host:port}. */
    public static String address(ActorSystem<?> system) {
        return Cluster.get(system).selfMember().address().hostPort().replaceFirst("^.*@", "");
    }

    /** How many nodes of its cluster are up and can be reached from here. */
    public static int nodes(ActorSystem<?> system) {
        ClusterEvent.CurrentClusterState state = Cluster.get(system).state();
        int nodes = 0;
        for (Member member : state.getMembers()) {
            boolean isUp = member.status().equals(MemberStatus.up());
            nodes += isUp && !state.getUnreachable().contains(member) ? 1 : 0;
        }
        return nodes;
    }

    /** A node of the cluster, as this one sees it. */
    public record Node(String address, String status, boolean reachable) {}

    /** All nodes that this one knows, itself among them. */
    public static List<Node> members(ActorSystem<?> system) {
        ClusterEvent.CurrentClusterState state = Cluster.get(system).state();
        List<Node> nodes = new ArrayList<>();
        for (Member member : state.getMembers()) {
            nodes.add(new Node(
                    member.address().hostPort().replaceFirst("^.*@", ""),
                    member.status().toString(),
                    !state.getUnreachable().contains(member)));
        }
        return nodes;
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
