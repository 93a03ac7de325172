package io.weir.definition;

import org.jspecify.annotations.Nullable;

/**
 * A column of a counter's row.
 *
 * @param field what is aggregated; null for {@link Aggregate#COUNT} alone
 */
public record CounterColumn(
        String column, Aggregate aggregate, @Nullable Field field) {

    /** The type of the column's values: that of the field, long for a count. */
    public FieldType type() {
        return field == null ? FieldType.LONG : field.type();
    }
}
