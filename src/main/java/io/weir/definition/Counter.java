package io.weir.definition;

import java.util.List;

/**
 * Columns of one row per entity in a table of the user's.
 *
 * @param table the table, with its schema where one was given
 * @param keyColumn the column that holds the stream's entity
 */
public record Counter(String table, String keyColumn, OnMissing onMissing, List<CounterColumn> columns) {
    public Counter {
        columns = List.copyOf(columns);
    }
}
