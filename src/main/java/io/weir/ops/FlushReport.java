package io.weir.ops;

import io.weir.event.EntryId;
import org.jspecify.annotations.Nullable;

/**
 * What became of a stream's log while it was flushed.
 *
 * @param processed events that were applied, or had been before
 * @param deadLettered events that could not be applied
 * @param last the last entry that is committed; null when nothing ever was
 * @param waiting what is not committed, because it came since
 */
public record FlushReport(
        long processed, long deadLettered, @Nullable EntryId last, WaitingEntries waiting) {}
