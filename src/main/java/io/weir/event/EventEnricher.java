package io.weir.event;

import org.jspecify.annotations.Nullable;

/** Computes fields of an event of one stream, at the door and nowhere else. Thread-safe. */
@FunctionalInterface
public interface EventEnricher {
    /** For streams that have nothing computed. */
    EventEnricher NONE = values -> {};

    /** Replaces values of an event that is complete but for them, in the order of the stream's fields. */
    void enrich(@Nullable Object[] values);
}
