package io.weir.store;

import io.weir.definition.Aggregate;
import io.weir.definition.CounterColumn;
import io.weir.definition.Field;
import io.weir.definition.FieldType;
import io.weir.definition.OnMissing;
import io.weir.definition.RowTable;
import io.weir.definition.StreamDefinition;
import io.weir.replay.CounterTarget;
import io.weir.replay.ReplayFailure;
import java.util.LinkedHashSet;
import java.util.Set;
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
            String entityColumn = entity == null ? null : table.columnOf(entity);
            String fieldColumn = field == null ? null : table.columnOf(field);
            if (table.when() == null
                    && entityColumn != null
                    && (field == null || fieldColumn != null)
                    && RowsCondition.missing(target.counter().where(), table) == null) {
                return new RowsAggregate(
                        table.table(),
                        "SELECT count(*) FROM " + Identifiers.table(table.table()),
                        set(table, entityColumn, fieldColumn, target, catalog));
            }
        }
        Set<String> needed = new LinkedHashSet<>();
        needed.add(entity == null ? "an entity" : entity.name());
        if (field != null) {
            needed.add(field.name());
        }
        if (target.counter().where() != null) {
            target.counter()
                    .where()
                    .terms()
                    .forEach(term -> needed.add(term.field().name()));
        }
        throw ReplayFailure.refused("no rows table of stream " + definition.name()
                + " that takes every event (without \"when\") holds " + String.join(" and ", needed) + ", which "
                + target.name() + " is made of");
    }

    private static String set(
            RowTable rows, String entityColumn, @Nullable String fieldColumn, CounterTarget target, Catalog catalog) {
        String counterTable = target.counter().table();
        String counterTableName = Identifiers.table(counterTable);
        String key = Identifiers.column(target.counter().keyColumn());
        String column = Identifiers.column(target.column().column());
        String keyType = catalog.type(counterTable, target.counter().keyColumn());
        String columnType = catalog.type(counterTable, target.column().column());
        boolean isFiltered = target.counter().where() != null;
        String condition = RowsCondition.sql(target.counter().where(), rows, "r.", catalog);
        String filter = isFiltered ? " FILTER (WHERE " + condition + ")" : "";
        // an entity none of whose events counts has a value, too, if it has a row; it gets none for that
        String counted = isFiltered ? ", count(*)" + filter + " AS n" : "";
        // each step takes a snapshot of its own from the same statement: the cursor rows are locked
        String aggregated = "WITH a AS MATERIALIZED (SELECT r." + Identifiers.column(entityColumn) + "::" + keyType
                + " AS k, (" + aggregate(target.column(), fieldColumn, filter) + ")::" + columnType + " AS v" + counted
                + " FROM " + Identifiers.table(rows.table()) + " AS r WHERE r." + Identifiers.column(entityColumn)
                + " IS NOT NULL GROUP BY 1)";
        String update = ", u AS (UPDATE " + counterTableName + " AS t SET " + column + " = a.v FROM a WHERE t." + key
                + " = a.k AND t." + column + " IS DISTINCT FROM a.v RETURNING 1)";
        String insert = target.counter().onMissing() == OnMissing.INSERT
                ? ", i AS (INSERT INTO " + counterTableName + " AS t (" + key + ", " + column
                        + ") SELECT a.k, a.v FROM a WHERE " + (isFiltered ? "a.n > 0 AND " : "")
                        + "NOT EXISTS (SELECT FROM " + counterTableName + " AS x WHERE x." + key
                        + " = a.k) RETURNING 1)"
                : ", i AS (SELECT 1 WHERE false)";
        return aggregated + update + insert
                + " SELECT (SELECT count(*) FROM a), (SELECT count(*) FROM u) + (SELECT count(*) FROM i)";
    }

    private static String aggregate(CounterColumn column, @Nullable String fieldColumn, String filter) {
        String value = fieldColumn == null ? "*" : "r." + Identifiers.column(fieldColumn);
        return switch (column.aggregate()) {
            case COUNT -> "count(" + value + ")" + filter;
            // doubles in an order of their own, so that a second time gives the same sum
            case SUM ->
                "coalesce(sum(" + value + (column.type() == FieldType.DOUBLE ? " ORDER BY " + value : "") + ")" + filter
                        + ", 0)";
            case MIN -> "min(" + value + ")" + filter;
            case MAX -> "max(" + value + ")" + filter;
            case LAST -> throw new IllegalArgumentException(Aggregate.LAST + " is no aggregate of rows");
        };
    }
}
