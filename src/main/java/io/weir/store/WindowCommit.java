package io.weir.store;

import io.weir.event.EntityDelta;
import io.weir.event.EntryId;
import io.weir.event.Event;
import java.util.List;

/**
 * A window with all that its transaction needs.
 *
 * @param number how many windows of the partition were committed before it, by all incarnations
 * @param from the cursor before it
 * @param to its last entry
 * @param checksum of what that entry holds; 0 where nobody knows
 * @param events its events in the order of the log
 * @param deadLetters what could not be decoded
 * @param deltas the events folded by entity; empty in streams without counters
 */
public record WindowCommit(
        long epoch,
        long number,
        EntryId from,
        EntryId to,
        long checksum,
        List<Event> events,
        List<DeadLetter> deadLetters,
        List<EntityDelta> deltas) {

    /** Entries after {@code from}: every entry holds an event or a dead letter. Those read again are not counted twice. */
    int entries() {
        int entries = 0;
        EntryId last = from;
        int event = 0;
        int letter = 0;
        // both lists are in the order of the log
        while (event < events.size() || letter < deadLetters.size()) {
            boolean letterIsNext = letter < deadLetters.size()
                    && (event == events.size()
                            || !deadLetters
                                    .get(letter)
                                    .entryId()
                                    .isAfter(events.get(event).entryId()));
            EntryId next = letterIsNext
                    ? deadLetters.get(letter++).entryId()
                    : events.get(event++).entryId();
            if (next.isAfter(last)) {
                entries++;
                last = next;
            }
        }
        return entries;
    }
}
