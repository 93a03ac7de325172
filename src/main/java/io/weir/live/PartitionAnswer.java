package io.weir.live;

import io.weir.event.EntryId;

/** What a partition answers, beside {@link LiveCounts}. */
public sealed interface PartitionAnswer extends WireMessage {
    /** Entities with events that are read and not committed. */
    record Buffered(int entities) implements PartitionAnswer {}

    /** The entry is committed. */
    record Committed(EntryId entry) implements PartitionAnswer {}

    /**
     * Accepted and uncommitted events.
     *
     * @param upTo the last entry that is surely counted
     */
    record Depth(EntryId upTo, long events) implements PartitionAnswer {}
}
