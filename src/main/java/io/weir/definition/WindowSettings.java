package io.weir.definition;

import java.time.Duration;

/**
 * When a window closes.
 *
 * @param maxEvents events after which it closes while the consumer keeps up
 * @param maxEventsBehind events after which it closes while there is a backlog; at least {@code maxEvents}
 * @param maxDelay the longest time that an event waits for its window to close
 */
public record WindowSettings(int maxEvents, int maxEventsBehind, Duration maxDelay) {}
