package io.weir.pipeline;

import io.weir.event.EntryId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Where the cursor stood at each tick of the past retention. What may be trimmed is what was <em>committed</em> longer
 * ago than the retention; an entry's own age says nothing, since under a backlog it was committed a moment ago.
 */
final class CursorHistory {
    private final Deque<EntryId> cursors = new ArrayDeque<>();
    private final long ticksKept;

    CursorHistory(Duration retention, Duration tickInterval) {
        this.ticksKept = Math.ceilDiv(retention.toNanos(), tickInterval.toNanos());
    }

    /** Notes the cursor of this tick and answers the one of a retention ago; null while there is none. */
    @Nullable
    EntryId tick(EntryId cursor) {
        cursors.addLast(cursor);
        return cursors.size() > ticksKept ? cursors.removeFirst() : null;
    }
}
