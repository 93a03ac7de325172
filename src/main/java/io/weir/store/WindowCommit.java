package io.weir.store;

import io.weir.event.EntityDelta;
import io.weir.event.EntryId;
import io.weir.event.Event;
import java.util.List;

/**
 * A window with all that its transaction needs.
 *
 * @param from the cursor before it
 * @param to its last entry
 * @param events its events in the order of the log
 * @param deadLetters what could not be decoded
 * @param deltas the events folded by entity; empty in streams without counters
 */
public record WindowCommit(
        long epoch,
        EntryId from,
        EntryId to,
        List<Event> events,
        List<DeadLetter> deadLetters,
        List<EntityDelta> deltas) {}
