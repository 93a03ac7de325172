package io.weir.pipeline;

import io.weir.event.EntryId;
import io.weir.log.PartitionReader;
import io.weir.store.PartitionStore;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * The START of an incarnation: fence every earlier one in the database, learn the cursor, and read on from it through a
 * group that nobody else reads.
 */
public final class ConsumerStart {
    /**
     * Where an incarnation begins, and what it found there.
     *
     * @param rewound whether it reads again what stands before the cursor
     */
    public record Position(
            long epoch, EntryId cursor, long checksum, long windows, boolean rewound, PartitionReader.Begun begun) {
        /** Where the incarnation goes on after so many windows more. */
        Position after(EntryId committed, long itsChecksum, long more) {
            return new Position(epoch, committed, itsChecksum, windows + more, rewound, begun);
        }
    }

    private ConsumerStart() {}

    /**
     * Starts an incarnation.
     *
     * @param keyedRewind how far to go back for keyed events when Redis lost its tail
     */
    public static CompletionStage<Position> run(
            String owner, PartitionStore store, PartitionReader reader, Duration keyedRewind, Executor jdbcExecutor) {
        return CompletableFuture.supplyAsync(() -> Jdbc.call(() -> store.start(owner)), jdbcExecutor)
                .thenCompose(started -> reader.isBehind(started.cursor(), started.checksum())
                        .thenCompose(behind -> {
                            EntryId readFrom = behind ? before(started.cursor(), keyedRewind) : started.cursor();
                            return reader.begin(started.epoch(), started.cursor(), readFrom)
                                    .thenCompose(begun -> behind
                                            ? CompletableFuture.completedStage(begun)
                                            : stillThere(reader, started, begun))
                                    .thenApply(begun -> new Position(
                                            started.epoch(),
                                            started.cursor(),
                                            started.checksum(),
                                            started.windows(),
                                            behind,
                                            begun));
                        }));
    }

    /** Redis may have lost its tail after it was asked and before the group was there, which decided where to read on. */
    private static CompletionStage<PartitionReader.Begun> stillThere(
            PartitionReader reader, PartitionStore.Started started, PartitionReader.Begun begun) {
        return reader.isBehind(started.cursor(), started.checksum()).thenApply(behind -> {
            if (behind) {
                throw new PartitionFailure("Redis lost its tail while the partition started");
            }
            return begun;
        });
    }

    /**
     * A Redis that lost its tail may hand out IDs at or below the cursor to new events. Keyed events can be told from
     * those that the database has, so the incarnation goes back a little; for others the cursor is all there is.
     */
    private static EntryId before(EntryId cursor, Duration rewind) {
        return new EntryId(Math.max(0, cursor.millis() - rewind.toMillis()), 0);
    }
}
