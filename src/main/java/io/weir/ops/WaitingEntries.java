package io.weir.ops;

import io.weir.event.EntryId;
import org.jspecify.annotations.Nullable;

/**
 * What of a stream is in the log and not committed yet.
 *
 * @param entries of all partitions
 * @param first null when there are none
 * @param last null when there are none
 */
public record WaitingEntries(
        long entries, @Nullable EntryId first, @Nullable EntryId last) {
    public static final WaitingEntries NONE = new WaitingEntries(0, null, null);

    /** These and those of another partition. */
    public WaitingEntries and(WaitingEntries other) {
        if (other.first == null || other.last == null) {
            return this;
        }
        return new WaitingEntries(
                entries + other.entries,
                first == null || first.isAfter(other.first) ? other.first : first,
                last == null || other.last.isAfter(last) ? other.last : last);
    }
}
