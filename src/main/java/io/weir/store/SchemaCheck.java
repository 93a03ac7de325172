package io.weir.store;

import io.weir.definition.Counter;
import io.weir.definition.CounterColumn;
import io.weir.definition.DefinitionFault;
import io.weir.definition.Field;
import io.weir.definition.FieldType;
import io.weir.definition.OnMissing;
import io.weir.definition.RowColumn;
import io.weir.definition.RowTable;
import io.weir.definition.StreamDefinition;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Compares definitions with the tables that they name, and finds every fault at once. */
public final class SchemaCheck {
    /**
     * What was found.
     *
     * @param catalog the tables, as the writers need them; whole only when there is no fault
     */
    public record Result(List<DefinitionFault> faults, Catalog catalog) {
        public Result {
            faults = List.copyOf(faults);
        }
    }

    private final StreamDefinition definition;
    private final Catalog catalog;
    private final PartitionCheck partitions;
    private final List<DefinitionFault> faults;

    private SchemaCheck(
            StreamDefinition definition, Catalog catalog, PartitionCheck partitions, List<DefinitionFault> faults) {
        this.definition = definition;
        this.catalog = catalog;
        this.partitions = partitions;
        this.faults = faults;
    }

    /**
     * Compares.
     *
     * @param undivided why tables that definitions want to have divided into days could not be, by their names
     */
    static Result check(List<StreamDefinition> definitions, Connection connection, Map<String, String> undivided)
            throws SQLException {
        Set<String> names = new HashSet<>();
        for (StreamDefinition definition : definitions) {
            definition.counters().forEach(counter -> names.add(counter.table()));
            definition.rows().forEach(table -> names.add(table.table()));
        }
        Catalog catalog = CatalogReader.read(connection, names);
        List<DefinitionFault> faults = new ArrayList<>();
        PartitionCheck partitions = new PartitionCheck(undivided);
        for (StreamDefinition definition : definitions) {
            new SchemaCheck(definition, catalog, partitions, faults).run();
        }
        return new Result(faults, catalog);
    }

    private void run() {
        for (int i = 0; i < definition.counters().size(); i++) {
            checkCounter("counters[" + i + "]", definition.counters().get(i));
        }
        for (int i = 0; i < definition.rows().size(); i++) {
            checkRows("rows[" + i + "]", definition.rows().get(i));
        }
    }

    private void checkCounter(String key, Counter counter) {
        Catalog.Table table = table(key, counter.table());
        Field entity = definition.entity();
        if (table == null || entity == null) {
            return;
        }
        boolean inserts = counter.onMissing() == OnMissing.INSERT;
        String keyPath = key + ".key." + counter.keyColumn();
        Catalog.Column keyColumn = column(keyPath, counter.table(), counter.keyColumn());
        if (keyColumn != null) {
            checkType(keyPath, counter.table(), keyColumn, ColumnTypes.holding(entity.type()));
            checkRights(keyPath, counter.table(), keyColumn, inserts, false);
            if (!table.uniqueColumns().contains(counter.keyColumn())) {
                fault(
                        keyPath,
                        "column " + counter.keyColumn() + " of " + counter.table()
                                + " is no primary key and has no unique index, so a counter could stand in several"
                                + " rows",
                        "ALTER TABLE " + Identifiers.table(counter.table()) + " ADD UNIQUE ("
                                + Identifiers.column(counter.keyColumn()) + ")");
            }
        }
        Set<String> set = new HashSet<>();
        set.add(counter.keyColumn());
        for (CounterColumn counterColumn : counter.columns()) {
            set.add(counterColumn.column());
            checkUpdated(key + ".set." + counterColumn.column(), counter, counterColumn.column(), counterColumn.type());
        }
        if (counter.writtenAt() != null) {
            set.add(counter.writtenAt());
            checkUpdated(key + ".written-at", counter, counter.writtenAt(), FieldType.TIMESTAMP);
        }
        if (inserts) {
            checkFilled(key, counter.table(), table, set, "or set on-missing to skip or dead-letter");
        }
    }

    /** Checks a column that a counter writes with each of its rows. */
    private void checkUpdated(String path, Counter counter, String name, FieldType type) {
        Catalog.Column column = column(path, counter.table(), name);
        if (column != null) {
            checkType(path, counter.table(), column, ColumnTypes.holding(type));
            checkRights(path, counter.table(), column, counter.onMissing() == OnMissing.INSERT, true);
        }
    }

    private void checkRows(String key, RowTable rows) {
        Catalog.Table table = table(key, rows.table());
        if (table == null) {
            return;
        }
        Set<String> set = new HashSet<>();
        for (RowColumn rowColumn : rows.columns()) {
            String path = key + ".columns." + rowColumn.column();
            set.add(rowColumn.column());
            Catalog.Column column = column(path, rows.table(), rowColumn.column());
            if (column != null) {
                checkType(path, rows.table(), column, ColumnTypes.holding(rowColumn.source()));
                checkRights(path, rows.table(), column, true, false);
            }
        }
        partitions.check(rows, table, (problem, remedy) -> fault(key + ".partition", problem, remedy));
        RowColumn keyColumn = rows.keyColumn();
        if (rows.equals(definition.arbiter())
                && keyColumn != null
                && table.columns().containsKey(keyColumn.column())
                && !table.uniqueColumns().contains(keyColumn.column())) {
            fault(
                    key + ".columns." + keyColumn.column(),
                    "column " + keyColumn.column() + " of " + rows.table()
                            + " holds $key and has no unique index, so an event sent twice would be stored twice",
                    PartitionCheck.remedyForKey(rows, keyColumn, table));
        }
        checkFilled(key, rows.table(), table, set, "or name it in columns");
    }

    private Catalog.@Nullable Table table(String key, String name) {
        Catalog.Table table = catalog.table(name);
        if (table == null) {
            fault(key + ".table", "there is no table " + name + " in the database", "create it, or correct the name");
            return null;
        }
        if (!table.takesRows()) {
            fault(key + ".table", name + " is not a table", "name a table; a view or a foreign table can't be written");
            return null;
        }
        if (!table.schemaUsable()) {
            fault(key + ".table", "this user may not use the schema of " + name, "GRANT USAGE on its schema");
        }
        return table;
    }

    private Catalog.@Nullable Column column(String key, String tableName, String name) {
        Catalog.Table table = catalog.table(tableName);
        Catalog.Column column = table == null ? null : table.columns().get(name);
        if (column == null) {
            fault(key, "table " + tableName + " has no column " + name, "add it, or correct the name");
        } else if (column.generated()) {
            fault(key, "column " + name + " of " + tableName + " is generated by the database", "leave it out");
        }
        return column;
    }

    private void checkType(String key, String table, Catalog.Column column, List<String> fitting) {
        if (!fitting.contains(column.type())) {
            fault(
                    key,
                    "column " + column.name() + " of " + table + " is " + column.type() + ", which does not hold it",
                    "make it " + fitting.getFirst()
                            + (fitting.size() == 1
                                    ? ""
                                    : " (or " + String.join(", ", fitting.subList(1, fitting.size())) + ")"));
        }
    }

    /** What the statements need: ON CONFLICT and RETURNING read, counters write. */
    private void checkRights(String key, String table, Catalog.Column column, boolean inserts, boolean updates) {
        List<String> missing = new ArrayList<>();
        if (inserts && !column.insertable()) {
            missing.add("INSERT");
        }
        if (updates && !column.updatable()) {
            missing.add("UPDATE");
        }
        if (!column.selectable()) {
            missing.add("SELECT");
        }
        if (!missing.isEmpty()) {
            String rights = String.join(", ", missing);
            fault(
                    key,
                    "this user has no right to " + rights + " column " + column.name() + " of " + table,
                    "GRANT " + rights + " ON " + Identifiers.table(table) + " to it");
        }
    }

    private void checkFilled(String key, String name, Catalog.Table table, Set<String> set, String alternative) {
        for (Catalog.Column column : table.columns().values()) {
            if (column.notNull() && !column.filled() && !set.contains(column.name())) {
                fault(
                        key + ".table",
                        "column " + column.name() + " of " + name
                                + " is NOT NULL without a default, and this definition does not set it",
                        "give it a default, " + alternative);
            }
        }
    }

    private void fault(String key, String problem, String remedy) {
        faults.add(new DefinitionFault(
                definition.file(), "weir.streams." + definition.name() + "." + key, problem, remedy));
    }
}
