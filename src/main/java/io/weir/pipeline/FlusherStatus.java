package io.weir.pipeline;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What the outside may see of a partition's flusher; figures are since the partition began in this process. Written by its
 * actors, read by any thread.
 */
public final class FlusherStatus {
    private final AtomicLong windows = new AtomicLong();
    private final AtomicLong events = new AtomicLong();
    private final AtomicLong retries = new AtomicLong();
    private volatile int waitingWindows;
    private volatile int lastWindowEvents;
    private volatile long lastWriteMillis;
    private volatile long lastCommitAtMillis;
    private volatile boolean databaseAway;

    public long windows() {
        return windows.get();
    }

    public long events() {
        return events.get();
    }

    public long retries() {
        return retries.get();
    }

    /** Closed windows that are not committed, with the one being written. */
    public int waitingWindows() {
        return waitingWindows;
    }

    public int lastWindowEvents() {
        return lastWindowEvents;
    }

    /** How long the last window took from its first attempt to its commit, in milliseconds. */
    public long lastWriteMillis() {
        return lastWriteMillis;
    }

    /** When the last window was committed, in milliseconds since 1970; 0 before the first. */
    public long lastCommitAtMillis() {
        return lastCommitAtMillis;
    }

    /** Whether the window being written waits for the database to come back. */
    public boolean databaseAway() {
        return databaseAway;
    }

    void waiting(int closedWindows) {
        waitingWindows = closedWindows;
    }

    void retries(boolean away) {
        retries.incrementAndGet();
        databaseAway = away;
    }

    void wrote(int windowEvents, long millis) {
        windows.incrementAndGet();
        events.addAndGet(windowEvents);
        lastWindowEvents = windowEvents;
        lastWriteMillis = millis;
        lastCommitAtMillis = System.currentTimeMillis();
        databaseAway = false;
    }

    void startIncarnation() {
        waitingWindows = 0;
        databaseAway = false;
    }

    void left() {
        startIncarnation();
        windows.set(0);
        events.set(0);
        retries.set(0);
        lastWindowEvents = 0;
        lastWriteMillis = 0;
        lastCommitAtMillis = 0;
    }
}
