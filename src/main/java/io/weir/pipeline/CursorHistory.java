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
public final class CursorHistory {
    private final Deque<EntryId> cursors = new ArrayDeque<>();
    private final long ticksKept;

    public CursorHistory(Duration retention, Duration tickInterval) {
        this.ticksKept = Math.ceilDiv(retention.toNanos(), tickInterval.toNanos());
    }

    /**
     * Notes the cursor of this tick and answers below which entry may be trimmed; null while there is nothing.
     *
     * @param settled whether all that stands below the cursor is committed; as long as it is not, no cursor is worth noting
     */
    @Nullable
    public EntryId tick(EntryId cursor, boolean settled) {
        if (!settled) {
            cursors.clear();
            return null;
        }
        cursors.addLast(cursor);
        EntryId trimmable = cursors.size() > ticksKept ? cursors.removeFirst() : null;
        return trimmable == null || trimmable.equals(EntryId.ZERO) ? null : trimmable;
    }
}
