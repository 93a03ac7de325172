package io.weir.definition;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A table that takes one row per event.
 *
 * @param when which events it takes; null for all
 * @param partition how Weir divides it into days; null when it leaves it as it is
 */
public record RowTable(
        String table,
        List<RowColumn> columns,
        @Nullable Condition when,
        @Nullable DayPartitioning partition) {
    public RowTable {
        columns = List.copyOf(columns);
    }

    /** A table that Weir does not divide. */
    public RowTable(String table, List<RowColumn> columns, @Nullable Condition when) {
        this(table, columns, when, null);
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

    /** Whether every event leaves its key in it, by which an event that comes again could be told. */
    public boolean keepsEveryKey() {
        return when == null && keyColumn() != null;
    }
}
