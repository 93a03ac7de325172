package io.weir.definition;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Columns of one row per entity in a table of the user's.
 *
 * @param table the table, with its schema where one was given
 * @param keyColumn the column that holds the stream's entity
 * @param writtenAt the column that holds when the row was last written; null when there is none
 * @param where which events it counts; null for all
 */
public record Counter(
        String table,
        String keyColumn,
        OnMissing onMissing,
        List<CounterColumn> columns,
        @Nullable String writtenAt,
        @Nullable Condition where) {
    public Counter {
        columns = List.copyOf(columns);
    }

    /** A counter of every event, whose rows don't say when they were written. */
    public Counter(String table, String keyColumn, OnMissing onMissing, List<CounterColumn> columns) {
        this(table, keyColumn, onMissing, columns, null, null);
    }

    /** Whether it counts an event with these values, in the order of the stream's fields. */
    public boolean counts(@Nullable Object[] eventValues) {
        return where == null || where.holds(eventValues);
    }

    /** The first column that is a count or a sum of whole numbers; -1 when there is none. */
    public int countColumn() {
        for (int i = 0; i < columns.size(); i++) {
            CounterColumn column = columns.get(i);
            if (column.aggregate() == Aggregate.COUNT
                    || (column.aggregate() == Aggregate.SUM && column.type() == FieldType.LONG)) {
                return i;
            }
        }
        return -1;
    }
}
