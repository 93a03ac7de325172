package io.weir.pipeline;

import io.weir.event.EntryId;
import io.weir.log.PartitionReader;
import io.weir.store.PartitionStore;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The START of an incarnation: fence every earlier one in the database, learn the cursor, and read on from it through a
 * group that nobody else reads.
 */
final class ConsumerStart {
    /** Where an incarnation begins. */
    record Position(long epoch, EntryId cursor) {}

    private static final Logger log = LoggerFactory.getLogger(ConsumerStart.class);

    private ConsumerStart() {}

    static CompletionStage<Position> run(PartitionContext partition, PartitionReader reader, Executor jdbcExecutor) {
        boolean blamed = partition.status().takeBlame();
        return CompletableFuture.supplyAsync(
                        () -> Jdbc.call(() -> partition.store().start(partition.owner())), jdbcExecutor)
                .thenCompose(started -> reader.isBehind(started.cursor())
                        .thenCompose(behind ->
                                reader.begin(started.epoch(), started.cursor(), readFrom(partition, started, behind)))
                        .thenCompose(begun -> {
                            report(partition, started, begun);
                            Position position = new Position(started.epoch(), started.cursor());
                            return begun.depth() == 0
                                    ? CompletableFuture.completedStage(position)
                                    : StartRecord.run(partition, reader, jdbcExecutor, position, blamed);
                        }))
                .whenComplete((position, failure) -> {
                    if (failure != null && !(Failures.cause(failure) instanceof SuspectSearch.Failed)) {
                        partition.status().endedElsewhere();
                    }
                });
    }

    /**
     * A Redis that lost its tail may hand out IDs at or below the cursor to new events. Keyed events can be told from
     * those that the database has, so these streams go back a little; for others the cursor is all there is.
     */
    private static EntryId readFrom(PartitionContext partition, PartitionStore.Started started, boolean behind) {
        EntryId cursor = started.cursor();
        if (!behind || partition.definition().arbiter() == null) {
            return cursor;
        }
        long rewindMillis = partition.settings().keyedRewind().toMillis();
        return new EntryId(Math.max(0, cursor.millis() - rewindMillis), 0);
    }

    private static void report(
            PartitionContext partition, PartitionStore.Started started, PartitionReader.Begun begun) {
        log.info(
                "{} starts: epoch {}, cursor {}, depth {}, pending of predecessors {}",
                partition,
                started.epoch(),
                started.cursor(),
                begun.depth(),
                begun.predecessorPending());
        if (begun.tailLost()) {
            log.warn(
                    "{}: Redis had lost its tail and stood before the cursor {}; new events go on above it",
                    partition,
                    started.cursor());
        }
    }
}
