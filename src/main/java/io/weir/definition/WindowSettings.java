package io.weir.definition;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When a window closes.
 *
 * @param maxEvents events after which it closes
 * @param maxEventsBehind events after which it closes while there is a backlog, or so many events that windows would
 *     close more than four times in {@code maxDelay}; at least {@code maxEvents}
 * @param maxDelay the longest time that an event waits for its window to close
 * @param offset windows that time closes do so at whole multiples of {@code maxDelay} since 1970 plus this, so that
 *     streams with different offsets don't write together; null when each counts from its first event
 * @param schedule windows that time closes do so then, or after a week, whatever {@code maxDelay} says; null when
 *     that says it
 */
public record WindowSettings(
        int maxEvents,
        int maxEventsBehind,
        Duration maxDelay,
        @Nullable Duration offset,
        @Nullable Schedule schedule) {
    /** However long windows may wait: what waits is in memory, and no timer runs for ever. */
    static final Duration LONGEST_DELAY = Duration.ofDays(7);

    /** Windows that close at most {@code maxDelay} after their first event. */
    public WindowSettings(int maxEvents, int maxEventsBehind, Duration maxDelay) {
        this(maxEvents, maxEventsBehind, maxDelay, null, null);
    }

    /** How long a window stays open whose first event comes now, when time closes it. */
    public Duration delayFrom(long epochMillis) {
        if (schedule != null) {
            Duration delay = schedule.untilNext(epochMillis);
            return delay.compareTo(LONGEST_DELAY) < 0 ? delay : LONGEST_DELAY;
        }
        long interval = maxDelay.toMillis();
        return offset == null || interval == 0
                ? maxDelay
                : Duration.ofMillis(interval - Math.floorMod(epochMillis - offset.toMillis(), interval));
    }
}
