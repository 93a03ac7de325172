package io.weir.http;

import io.weir.definition.StreamDefinition;
import io.weir.event.EntryId;
import io.weir.event.Partitioner;
import io.weir.live.LiveCounts;
import io.weir.live.PartitionQuery;
import io.weir.live.Partitions;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;

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
        ActorRef<PartitionQuery> running = partitions.find(definition.name(), partition);
        if (running == null) {
            return CompletableFuture.completedFuture(
                    new LiveCounts.Unavailable("the entity's partition has not started"));
        }
        return AskPattern.<PartitionQuery, LiveCounts>ask(
                        running,
                        replyTo -> new PartitionQuery.ReadCounts(entity, upTo, replyTo),
                        timeout,
                        system.scheduler())
                .exceptionally(failure -> new LiveCounts.Unavailable(
                        "the entity's partition gave no answer within " + timeout.toMillis() + " ms"));
    }
}
