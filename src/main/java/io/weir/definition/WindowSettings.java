package io.weir.definition;

import java.time.Duration;

/**
 * When a window closes.
 *
 * @param maxEvents events after which it closes
 * @param maxEventsBehind events after which it closes while there is a backlog, or so many events that windows would
 *     close more than four times in {@code maxDelay}; at least {@code maxEvents}
 * @param maxDelay the longest time that an event waits for its window to close
 */
public record WindowSettings(int maxEvents, int maxEventsBehind, Duration maxDelay) {}
