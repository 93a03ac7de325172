package io.weir.store;

import io.weir.definition.Aggregate;
import io.weir.definition.ColumnSource;
import io.weir.definition.CounterColumn;
import io.weir.definition.Field;
import io.weir.definition.FieldType;
import io.weir.definition.OnMissing;
import io.weir.definition.RowColumn;
import io.weir.definition.RowTable;
import io.weir.definition.StreamDefinition;
import io.weir.replay.CounterTarget;
import io.weir.replay.ReplayFailure;
import org.jspecify.annotations.Nullable;

/**
 * The statements that set a counter's column to the aggregate over a stream's rows.
 *
 * @param table the table of the rows
 * @param countRows how many rows there are
 * @param set sets the column of every entity that has rows where it differs; answers how many entities have rows
 */
record RowsAggregate(String table, String countRows, String set) {

    /** The statements; a failure that says why no table of the stream holds what they need. */
    static RowsAggregate of(StreamDefinition definition, CounterTarget target, Catalog catalog) {
        Field entity = definition.entity();
        Field field = target.column().field();
        for (RowTable table : definition.rows()) {
            String entityColumn = entity == null ? null : columnOf(table, entity);
            String fieldColumn = field == null ? null : columnOf(table, field);
            if (table.when() == null && entityColumn != null && (field == null || fieldColumn != null)) {
                return new RowsAggregate(
                        table.table(),
                        "SELECT count(*) FROM " + Identifiers.table(table.table()),
                        set(table.table(), entityColumn, fieldColumn, target, catalog));
            }
        }
        throw new ReplayFailure(
                ReplayFailure.Reason.REFUSED,
                "no rows table of stream " + definition.name() + " that takes every event (without \"when\") holds "
                        + (entity == null ? "an entity" : entity.name())
                        + (field == null || field.equals(entity) ? "" : " and " + field.name())
                        + "; backfill from the log");
    }

    private static @Nullable String columnOf(RowTable table, Field field) {
        for (RowColumn column : table.columns()) {
            if (column.source() instanceof ColumnSource.OfField(Field source) && source.equals(field)) {
                return column.column();
            }
        }
        return null;
    }

    private static String set(
            String rows, String entityColumn, @Nullable String fieldColumn, CounterTarget target, Catalog catalog) {
        String counterTable = target.counter().table();
        String counterTableName = Identifiers.table(counterTable);
        String key = Identifiers.column(target.counter().keyColumn());
        String column = Identifiers.column(target.column().column());
        String keyType = catalog.type(counterTable, target.counter().keyColumn());
        String columnType = catalog.type(counterTable, target.column().column());
        // each step takes a snapshot of its own from the same statement: the cursor rows are locked
        String aggregated = "WITH a AS MATERIALIZED (SELECT r." + Identifiers.column(entityColumn) + "::" + keyType
                + " AS k, (" + aggregate(target.column(), fieldColumn) + ")::" + columnType + " AS v FROM "
                + Identifiers.table(rows) + " AS r WHERE r." + Identifiers.column(entityColumn)
                + " IS NOT NULL GROUP BY 1)";
        String update = ", u AS (UPDATE " + counterTableName + " AS t SET " + column + " = a.v FROM a WHERE t." + key
                + " = a.k AND t." + column + " IS DISTINCT FROM a.v RETURNING 1)";
        String insert = target.counter().onMissing() == OnMissing.INSERT
                ? ", i AS (INSERT INTO " + counterTableName + " AS t (" + key + ", " + column
                        + ") SELECT a.k, a.v FROM a WHERE NOT EXISTS (SELECT FROM " + counterTableName
                        + " AS x WHERE x." + key + " = a.k) RETURNING 1)"
                : ", i AS (SELECT 1 WHERE false)";
        return aggregated + update + insert
                + " SELECT (SELECT count(*) FROM a), (SELECT count(*) FROM u) + (SELECT count(*) FROM i)";
    }

    private static String aggregate(CounterColumn column, @Nullable String fieldColumn) {
        String value = fieldColumn == null ? "*" : "r." + Identifiers.column(fieldColumn);
        return switch (column.aggregate()) {
            case COUNT -> "count(" + value + ")";
            // doubles in an order of their own, so that a second time gives the same sum
            case SUM -> "coalesce(sum(" + value + (column.type() == FieldType.DOUBLE ? " ORDER BY " + value : "") + "), 0)";
            case MIN -> "min(" + value + ")";
            case MAX -> "max(" + value + ")";
            case LAST -> throw new IllegalArgumentException(Aggregate.LAST + " is no aggregate of rows");
        };
    }
}
