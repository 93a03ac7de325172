package io.weir.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a table that is divided by a time.
 *
 * @param schema of the table; its parts are created there, too
 * @param name the table's name without its schema
 */
record TableParts(String schema, String name, List<Part> parts) {
    /**
     * One part.
     *
     * @param from its first moment (UTC); null when it reaches back for ever
     * @param end the first moment after it; null when it has none
     * @param isDefault whether it takes what no other takes
     */
    record Part(
            String table,
            String sqlName,
            @Nullable LocalDateTime from,
            @Nullable LocalDateTime end,
            boolean isDefault) {
        boolean covers(LocalDate day) {
            return !isDefault
                    && (from == null || !from.isAfter(day.atStartOfDay()))
                    && (end == null || !end.isBefore(day.plusDays(1).atStartOfDay()));
        }
    }

    private static final String TABLE = """
        SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.oid = to_regclass(?) AND c.relkind = 'p'
        """;
    private static final String PARTS = """
        SELECT c.relname, n.nspname, pg_get_expr(c.relpartbound, c.oid)
        FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE i.inhparent = to_regclass(?) ORDER BY 1
        """;
    private static final Pattern BOUNDS = Pattern.compile("FOR VALUES FROM \\((.*)\\) TO \\((.*)\\)");
    private static final Pattern MOMENT =
            Pattern.compile("'(\\d+-\\d\\d-\\d\\d) (\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?)\\+00'");

    TableParts {
        parts = List.copyOf(parts);
    }

    /** Reads them, in a transaction; null when there is no such table that is divided. */
    static @Nullable TableParts read(Connection connection, String table) throws SQLException {
        // the bounds are read as text
        DayTables.execute(connection, "SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO'");
        String schema;
        String name;
        try (PreparedStatement statement = connection.prepareStatement(TABLE)) {
            statement.setString(1, Identifiers.table(table));
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return null;
                }
                schema = row.getString(1);
                name = row.getString(2);
            }
        }
        List<Part> parts = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(PARTS)) {
            statement.setString(1, Identifiers.table(table));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    parts.add(part(row.getString(1), row.getString(2), row.getString(3)));
                }
            }
        }
        return new TableParts(schema, name, parts);
    }

    private static Part part(String table, String schema, String bound) {
        String sqlName = Identifiers.column(schema) + "." + Identifiers.column(table);
        Matcher bounds = BOUNDS.matcher(bound);
        return bounds.matches()
                ? new Part(table, sqlName, moment(bounds.group(1)), moment(bounds.group(2)), false)
                : new Part(table, sqlName, null, null, true);
    }

    private static @Nullable LocalDateTime moment(String bound) {
        Matcher moment = MOMENT.matcher(bound);
        return moment.matches() ? LocalDateTime.parse(moment.group(1) + "T" + moment.group(2)) : null;
    }

    String sqlName() {
        return Identifiers.column(schema) + "." + Identifiers.column(name);
    }

    /** What a part of this table is called in SQL. */
    String sqlName(String suffix) {
        return Identifiers.column(schema) + "." + Identifiers.column(name + suffix);
    }

    boolean covers(LocalDate day) {
        return parts.stream().anyMatch(part -> part.covers(day));
    }

    /** The part that takes what no other takes; null when there is none. */
    @Nullable
    Part byDefault() {
        return parts.stream().filter(Part::isDefault).findFirst().orElse(null);
    }

    /** The first day behind all parts; null when there are none with an end. */
    @Nullable
    LocalDate end() {
        return parts.stream()
                .map(Part::end)
                .filter(end -> end != null)
                .max(LocalDateTime::compareTo)
                .map(LocalDateTime::toLocalDate)
                .orElse(null);
    }

    /** The parts of Weir's own that end before {@code first} begins. */
    List<Part> before(LocalDate first) {
        Pattern own = Pattern.compile(Pattern.quote(name) + "_(before_)?\\d{8}");
        return parts.stream()
                .filter(part -> part.end() != null && !part.end().isAfter(first.atStartOfDay()))
                .filter(part -> own.matcher(part.table()).matches())
                .toList();
    }

    /** A day's beginning, as a bound. */
    static String bound(LocalDate day) {
        return "'" + day + " 00:00:00+00'";
    }
}
