package io.weir.pipeline;

import io.weir.definition.WindowSettings;

/**
 * How many events the next window may hold: the definition's {@code max-events} while those take their time to come, so
 * that little waits for little, and up to {@code max-events-behind} under a backlog or while events come so fast that
 * windows would follow each other faster than {@link #WINDOWS_PER_DELAY} times in {@code max-delay}, so that few
 * transactions carry much: a row is written for each entity of a window, however many events it has.
 */
final class WindowSize {
    /** Windows that follow each other faster than so many in {@code max-delay} cost more than their events gain. */
    private static final int WINDOWS_PER_DELAY = 4;

    private final WindowSettings settings;
    private final long shortFillNanos;
    private int target;

    WindowSize(WindowSettings settings) {
        this.settings = settings;
        this.shortFillNanos = settings.maxDelay().toNanos() / WINDOWS_PER_DELAY;
        this.target = settings.maxEvents();
    }

    int target() {
        return target;
    }

    /**
     * A window holds its target.
     *
     * @param fillNanos since its first event was read
     * @param behind whether the last read brought as much as was asked for: there is more
     */
    void filled(long fillNanos, boolean behind) {
        if (behind || fillNanos < shortFillNanos) {
            target = (int) Math.min(settings.maxEventsBehind(), 2L * target);
        }
    }

    /** A window was closed by its age, with so many events. */
    void expired(int events) {
        target = Math.clamp(events / WINDOWS_PER_DELAY, settings.maxEvents(), target);
    }
}
