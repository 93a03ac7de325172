package io.weir.definition;

/** What happens to an event whose counter row does not exist. */
public enum OnMissing {
    /** The row is inserted. */
    INSERT,
    /** The counter is left alone; the event's rows and other counters are written. */
    SKIP,
    /** The event becomes a dead letter as a whole. */
    DEAD_LETTER
}
