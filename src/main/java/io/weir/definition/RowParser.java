package io.weir.definition;

import com.typesafe.config.ConfigValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Parses the tables that take a stream's events as rows. */
final class RowParser {
    private static final List<String> SPECIAL = List.of("$key", "$entry", "$index", "$received");

    private final Section stream;
    private final Map<String, Field> fields;
    private final PartitionParser partitions;

    RowParser(Section stream, Map<String, Field> fields, PartitionParser partitions) {
        this.stream = stream;
        this.fields = fields;
        this.partitions = partitions;
    }

    List<RowTable> parse() {
        List<RowTable> tables = new ArrayList<>();
        for (Section section : stream.sections("rows")) {
            section.only("table", "columns", "when", "partition");
            String table = table(section);
            List<RowColumn> columns = columns(section);
            Condition when = new ConditionParser(fields).parse(section, "when");
            DayPartitioning partition = partitions.parse(section, table, columns);
            if (table != null) {
                tables.add(new RowTable(table, columns, when, partition));
            }
        }
        if (CounterParser.isEmptyList(stream.get("rows"))) {
            stream.fault("rows", "is empty", "add a table, or remove the key");
        }
        return tables;
    }

    /** The table's name; null when it is missing or none. */
    static @Nullable String table(Section section) {
        String table = section.text("table");
        if (!section.has("table")) {
            section.fault("table", "is missing", "name the table, with its schema where it needs one");
        } else if (table != null && !Names.isTable(table)) {
            section.fault(
                    "table",
                    "is \"" + table + "\", which is no table's name",
                    "write table or schema.table in letters, digits and underscores");
            return null;
        }
        return table;
    }

    static void checkColumn(Section section, String column) {
        checkColumn(section, column, column);
    }

    /** Checks a column's name that stands under {@code key}. */
    static void checkColumn(Section section, String column, String key) {
        if (!Names.isColumn(column)) {
            section.fault(
                    key, "is not a column's name", "use up to 63 letters, digits and underscores, no digit first");
        }
    }

    private List<RowColumn> columns(Section section) {
        List<RowColumn> columns = new ArrayList<>();
        Section stated = section.section("columns");
        if (stated == null || stated.entries().isEmpty()) {
            if (!section.has("columns") || stated != null) {
                section.fault("columns", "names no column", "write columns { column = field }");
            }
            return columns;
        }
        boolean keyed = false;
        for (Map.Entry<String, ConfigValue> entry : stated.entries()) {
            String column = entry.getKey();
            checkColumn(stated, column);
            String text = stated.text(column);
            ColumnSource source = text == null ? null : source(stated, column, text);
            if (source instanceof ColumnSource.Key) {
                if (keyed) {
                    stated.fault(column, "is a second column for \"$key\"", "keep one");
                }
                keyed = true;
            }
            if (source != null) {
                columns.add(new RowColumn(column, source));
            }
        }
        return columns;
    }

    private @Nullable ColumnSource source(Section columns, String column, String text) {
        return switch (text) {
            case "$key" -> new ColumnSource.Key();
            case "$entry" -> new ColumnSource.Entry();
            case "$index" -> new ColumnSource.Index();
            case "$received" -> new ColumnSource.Received();
            default -> {
                Field field = fields.get(text);
                if (field == null) {
                    List<String> known = new ArrayList<>(fields.keySet());
                    known.addAll(SPECIAL);
                    columns.fault(column, "is \"" + text + "\", which is no field", Faults.insteadOf(text, known));
                }
                yield field == null ? null : new ColumnSource.OfField(field);
            }
        };
    }
}
