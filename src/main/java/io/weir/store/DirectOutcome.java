package io.weir.store;

import io.weir.event.Event;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What became of events that were written past the log. */
public sealed interface DirectOutcome {
    /**
     * They are committed.
     *
     * @param repeated those that had been counted before; the same objects
     * @param counts what their entities' counters hold then, by counter and column
     */
    record Written(Set<Event> repeated, Map<Object, @Nullable Object[][]> counts) implements DirectOutcome {}

    /** Nothing of them was written. */
    record NotWritten(String reason) implements DirectOutcome {}

    /** Nothing was written: the stream has other partitions by now, on whose behalf they are to be written. */
    record Elsewhere() implements DirectOutcome {}

    /** The connection was lost at COMMIT. */
    record Unknown(String reason) implements DirectOutcome {}
}
