package io.weir.store;

import io.weir.definition.Condition;
import io.weir.definition.Field;
import io.weir.definition.FieldType;
import io.weir.definition.RowTable;
import io.weir.event.ValueText;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** A counter's {@code where} as a condition on the columns that hold its fields. */
final class RowsCondition {
    private RowsCondition() {}

    /** The first field that the table has no column for; null when it has one for each. */
    static @Nullable Field missing(@Nullable Condition where, RowTable rows) {
        if (where != null) {
            for (Condition.Term term : where.terms()) {
                if (rows.columnOf(term.field()) == null) {
                    return term.field();
                }
            }
        }
        return null;
    }

    /**
     * The condition in SQL.
     *
     * @param prefix stands before each column, as {@code r.}
     * @return {@code true} for a counter of every event
     */
    static String sql(@Nullable Condition where, RowTable rows, String prefix, Catalog catalog) {
        if (where == null) {
            return "true";
        }
        StringJoiner terms = new StringJoiner(" AND ");
        for (Condition.Term term : where.terms()) {
            String name = rows.columnOf(term.field());
            if (name == null) {
                throw new IllegalArgumentException(
                        rows.table() + " has no column with " + term.field().name());
            }
            boolean isText =
                    term.field().type() == FieldType.TEXT || term.field().type() == FieldType.URL;
            String type = isText ? "text" : catalog.type(rows.table(), name);
            String column = prefix + Identifiers.column(name);
            List<String> alternatives = new ArrayList<>();
            if (term.values().isEmpty()) {
                alternatives.add(column + " IS NOT NULL");
            } else {
                StringJoiner values = new StringJoiner(", ", " IN (", ")");
                term.values().forEach(value -> values.add(literal(term.field().type(), value, type)));
                alternatives.add(column + (isText ? "::text" : "") + values);
            }
            if (term.orAbsent()) {
                alternatives.add(column + " IS NULL");
            }
            terms.add("(" + String.join(" OR ", alternatives) + ")");
        }
        return terms.toString();
    }

    /** What was stored for the value: rounded as the column rounds it. */
    private static String literal(FieldType type, Object value, String columnType) {
        return "'" + ValueText.of(type, value).replace("'", "''") + "'::" + columnType;
    }
}
