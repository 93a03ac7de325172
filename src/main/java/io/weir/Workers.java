package io.weir;

import io.weir.live.PartitionFinder;
import io.weir.live.Partitions;
import io.weir.log.PartitionDepths;
import io.weir.pipeline.DeadLetterPublisher;
import io.weir.pipeline.DepthsElsewhere;
import io.weir.pipeline.PartitionContext;
import io.weir.pipeline.PartitionDaemon;
import io.weir.pipeline.RunningPartitions;
import io.weir.settings.ClusterSettings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.sharding.typed.ShardedDaemonProcessSettings;
import org.apache.pekko.cluster.sharding.typed.javadsl.ShardedDaemonProcess;

/**
 * Has the cluster run what it runs once: each partition of each stream, and the publisher of dead letters. Each has one
 * place among the nodes that are workers, and moves to another when its node goes.
 */
final class Workers {
    /** Part of the paths of actors. */
    static final String NAME = "partitions";

    /** What starts them again and again on this node, as Pekko names it. */
    static final String KEEP_ALIVE = "/system/ShardedDaemonProcessKeepAlive-" + NAME;

    private final ActorSystem<?> system;
    private final Map<String, List<PartitionContext>> contexts;
    private final Partitions partitions;
    private final RunningPartitions running;

    Workers(
            ActorSystem<?> system,
            Map<String, List<PartitionContext>> contexts,
            Partitions partitions,
            RunningPartitions running) {
        this.system = system;
        this.contexts = contexts;
        this.partitions = partitions;
        this.running = running;
    }

    /** Begins, and goes on until the system ends. */
    void start(Behavior<DeadLetterPublisher.Command> publisher, PartitionDepths depths, ClusterSettings settings) {
        List<Supplier<Behavior<PartitionDaemon.Command>>> daemons = new ArrayList<>();
        contexts.values()
                .forEach(ofStream -> ofStream.forEach(
                        context -> daemons.add(() -> PartitionDaemon.create(context, partitions, running))));
        // the last one, so that a partition has the same number with and without it
        daemons.add(() -> untilStopped(publisher));
        ShardedDaemonProcess.get(system)
                .init(
                        PartitionDaemon.Command.class,
                        NAME,
                        daemons.size(),
                        number -> daemons.get(number).get(),
                        ShardedDaemonProcessSettings.create(system).withRole(ClusterSettings.Role.WORKER.label()),
                        Optional.of(PartitionDaemon.Stop.STOP));
        Map<String, Integer> counts = new LinkedHashMap<>();
        contexts.forEach((stream, ofStream) -> counts.put(stream, ofStream.size()));
        var _ = system.systemActorOf(PartitionFinder.create(counts, partitions), "partition-finder", Props.empty());
        var _ = DepthsElsewhere.start(
                contexts.values().stream()
                        .map(ofStream -> ofStream.getFirst().definition())
                        .toList(),
                partitions,
                depths,
                system,
                settings.depthInterval());
    }

    private static Behavior<PartitionDaemon.Command> untilStopped(Behavior<DeadLetterPublisher.Command> publisher) {
        return Behaviors.setup(context -> {
            context.watch(context.spawn(publisher, "dead-letter-publisher"));
            return Behaviors.receiveMessage(stop -> Behaviors.stopped());
        });
    }
}
