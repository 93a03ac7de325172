package io.weir.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A counter's table compared with the raw rows that it must be the aggregate of.
 *
 * @param rows the table of the rows; null when there is none to compare with
 * @param columns the counter's columns that were compared
 * @param notCompared what was not, each with the reason
 * @param entities rows of the counter's table
 * @param drifts differences, all of them
 * @param described the first of these
 */
public record CounterComparison(
        String stream,
        String table,
        @Nullable String rows,
        List<String> columns,
        List<String> notCompared,
        long entities,
        long drifts,
        List<Drift> described) {
    /** A column of an entity's counter that is not what its rows say; null where there is no row, or no value. */
    public record Drift(
            String entity,
            String column,
            @Nullable String counter,
            @Nullable String rows) {}

    public CounterComparison {
        columns = List.copyOf(columns);
        notCompared = List.copyOf(notCompared);
        described = List.copyOf(described);
    }
}
