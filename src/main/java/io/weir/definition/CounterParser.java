package io.weir.definition;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Parses the counters of a stream. */
final class CounterParser {
    private static final Set<FieldType> NUMBERS = Set.of(FieldType.LONG, FieldType.DOUBLE);
    private static final Set<FieldType> ORDERED = Set.of(FieldType.LONG, FieldType.DOUBLE, FieldType.TIMESTAMP);
    private static final List<String> ON_MISSING = List.of("insert", "skip", "dead-letter");
    private static final String AGGREGATES =
            "write sum(field), count, count(field), min(field), max(field) or last(field)";

    private final Section stream;
    private final Map<String, Field> fields;
    private final @Nullable Field entity;

    CounterParser(Section stream, Map<String, Field> fields, @Nullable Field entity) {
        this.stream = stream;
        this.fields = fields;
        this.entity = entity;
    }

    List<Counter> parse() {
        List<Counter> counters = new ArrayList<>();
        if (stream.has("counters") && !stream.has("entity")) {
            stream.fault(
                    "entity", "is missing: there are counters", "name the field that they count for: entity = field");
        }
        Set<String> tables = new HashSet<>();
        for (Section section : stream.sections("counters")) {
            section.only("table", "key", "set", "on-missing", "written-at", "where");
            String table = RowParser.table(section);
            String keyColumn = keyColumn(section);
            List<CounterColumn> columns = columns(section, keyColumn);
            String writtenAt = writtenAt(section, keyColumn, columns);
            Condition where = new ConditionParser(fields).parse(section, "where");
            String onMissing = section.oneOf("on-missing", ON_MISSING);
            if (table != null && !tables.add(table)) {
                section.fault("table", "is \"" + table + "\" once more", "put its columns into one counter's \"set\"");
            }
            if (table != null && keyColumn != null) {
                OnMissing missing = onMissing == null
                        ? OnMissing.INSERT
                        : OnMissing.valueOf(onMissing.toUpperCase(Locale.ROOT).replace('-', '_'));
                counters.add(new Counter(table, keyColumn, missing, columns, writtenAt, where));
            }
        }
        if (isEmptyList(stream.get("counters"))) {
            stream.fault("counters", "is empty", "add a counter, or remove the key");
        }
        return counters;
    }

    static boolean isEmptyList(@Nullable ConfigValue stated) {
        return stated instanceof ConfigList list && list.isEmpty();
    }

    private @Nullable String keyColumn(Section section) {
        String remedy = "write key { column = " + (entity == null ? "entity" : entity.name()) + " }";
        Section key = section.section("key");
        if (key == null) {
            if (!section.has("key")) {
                section.fault("key", "is missing", remedy);
            }
            return null;
        }
        if (key.entries().size() != 1) {
            section.fault("key", "has " + key.entries().size() + " columns", remedy);
            return null;
        }
        String column = key.entries().getFirst().getKey();
        RowParser.checkColumn(key, column);
        String field = key.text(column);
        if (field != null && entity != null && !field.equals(entity.name())) {
            key.fault(column, "is \"" + field + "\", but the stream's entity is " + entity.name(), remedy);
        }
        return column;
    }

    private static @Nullable String writtenAt(
            Section section, @Nullable String keyColumn, List<CounterColumn> columns) {
        String column = section.text("written-at");
        if (column == null) {
            return null;
        }
        RowParser.checkColumn(section, column, "written-at");
        if (column.equals(keyColumn)
                || columns.stream().anyMatch(other -> other.column().equals(column))) {
            section.fault("written-at", "is " + column + ", which holds something else", "name another column");
        }
        return column;
    }

    private List<CounterColumn> columns(Section section, @Nullable String keyColumn) {
        List<CounterColumn> columns = new ArrayList<>();
        Section set = section.section("set");
        if (set == null || set.entries().isEmpty()) {
            if (!section.has("set") || set != null) {
                section.fault("set", "sets no column", "write set { column = \"sum(field)\" }");
            }
            return columns;
        }
        for (Map.Entry<String, ConfigValue> entry : set.entries()) {
            String column = entry.getKey();
            RowParser.checkColumn(set, column);
            if (column.equals(keyColumn)) {
                set.fault(column, "is the key's column", "count in another column");
            }
            if (entry.getValue().valueType() != ConfigValueType.STRING) {
                set.fault(column, "is " + Section.describe(entry.getValue()), AGGREGATES);
                continue;
            }
            CounterColumn parsed = column(set, column, (String) entry.getValue().unwrapped());
            if (parsed != null) {
                columns.add(parsed);
            }
        }
        return columns;
    }

    private @Nullable CounterColumn column(Section set, String column, String expression) {
        String text = expression.trim();
        if (text.equals("count")) {
            return new CounterColumn(column, Aggregate.COUNT, null);
        }
        int open = text.indexOf('(');
        Aggregate aggregate = open > 0 && text.endsWith(")") ? aggregate(text.substring(0, open)) : null;
        if (aggregate == null) {
            set.fault(column, "is \"" + expression + "\", which is no aggregate", AGGREGATES);
            return null;
        }
        String fieldName = text.substring(open + 1, text.length() - 1).trim();
        Field field = fields.get(fieldName);
        if (field == null) {
            set.fault(
                    column,
                    "aggregates \"" + fieldName + "\", which is no field",
                    Faults.insteadOf(fieldName, fields.keySet()));
            return null;
        }
        String name = text.substring(0, open).trim();
        String label = field.type().label();
        switch (aggregate) {
            case SUM -> {
                if (!NUMBERS.contains(field.type())) {
                    set.fault(column, "sums the field " + fieldName + " of type " + label, "sum a long or a double");
                }
            }
            case MIN, MAX -> {
                if (!ORDERED.contains(field.type())) {
                    set.fault(
                            column,
                            "is the " + name + " of the field " + fieldName + " of type " + label,
                            "choose a long, a double or a timestamp");
                }
            }
            case COUNT, LAST -> {}
        }
        return new CounterColumn(column, aggregate, field);
    }

    private static @Nullable Aggregate aggregate(String name) {
        return switch (name.trim()) {
            case "sum" -> Aggregate.SUM;
            case "count" -> Aggregate.COUNT;
            case "min" -> Aggregate.MIN;
            case "max" -> Aggregate.MAX;
            case "last" -> Aggregate.LAST;
            default -> null;
        };
    }
}
