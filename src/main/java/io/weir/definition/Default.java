package io.weir.definition;

/** What a field holds when the client left it out. */
public sealed interface Default {
    /** Nothing: the value is null. */
    record None() implements Default {}

    /** The moment at which the event was accepted; for timestamps only. */
    record Now() implements Default {}

    /** Who sent the request, as far as that can be told; for texts only. */
    record Visitor() implements Default {}

    /** A value of the field's own type, see {@link FieldType}. */
    record Fixed(Object value) implements Default {}
}
