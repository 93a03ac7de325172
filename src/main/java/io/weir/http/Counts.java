package io.weir.http;

import io.weir.definition.StreamDefinition;
import io.weir.event.EntryId;
import io.weir.event.Partitioner;
import io.weir.live.LiveCounts;
import io.weir.live.PartitionQuery;
import io.weir.live.Partitions;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;

/** Asks an entity's partition for its live counts. */
final class Counts {
    private final Partitions partitions;
    private final ActorSystem<?> system;
    private final Duration timeout;

    Counts(Partitions partitions, ActorSystem<?> system, Duration timeout) {
        this.partitions = partitions;
        this.system = system;
        this.timeout = timeout;
    }

    /** Counts that contain at least the events up to an entry. Never fails. */
    CompletionStage<LiveCounts> of(StreamDefinition definition, Object entity, EntryId upTo) {
        int partition = Partitioner.partitionOf(definition, entity, null);
        return partitions
                .<LiveCounts>ask(
                        definition.name(),
                        partition,
                        replyTo -> new PartitionQuery.ReadCounts(entity, upTo, replyTo),
                        timeout,
                        system.scheduler())
                .exceptionally(failure -> new LiveCounts.Unavailable(
                        partitions.find(definition.name(), partition) == null
                                ? "the entity's partition is not running at this moment"
                                : "the entity's partition gave no answer within " + timeout.toMillis() + " ms"));
    }
}
