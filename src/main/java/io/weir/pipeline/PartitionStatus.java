package io.weir.pipeline;

import io.weir.event.EntryId;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What the outside may see of a partition while it runs in this process. Written by its actors, read by any thread. */
public final class PartitionStatus {
    private final String stream;
    private final int partition;
    private final AtomicInteger incarnations = new AtomicInteger();
    private final AtomicLong uncommittedEvents = new AtomicLong();
    private volatile @Nullable String stoppedReason;
    private volatile @Nullable String trouble;
    private final AtomicInteger crashes = new AtomicInteger();
    private volatile long oldestUncommittedMillis;
    private volatile long notRunningSinceMillis;
    private volatile boolean running;
    private volatile boolean hasRun;
    private volatile boolean endedElsewhere;
    private volatile boolean paused;
    private volatile long epoch;
    private volatile long windows;
    private volatile EntryId cursor = EntryId.ZERO;
    private final FlusherStatus flusher = new FlusherStatus();

    public PartitionStatus(String stream, int partition) {
        this.stream = stream;
        this.partition = partition;
    }

    public String stream() {
        return stream;
    }

    public int partition() {
        return partition;
    }

    /** Events that were read from the log and are not yet committed. */
    public long uncommittedEvents() {
        return uncommittedEvents.get();
    }

    /**
     * Since when an event waits to be committed, by the clock of Redis in milliseconds since 1970; 0 when none is known
     * to. While the partition does not run, and nothing that it had read waits, since when it does not.
     */
    public long waitingSinceMillis() {
        long oldest = oldestUncommittedMillis;
        return oldest != 0 || running ? oldest : notRunningSinceMillis;
    }

    /** When the oldest entry that was read and is not committed was appended, as above; 0 when there is none. */
    public long oldestReadMillis() {
        return oldestUncommittedMillis;
    }

    /** How often it was ended, since this process began, by something else than the database, Redis or its successor. */
    public int crashes() {
        return crashes.get();
    }

    /** The epoch of the last incarnation that began here; 0 before the first. */
    public long epoch() {
        return epoch;
    }

    /** The last entry that this process knows to be committed. */
    public EntryId cursor() {
        return cursor;
    }

    /** Windows that this process knows to be committed, with those of all incarnations before. */
    public long windows() {
        return windows;
    }

    /** How often its actors were started in this process. */
    public int incarnations() {
        return incarnations.get();
    }

    /** Whether it reads and commits. */
    public boolean isRunning() {
        return running;
    }

    /** Whether an operator has it read nothing. */
    public boolean isPaused() {
        return paused;
    }

    public FlusherStatus flusher() {
        return flusher;
    }

    /** Why the partition waits for a person; null while it does not. */
    public @Nullable String stoppedReason() {
        return stoppedReason;
    }

    /** Whether it has begun to read since this process began, be it only once. */
    public boolean hasRun() {
        return hasRun;
    }

    /** Why its last start did not succeed; null when nothing is known to be wrong. */
    public @Nullable String trouble() {
        return stoppedReason != null ? stoppedReason : trouble;
    }

    /** Notes why the partition starts anew; answers whether that is news. */
    boolean inTrouble(String reason) {
        boolean news = !reason.equals(trouble);
        trouble = reason;
        return news;
    }

    /** Notes that the database, Redis or another incarnation ended this one, and no event did. */
    void endedElsewhere() {
        endedElsewhere = true;
    }

    /** Whether an event may have ended the last incarnation; asked once by the next. */
    boolean takeBlame() {
        boolean blamed = !endedElsewhere;
        endedElsewhere = false;
        return blamed;
    }

    boolean isInTrouble() {
        return trouble != null;
    }

    void running() {
        trouble = null;
        running = true;
        hasRun = true;
    }

    void paused(boolean now) {
        paused = now;
    }

    /** Notes with what an incarnation begins. */
    void began(ConsumerStart.Position position) {
        epoch = position.epoch();
        committed(position.cursor(), position.windows());
    }

    void committed(EntryId upTo, long count) {
        cursor = upTo;
        windows = count;
    }

    /** Notes the oldest entry that was read and is not committed; null when there is none. */
    void oldestUncommitted(@Nullable EntryId oldest) {
        oldestUncommittedMillis = oldest == null ? 0 : oldest.millis();
    }

    void addUncommitted(long events) {
        uncommittedEvents.addAndGet(events);
    }

    /** Notes a new incarnation and answers its number in this process, from 1. */
    int startIncarnation() {
        uncommittedEvents.set(0);
        stoppedReason = null;
        paused = false;
        flusher.startIncarnation();
        int incarnation = incarnations.incrementAndGet();
        if (incarnation > 1 && !endedElsewhere) {
            crashes.incrementAndGet();
        }
        notRunning(incarnation == 1);
        return incarnation;
    }

    private void notRunning(boolean first) {
        if (first || running) {
            notRunningSinceMillis = System.currentTimeMillis();
        }
        running = false;
    }

    /** Notes that the partition does not run in this process any more: whatever becomes of it, it is not seen here. */
    void left() {
        incarnations.set(0);
        epoch = 0;
        windows = 0;
        cursor = EntryId.ZERO;
        paused = false;
        flusher.left();
        uncommittedEvents.set(0);
        oldestUncommittedMillis = 0;
        notRunningSinceMillis = 0;
        running = false;
        stoppedReason = null;
        trouble = null;
        endedElsewhere = true;
    }

    void stopped(String reason) {
        notRunning(false);
        uncommittedEvents.set(0);
        paused = false;
        flusher.startIncarnation();
        stoppedReason = reason;
    }
}
