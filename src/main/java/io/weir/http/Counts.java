package io.weir.http;

import io.weir.definition.StreamDefinition;
import io.weir.event.EntryId;
import io.weir.event.Partitioner;
import io.weir.live.LiveCounts;
import io.weir.live.PartitionQuery;
import io.weir.live.Partitions;
import io.weir.log.RoutedAppend;
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

    /** Counts as they are. Never fails. */
    CompletionStage<LiveCounts> of(StreamDefinition definition, Object entity) {
        return of(definition, entity, Partitioner.partitionOf(definition, entity, null), EntryId.ZERO);
    }

    /** Counts that contain at least the events up to what was appended. Never fails. */
    CompletionStage<LiveCounts> of(StreamDefinition definition, Object entity, RoutedAppend.Appended appended) {
        int partition = Partitioner.partitionOf(definition, entity, null);
        // one that follows it runs only once all of it is committed, and has entries of its own
        EntryId upTo = partition == appended.partition() ? appended.entry() : EntryId.ZERO;
        return of(definition, entity, partition, upTo);
    }

    private CompletionStage<LiveCounts> of(StreamDefinition definition, Object entity, int partition, EntryId upTo) {
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
