package io.weir.ops;

import java.time.Instant;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** What became of every accepted event, by stream and partition, and whether all of them are accounted for. */
public record Ledger(Instant asOf, List<Stream> streams) {
    /** A stream: the sum of its partitions. */
    public record Stream(String name, List<Partition> partitions) {
        public Stream {
            partitions = List.copyOf(partitions);
        }

        public boolean isBalanced() {
            return partitions.stream().allMatch(Partition::isBalanced);
        }

        public long sum(ToLongFunction<Partition> term) {
            return partitions.stream().mapToLong(term).sum();
        }
    }

    /**
     * A partition, in events.
     *
     * @param cursor the last committed entry, at which all of it was read
     * @param depth events after the cursor, as Redis holds them
     * @param door null until it was compared for the first time
     * @param baselines the newest first
     */
    public record Partition(
            int number,
            String cursor,
            long committed,
            long deduplicated,
            long filtered,
            long deadLettered,
            long depth,
            Entries entries,
            @Nullable Door door,
            List<Baseline> baselines) {
        public Partition {
            baselines = List.copyOf(baselines);
        }

        /** What must have been accepted for all this to be there. */
        public long accepted() {
            return committed + deduplicated + filtered + deadLettered + depth;
        }

        public boolean isBalanced() {
            return entries.missing() == 0 && missingEvents() == 0;
        }

        public long missingEvents() {
            return door == null ? 0 : door.missing();
        }
    }

    /**
     * Entries since the baseline: those that Redis says were added, and those that are accounted for.
     *
     * @param waiting entries after the cursor
     */
    public record Entries(long added, long committed, long waiting) {
        /** Entries that were added and neither committed nor are there; somebody else removed them. */
        public long missing() {
            return added - committed - waiting;
        }
    }

    /**
     * Events that this process accepted since a time, and those that were recorded since. Others may append too, and an
     * answer of Redis may have been lost: so more may be recorded.
     */
    public record Door(Instant since, long accepted, long recorded) {
        /** Events that clients were told were accepted and that are nowhere. */
        public long missing() {
            return Math.max(0, accepted - recorded);
        }
    }

    /**
     * Where the comparison of entries began.
     *
     * @param missingEntries what the baseline before it could not account for; below zero: committed entries that Redis
     *     no longer knew
     */
    public record Baseline(Instant takenAt, String reason, String cursor, long missingEntries) {}

    public Ledger {
        streams = List.copyOf(streams);
    }

    public boolean isBalanced() {
        return streams.stream().allMatch(Stream::isBalanced);
    }
}
