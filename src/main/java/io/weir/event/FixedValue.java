package io.weir.event;

import io.weir.definition.Field;
import org.jspecify.annotations.Nullable;

/**
 * A value that every event of a request must have, since whoever sends it may speak for nothing else.
 *
 * @param value of the field's type
 */
public record FixedValue(Field field, Object value) {
    /** Fills in what was left out. */
    void applyTo(@Nullable Object[] values) throws InvalidEventException {
        Object given = values[field.index()];
        if (given == null) {
            values[field.index()] = value;
        } else if (!given.equals(value)) {
            throw new InvalidEventException(
                    field.name(),
                    "is " + Got.quoted(ValueText.of(field.type(), given))
                            + ", which is not what the key that was shown belongs to");
        }
    }
}
