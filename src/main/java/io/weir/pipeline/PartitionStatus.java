package io.weir.pipeline;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What the outside may see of a partition while it runs. Written by its actors, read by any thread. */
public final class PartitionStatus {
    private final String stream;
    private final int partition;
    private final AtomicInteger incarnations = new AtomicInteger();
    private final AtomicLong uncommittedEvents = new AtomicLong();
    private volatile @Nullable String stoppedReason;
    private volatile @Nullable String trouble;
    private volatile boolean endedElsewhere;

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

    /** Why the partition waits for a person; null while it does not. */
    public @Nullable String stoppedReason() {
        return stoppedReason;
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
    }

    void addUncommitted(long events) {
        uncommittedEvents.addAndGet(events);
    }

    /** Notes a new incarnation and answers its number in this process, from 1. */
    int startIncarnation() {
        uncommittedEvents.set(0);
        stoppedReason = null;
        return incarnations.incrementAndGet();
    }

    void stopped(String reason) {
        uncommittedEvents.set(0);
        stoppedReason = reason;
    }
}
