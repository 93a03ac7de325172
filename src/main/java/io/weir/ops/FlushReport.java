package io.weir.ops;

import io.weir.event.EntryId;
import org.jspecify.annotations.Nullable;

/**
 * What became of a stream's log while it was flushed.
 *
 * @param applied events that were applied
 * @param deduplicated events that had been before
 * @param deadLettered events that could not be applied
 * @param last the last entry that is committed; null when nothing ever was
 * @param waiting what is not committed, because it came since
 */
public record FlushReport(
        long applied,
        long deduplicated,
        long deadLettered,
        @Nullable EntryId last,
        WaitingEntries waiting) {
    /** Events that were applied, now or before. */
    public long processed() {
        return applied + deduplicated;
    }
}
