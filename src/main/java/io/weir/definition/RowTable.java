package io.weir.definition;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A table that takes one row per event.
 *
 * @param when which events it takes; null for all
 */
public record RowTable(
        String table, List<RowColumn> columns, @Nullable Condition when) {
    public RowTable {
        columns = List.copyOf(columns);
    }

    /** The column that holds the event's idempotency key; null when the table keeps none. */
    public @Nullable RowColumn keyColumn() {
        for (RowColumn column : columns) {
            if (column.source() instanceof ColumnSource.Key) {
                return column;
            }
        }
        return null;
    }

    /** The column that holds a field; null when none does. */
    public @Nullable String columnOf(Field field) {
        for (RowColumn column : columns) {
            if (column.source() instanceof ColumnSource.OfField(Field source) && source.equals(field)) {
                return column.column();
            }
        }
        return null;
    }
}
