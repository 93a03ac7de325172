package io.weir.definition;

/** Where the value of a row's column comes from. */
public sealed interface ColumnSource {
    /** A field of the event. */
    record OfField(Field field) implements ColumnSource {}

    /** The event's idempotency key ({@code $key}), null when it has none: text, or a UUID derived from it. */
    record Key() implements ColumnSource {}

    /** The entry's ID in the log ({@code $entry}), text. */
    record Entry() implements ColumnSource {}

    /** The event's index in its entry ({@code $index}), integer. */
    record Index() implements ColumnSource {}

    /** The time at which Redis took the entry ({@code $received}), a timestamp to the millisecond. */
    record Received() implements ColumnSource {}
}
