package io.weir.store;

import io.weir.definition.Aggregate;
import io.weir.definition.ColumnSource;
import io.weir.definition.Counter;
import io.weir.definition.CounterColumn;
import io.weir.definition.Field;
import io.weir.definition.FieldType;
import io.weir.definition.OnMissing;
import io.weir.definition.RowColumn;
import io.weir.definition.RowTable;
import io.weir.definition.StreamDefinition;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * Which columns of a counter are the aggregates of which rows, as its definition says, and the SQL that compares them.
 *
 * @param columns those that can be compared; none when no table has their rows
 * @param sql answers one row per entity with a difference: the entity, then what the counter and the rows say, column by
 *     column, and whether that differs; empty when there is nothing to compare
 */
record ComparisonPlan(
        StreamDefinition definition,
        Counter counter,
        @Nullable RowTable rows,
        List<CounterColumn> columns,
        List<String> notCompared,
        String sql) {

    /**
     * What can be compared.
     *
     * @param expired from which day on the rows of a table are all there, for tables of which some were dropped
     */
    static List<ComparisonPlan> of(
            StreamDefinition definition,
            Collection<StreamDefinition> all,
            Catalog catalog,
            Map<String, LocalDate> expired) {
        List<ComparisonPlan> plans = new ArrayList<>();
        for (Counter counter : definition.counters()) {
            plans.add(of(definition, counter, all, catalog, expired));
        }
        return plans;
    }

    private static ComparisonPlan of(
            StreamDefinition definition,
            Counter counter,
            Collection<StreamDefinition> all,
            Catalog catalog,
            Map<String, LocalDate> expired) {
        if (counter.onMissing() == OnMissing.SKIP) {
            return none(definition, counter, "events of entities without a row are not counted (on-missing = skip)");
        }
        if (writers(counter.table(), all) > 1) {
            return none(definition, counter, "more than one definition or counter writes " + counter.table());
        }
        List<String> reasons = new ArrayList<>();
        for (RowTable rows : definition.rows()) {
            LocalDate first = expired.get(rows.table());
            String problem = first == null
                    ? problem(definition, counter, rows, all, catalog)
                    : "has no longer its rows of before " + first + ", whose retention has passed";
            if (problem != null) {
                reasons.add(rows.table() + " " + problem);
                continue;
            }
            List<CounterColumn> columns = new ArrayList<>();
            List<String> notCompared = new ArrayList<>();
            for (CounterColumn column : counter.columns()) {
                String without = problem(column, rows);
                if (without == null) {
                    columns.add(column);
                } else {
                    notCompared.add(column.column() + ": " + without);
                }
            }
            if (!columns.isEmpty()) {
                String sql = sql(definition, counter, rows, columns, catalog);
                return new ComparisonPlan(definition, counter, rows, columns, notCompared, sql);
            }
            reasons.addAll(notCompared);
        }
        return none(definition, counter, reasons.isEmpty() ? "the stream writes no rows" : String.join("; ", reasons));
    }

    private static ComparisonPlan none(StreamDefinition definition, Counter counter, String reason) {
        return new ComparisonPlan(definition, counter, null, List.of(), List.of(reason), "");
    }

    private static long writers(String table, Collection<StreamDefinition> all) {
        return all.stream()
                .mapToLong(other -> other.counters().stream()
                                .filter(counter -> counter.table().equals(table))
                                .count()
                        + other.rows().stream()
                                .filter(rows -> rows.table().equals(table))
                                .count())
                .sum();
    }

    /** Why these rows don't say what the counter counted; null when they do. */
    private static @Nullable String problem(
            StreamDefinition definition,
            Counter counter,
            RowTable rows,
            Collection<StreamDefinition> all,
            Catalog catalog) {
        if (rows.when() != null) {
            return "takes some of the events only (when)";
        }
        RowColumn entity = columnOf(rows, definition.entity());
        if (entity == null) {
            return "has no column with the entity";
        }
        Field condition = RowsCondition.missing(counter.where(), rows);
        if (condition != null) {
            return "has no column with " + condition.name() + " (where)";
        }
        String keyType = catalog.type(counter.table(), counter.keyColumn());
        String entityType = catalog.type(rows.table(), entity.column());
        if (!keyType.equals(entityType)) {
            return "has the entity as " + entityType + " and the counter as " + keyType;
        }
        return writers(rows.table(), all) > 1 ? "is written by more than one definition" : null;
    }

    private static @Nullable String problem(CounterColumn column, RowTable rows) {
        if (column.aggregate() == Aggregate.LAST) {
            return "rows don't say which event was last";
        }
        return column.field() == null || columnOf(rows, column.field()) != null
                ? null
                : rows.table() + " has no column with " + column.field().name();
    }

    private static @Nullable RowColumn columnOf(RowTable rows, @Nullable Field field) {
        for (RowColumn column : rows.columns()) {
            if (column.source() instanceof ColumnSource.OfField of && of.field().equals(field)) {
                return column;
            }
        }
        return null;
    }

    private static String sql(
            StreamDefinition definition, Counter counter, RowTable rows, List<CounterColumn> columns, Catalog catalog) {
        RowColumn entity = columnOf(rows, definition.entity());
        String key = Identifiers.column(entity == null ? "" : entity.column());
        StringJoiner values = new StringJoiner(", ");
        StringJoiner counted = new StringJoiner(", ").add(Identifiers.column(counter.keyColumn()) + " AS k");
        StringJoiner aggregates = new StringJoiner(", ").add(key + " AS k");
        StringJoiner differs = new StringJoiner(" OR ");
        for (int i = 0; i < columns.size(); i++) {
            CounterColumn column = columns.get(i);
            String difference = difference(column, "c.v" + i, "r.v" + i);
            counted.add(Identifiers.column(column.column()) + " AS v" + i);
            aggregates.add(aggregate(column, rows) + " AS v" + i);
            differs.add(difference);
            values.add("c.v" + i + "::text").add("r.v" + i + "::text").add("(" + difference + ")");
        }
        return "SELECT coalesce(c.k, r.k)::text, " + values + " FROM (SELECT " + counted + " FROM "
                + Identifiers.table(counter.table()) + ") c FULL JOIN (SELECT " + aggregates + " FROM "
                + Identifiers.table(rows.table()) + " WHERE "
                + RowsCondition.sql(counter.where(), rows, "", catalog) + " GROUP BY 1) r ON c.k = r.k WHERE "
                + differs;
    }

    private static String aggregate(CounterColumn column, RowTable rows) {
        RowColumn source = columnOf(rows, column.field());
        String argument = source == null ? "*" : Identifiers.column(source.column());
        return switch (column.aggregate()) {
            case COUNT -> "count(" + argument + ")";
            case SUM -> "sum(" + argument + ")";
            case MIN -> "min(" + argument + ")";
            case MAX -> "max(" + argument + ")";
            case LAST -> throw new IllegalArgumentException("rows have no last event");
        };
    }

    private static String difference(CounterColumn column, String counter, String rows) {
        boolean sum = column.aggregate() == Aggregate.SUM || column.aggregate() == Aggregate.COUNT;
        if (!sum) {
            return counter + " IS DISTINCT FROM " + rows;
        }
        String left = "coalesce(" + counter + ", 0)";
        String right = "coalesce(" + rows + ", 0)";
        // the sum of doubles depends on their order
        return column.type() == FieldType.DOUBLE
                ? "abs(" + left + " - " + right + ") > 1e-9 * greatest(abs(" + left + "), abs(" + right + "), 1)"
                : left + " <> " + right;
    }
}
