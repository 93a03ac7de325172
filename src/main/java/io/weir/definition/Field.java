package io.weir.definition;

import org.jspecify.annotations.Nullable;

/**
 * One field of a stream's events.
 *
 * @param index the place of its value in a decoded event
 * @param min the smallest value, of the field's own type; for long, double and timestamp
 * @param max the largest value, of the field's own type; for long, double and timestamp
 * @param maxLength the longest text, in UTF-16 units; for text, url and json
 * @param isTransient whether it is read by enrichment alone, and dropped before the event comes into the log
 */
public record Field(
        int index,
        String name,
        FieldType type,
        boolean required,
        Default defaultValue,
        @Nullable Object min,
        @Nullable Object max,
        int maxLength,
        boolean isTransient) {

    /** A field that the log keeps. */
    public Field(
            int index,
            String name,
            FieldType type,
            boolean required,
            Default defaultValue,
            @Nullable Object min,
            @Nullable Object max,
            int maxLength) {
        this(index, name, type, required, defaultValue, min, max, maxLength, false);
    }
}
