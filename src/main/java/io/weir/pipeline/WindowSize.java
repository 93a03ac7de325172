package io.weir.pipeline;

import io.weir.definition.WindowSettings;

/**
 * How many events the next window may hold: the definition's {@code max-events} while the consumer keeps up, so that
 * little waits for little, and up to {@code max-events-behind} under a backlog, so that few transactions carry much.
 */
final class WindowSize {
    private final WindowSettings settings;
    private int target;

    WindowSize(WindowSettings settings) {
        this.settings = settings;
        this.target = settings.maxEvents();
    }

    int target() {
        return target;
    }

    /** A window was filled by reads that brought as much as was asked for: there is more. */
    void behind() {
        target = (int) Math.min(settings.maxEventsBehind(), 2L * target);
    }

    /** The last read brought less than was asked for. */
    void caughtUp() {
        target = Math.max(settings.maxEvents(), target / 2);
    }
}
