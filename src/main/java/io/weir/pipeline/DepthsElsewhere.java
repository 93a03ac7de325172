package io.weir.pipeline;

import io.weir.definition.StreamDefinition;
import io.weir.live.PartitionAnswer;
import io.weir.live.PartitionQuery;
import io.weir.live.Partitions;
import io.weir.log.PartitionDepths;
import io.weir.log.Uncommitted;
import java.time.Duration;
import java.util.List;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;

/** Asks now and then how many events wait in the partitions that run on other nodes: together they fill a stream. */
public final class DepthsElsewhere {
    private final List<StreamDefinition> definitions;
    private final Partitions partitions;
    private final PartitionDepths depths;
    private final ActorSystem<?> system;
    private final Duration interval;

    private DepthsElsewhere(
            List<StreamDefinition> definitions,
            Partitions partitions,
            PartitionDepths depths,
            ActorSystem<?> system,
            Duration interval) {
        this.definitions = List.copyOf(definitions);
        this.partitions = partitions;
        this.depths = depths;
        this.system = system;
        this.interval = interval;
    }

    /** Begins, and goes on until it is cancelled or the system ends. */
    public static Cancellable start(
            List<StreamDefinition> definitions,
            Partitions partitions,
            PartitionDepths depths,
            ActorSystem<?> system,
            Duration interval) {
        DepthsElsewhere asking = new DepthsElsewhere(definitions, partitions, depths, system, interval);
        return system.scheduler().scheduleWithFixedDelay(interval, interval, asking::askAll, system.executionContext());
    }

    private void askAll() {
        for (StreamDefinition definition : definitions) {
            for (int partition : definition.layout().live()) {
                ActorRef<PartitionQuery> ref = partitions.isHere(definition.name(), partition)
                        ? null
                        : partitions.find(definition.name(), partition);
                if (ref != null) {
                    ask(definition, partition, ref);
                }
            }
        }
    }

    /** Without an answer, what is known stays; what is appended here is added to it. */
    private void ask(StreamDefinition definition, int partition, ActorRef<PartitionQuery> ref) {
        var _ = AskPattern.<PartitionQuery, PartitionAnswer.Depth>ask(
                        ref, PartitionQuery.ReadDepth::new, interval.multipliedBy(2), system.scheduler())
                .thenAccept(depth -> depths.uncommittedElsewhere(
                        definition, partition, new Uncommitted(depth.upTo(), depth.events())));
    }
}
