package io.weir;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.weir.cluster.ClusterNode;
import io.weir.definition.StreamDefinition;
import io.weir.pipeline.RunningPartitions;
import io.weir.redis.SharedRedis;
import io.weir.redis.SharedSign;
import io.weir.settings.ClusterSettings;
import java.time.Duration;
import java.util.List;
import org.apache.pekko.actor.typed.ActorSystem;

/** Has this process join its cluster, and says in Redis that partitions are run, for nodes that can't see it otherwise. */
final class Membership {
    private static final Duration SIGN_INTERVAL = Duration.ofMillis(250);
    /** A node that was killed has others wait for so long at most. */
    private static final Duration SIGN_LIFETIME = Duration.ofSeconds(4);

    private final ActorSystem<?> system;
    private final ClusterSettings settings;
    private final RunningPartitions running;

    Membership(ActorSystem<?> system, ClusterSettings settings, RunningPartitions running, MeterRegistry meters) {
        this.system = system;
        this.settings = settings;
        this.running = running;
        Gauge.builder(
                        "weir.cluster.partitions",
                        running,
                        partitionsHere -> partitionsHere.names().size())
                .description("Partitions that run in this process")
                .register(meters);
        Gauge.builder("weir.cluster.nodes", system, ClusterNode::nodes)
                .description("Nodes of the cluster that are up and that this one reaches, itself among them")
                .register(meters);
    }

    /** Begins, and goes on until the system ends. */
    void begin(SharedRedis redis, List<StreamDefinition> definitions) {
        // as all nodes have the same definitions, it is the same key for them, and another for other installations
        String key = (definitions.isEmpty() ? "weir" : definitions.getFirst().partitionKey(0)) + ":run";
        SharedSign sign = new SharedSign(redis, key, SIGN_LIFETIME);
        ClusterNode.join(system, settings, sign::isThere);
        String who = ClusterNode.address(system);
        var _ = system.scheduler()
                .scheduleWithFixedDelay(
                        SIGN_INTERVAL,
                        SIGN_INTERVAL,
                        () -> {
                            if (!running.names().isEmpty()) {
                                sign.give(who);
                            }
                        },
                        system.executionContext());
    }
}
