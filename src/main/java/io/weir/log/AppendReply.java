package io.weir.log;

import io.weir.event.EntryId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What Redis answered to one command that appends.
 *
 * @param appended the new entry; null when there was nothing new to append
 * @param earlier for each item the earlier entry that holds it, null for one that is in the new entry; empty when all are
 */
record AppendReply(@Nullable EntryId appended, List<@Nullable EntryId> earlier) {
    /** How many of so many items are in the new entry. */
    int fresh(int items) {
        int fresh = items;
        for (EntryId entry : earlier) {
            fresh -= entry == null ? 0 : 1;
        }
        return fresh;
    }
}
