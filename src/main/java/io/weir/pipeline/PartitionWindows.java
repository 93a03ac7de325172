package io.weir.pipeline;

import io.weir.definition.StreamDefinition;
import io.weir.event.EntryId;
import io.weir.event.EventReader;
import io.weir.log.LogEntry;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Cuts what one incarnation reads into windows: contiguous runs (from, to] of whole entries, the first from the cursor
 * on, each next one from where the one before ended. Decides what is skipped, when a window closes and when to read on.
 * Knows no actor and no clock but the one it is given; confined to one thread at a time.
 */
public final class PartitionWindows {
    /** With so many closed windows that are not committed, nothing is read. */
    public static final int MAX_UNFLUSHED = 2;

    private final StreamDefinition definition;
    private final EventReader eventReader;
    private final WindowSize size;
    private final long maxWindowBytes;
    private final LongSupplier nanoTime;
    private EntryId cursor = EntryId.ZERO;
    private OpenWindow open;
    private long committed;
    /** What is read again stands up to here; null when nothing is. */
    private @Nullable EntryId rereadUpTo;

    /** The first entry of each closed window that is not committed. */
    private final Deque<EntryId> unflushedFirsts = new ArrayDeque<>(MAX_UNFLUSHED);

    private int unflushed;
    private boolean due;
    private boolean behind;
    private long openBeganNanos;

    public PartitionWindows(
            StreamDefinition definition, EventReader eventReader, long maxWindowBytes, LongSupplier nanoTime) {
        this.definition = definition;
        this.eventReader = eventReader;
        this.size = new WindowSize(definition.window());
        this.maxWindowBytes = maxWindowBytes;
        this.nanoTime = nanoTime;
        this.open = window(0, cursor, 0);
    }

    /** Begins where the start of the incarnation found the cursor. */
    public void begin(ConsumerStart.Position position) {
        cursor = position.cursor();
        committed = position.windows();
        open = window(committed, cursor, position.checksum());
        rereadUpTo = position.rewound() ? cursor : null;
    }

    /** The last entry that this incarnation knows to be committed. */
    public EntryId cursor() {
        return cursor;
    }

    /** How many windows this incarnation knows to be committed, with those of the incarnations before it. */
    public long committed() {
        return committed;
    }

    /** The window being filled. */
    public OpenWindow open() {
        return open;
    }

    /** How many events the window being filled is to hold. */
    public int target() {
        return size.target();
    }

    /** Whether the last read brought as much as was asked for. */
    public boolean behind() {
        return behind;
    }

    /** Whether nothing is read that is not committed. */
    public boolean isIdle() {
        return open.isEmpty() && unflushed == 0;
    }

    /** Whether there is room for more. */
    public boolean mayRead() {
        return unflushed < MAX_UNFLUSHED;
    }

    /**
     * Whether all that stands below the cursor is committed: not while entries there are read again, which only a commit
     * above all of them ends.
     */
    public boolean isSettled() {
        return rereadUpTo == null || cursor.isAfter(rereadUpTo);
    }

    /** The first entry that was read and is not committed; null when there is none. */
    public @Nullable EntryId oldest() {
        EntryId oldest = unflushedFirsts.peekFirst();
        return oldest != null || open.isEmpty() ? oldest : open.entries().getFirst();
    }

    /** Notes how much a read brought of what it asked for; its entries follow. */
    public void read(int entries, int asked) {
        behind = entries == asked;
    }

    /**
     * Adds an entry that was read and answers how many events it brought. One at or below the window's end is there
     * again because Redis lost its tail: of it only keyed events are taken, which the database can tell from those that
     * it has.
     */
    public int add(LogEntry entry) {
        int before = open.size();
        if (entry.id().isAfter(open.to())) {
            open.add(entry);
        } else {
            rereadUpTo = open.to();
            open.addRewound(entry);
        }
        if (before == 0 && !open.isEmpty()) {
            openBeganNanos = nanoTime.getAsLong();
        }
        return open.size() - before;
    }

    /** Closes the window when it holds what it may; null when there is room in it. */
    @Nullable
    public OpenWindow closeIfFull() {
        if (open.size() < size.target() && open.bytes() < maxWindowBytes) {
            return null;
        }
        size.filled(nanoTime.getAsLong() - openBeganNanos, behind);
        return close();
    }

    /** Notes that the window is as old as it may become. */
    public void due() {
        due = true;
        size.expired(open.size());
    }

    /** Closes the window when it is due or {@code wanted}, holds something and need not wait; null when it stays open. */
    @Nullable
    public OpenWindow closeIf(boolean wanted) {
        boolean closes = (wanted || due) && !open.isEmpty() && unflushed < MAX_UNFLUSHED;
        return closes ? close() : null;
    }

    /** Notes that a closed window, always the oldest, is in the database. */
    public void flushed(OpenWindow window) {
        cursor = window.to();
        committed = window.number() + 1;
        unflushed--;
        unflushedFirsts.pollFirst();
    }

    private OpenWindow close() {
        OpenWindow closed = open;
        due = false;
        unflushed++;
        unflushedFirsts.addLast(closed.entries().getFirst());
        open = window(closed.number() + 1, closed.to(), closed.checksum());
        return closed;
    }

    private OpenWindow window(long number, EntryId from, long checksum) {
        return new OpenWindow(number, from, checksum, definition, eventReader);
    }
}
