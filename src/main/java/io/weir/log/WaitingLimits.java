package io.weir.log;

import java.util.concurrent.atomic.AtomicLong;

/** Bounds what waits in this process for an answer of Redis, over all partitions. */
final class WaitingLimits {
    private final long maxEvents;
    private final long maxBytes;
    private final AtomicLong events = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();

    WaitingLimits(long maxEvents, long maxBytes) {
        this.maxEvents = maxEvents;
        this.maxBytes = maxBytes;
    }

    /** Takes room; false, and nothing is taken, when there is not enough. */
    boolean reserve(int moreEvents, long moreBytes) {
        if (events.addAndGet(moreEvents) > maxEvents) {
            events.addAndGet(-moreEvents);
            return false;
        }
        if (bytes.addAndGet(moreBytes) > maxBytes) {
            release(moreEvents, moreBytes);
            return false;
        }
        return true;
    }

    void release(int fewerEvents, long fewerBytes) {
        events.addAndGet(-fewerEvents);
        bytes.addAndGet(-fewerBytes);
    }

    /** How much of the room is taken, from 0 to 1. */
    double eventsShare() {
        return (double) events.get() / maxEvents;
    }

    double bytesShare() {
        return (double) bytes.get() / maxBytes;
    }

    long events() {
        return events.get();
    }

    long bytes() {
        return bytes.get();
    }
}
