package io.weir.store;

import io.weir.definition.Aggregate;
import io.weir.definition.Counter;
import io.weir.definition.CounterColumn;
import io.weir.definition.Field;
import io.weir.definition.FieldType;
import io.weir.definition.OnMissing;
import io.weir.event.EntityDelta;
import io.weir.event.Event;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Adds deltas to one counter of a stream. */
final class CounterWriter {
    private final int position;
    private final Counter counter;
    private final FieldType entityType;
    private final Portions portions;
    private final String write;
    private final String lockExisting;
    private final String read;

    /** The writer of the counter at {@code position} of its definition. */
    CounterWriter(int position, Counter counter, Field entity, Catalog catalog, Portions portions) {
        this.position = position;
        this.counter = counter;
        this.portions = portions;
        this.entityType = entity.type();
        String table = Identifiers.table(counter.table());
        String key = Identifiers.column(counter.keyColumn());
        String keyType = catalog.type(counter.table(), counter.keyColumn());
        StringJoiner returning = new StringJoiner(", ", " RETURNING ", "").add("t." + key);
        StringJoiner deltas = new StringJoiner(", ", " FROM (SELECT ", ") d");
        deltas.add(ElementType.of(entityType).unnested(keyType) + " AS k");
        for (int i = 0; i < counter.columns().size(); i++) {
            CounterColumn column = counter.columns().get(i);
            returning.add("t." + Identifiers.column(column.column()));
            deltas.add(ElementType.of(column.type()).unnested(catalog.type(counter.table(), column.column())) + " AS c"
                    + i);
        }
        this.write = switch (counter.onMissing()) {
            case INSERT -> upsert(table, key, deltas.toString()) + returning;
            case SKIP, DEAD_LETTER ->
                "UPDATE " + table + " AS t SET " + assignments(false) + deltas + " WHERE t." + key + " = d.k"
                        + returning;
        };
        String keys = "?::" + ElementType.of(entityType).sqlName() + "[]::" + keyType + "[]";
        StringJoiner columns = new StringJoiner(", ").add(key);
        counter.columns().forEach(column -> columns.add(Identifiers.column(column.column())));
        this.read = "SELECT " + columns + " FROM " + table + " WHERE " + key + " = ANY(" + keys + ")";
        this.lockExisting = "SELECT " + key + " FROM " + table + " AS t WHERE " + key + " = ANY(" + keys + ") ORDER BY "
                + key + " FOR NO KEY UPDATE";
    }

    private String upsert(String table, String key, String deltas) {
        StringJoiner names = new StringJoiner(", ").add(key);
        StringJoiner values = new StringJoiner(", ").add("d.k");
        for (int i = 0; i < counter.columns().size(); i++) {
            CounterColumn column = counter.columns().get(i);
            names.add(Identifiers.column(column.column()));
            // the sum of nothing is 0, and a counter's column is usually NOT NULL
            values.add(isSum(column) ? "coalesce(d.c" + i + ", 0)" : "d.c" + i);
        }
        if (counter.writtenAt() != null) {
            names.add(Identifiers.column(counter.writtenAt()));
            values.add("now()");
        }
        return "INSERT INTO " + table + " AS t (" + names + ") SELECT " + values + deltas + " ON CONFLICT (" + key
                + ") DO UPDATE SET " + assignments(true);
    }

    /** Each leaves the column as it is where the delta is null. */
    private String assignments(boolean excluded) {
        StringJoiner assignments = new StringJoiner(", ");
        for (int i = 0; i < counter.columns().size(); i++) {
            CounterColumn column = counter.columns().get(i);
            String name = Identifiers.column(column.column());
            String old = "t." + name;
            String delta = excluded ? "excluded." + name : "d.c" + i;
            // the order in which the deltas were made
            String collation =
                    column.type() == FieldType.TEXT || column.type() == FieldType.URL ? " COLLATE \"C\"" : "";
            assignments.add(name + " = "
                    + switch (column.aggregate()) {
                        case SUM, COUNT -> "coalesce(" + old + " + " + delta + ", " + delta + ", " + old + ")";
                        case MIN -> "least(" + old + collation + ", " + delta + collation + ")";
                        case MAX -> "greatest(" + old + collation + ", " + delta + collation + ")";
                        case LAST -> "coalesce(" + delta + ", " + old + ")";
                    });
        }
        if (counter.writtenAt() != null) {
            assignments.add(Identifiers.column(counter.writtenAt()) + " = now()");
        }
        return assignments.toString();
    }

    private static boolean isSum(CounterColumn column) {
        return column.aggregate() == Aggregate.SUM || column.aggregate() == Aggregate.COUNT;
    }

    /** Whether an event of an entity without a row becomes a dead letter. */
    boolean needsRow() {
        return counter.onMissing() == OnMissing.DEAD_LETTER;
    }

    /** Whether the counter takes this event. */
    boolean counts(Event event) {
        return counter.counts(event.values());
    }

    /** The table and key of an entity, for a person. */
    String describeRow(Object entity) {
        return counter.table() + " has no row with " + counter.keyColumn() + " = " + entity;
    }

    /** Locks the rows of these entities, sorted, and answers which of them exist. */
    Set<Object> lockExisting(Connection connection, Collection<Object> entities) throws SQLException {
        ArrayParameter keys = new ArrayParameter(ElementType.of(entityType), entities.size());
        entities.forEach(keys::add);
        Set<Object> existing = new HashSet<>();
        try (PreparedStatement statement = connection.prepareStatement(lockExisting)) {
            keys.bind(statement, 1);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    Object entity = read(rows, 1, entityType);
                    if (entity != null) {
                        existing.add(entity);
                    }
                }
            }
        }
        return existing;
    }

    /**
     * Adds deltas, which are sorted by entity so that two transactions can't wait for each other, and puts what the
     * rows then hold into {@code totals}.
     *
     * @return the entities that were counted; null when all of them were whose events the counter counts
     */
    @Nullable
    Set<Object> write(Connection connection, List<EntityDelta> deltas, Map<Object, @Nullable Object[][]> totals)
            throws SQLException {
        Set<Object> written = counter.onMissing() == OnMissing.SKIP ? new HashSet<>() : null;
        if (counter.where() == null) {
            add(connection, deltas, totals, written);
            return written;
        }
        List<EntityDelta> counted = new ArrayList<>(deltas.size());
        List<Object> others = new ArrayList<>();
        for (EntityDelta delta : deltas) {
            if (delta.isCountedBy(position)) {
                counted.add(delta);
            } else {
                others.add(delta.entity());
            }
        }
        add(connection, counted, totals, written);
        // an entity's counts are known as a whole or not at all
        if (!others.isEmpty()) {
            ArrayParameter keys = new ArrayParameter(ElementType.of(entityType), others.size());
            others.forEach(keys::add);
            try (PreparedStatement statement = connection.prepareStatement(read)) {
                keys.bind(statement, 1);
                readTotals(statement, totals, null);
            }
        }
        return written;
    }

    private void add(
            Connection connection,
            List<EntityDelta> deltas,
            Map<Object, @Nullable Object[][]> totals,
            @Nullable Set<Object> written)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(write)) {
            for (List<EntityDelta> portion : portions.of(deltas)) {
                bind(statement, portion);
                readTotals(statement, totals, written);
            }
        }
    }

    private void bind(PreparedStatement statement, List<EntityDelta> deltas) throws SQLException {
        List<CounterColumn> columns = counter.columns();
        List<ArrayParameter> parameters = new ArrayList<>(columns.size() + 1);
        parameters.add(new ArrayParameter(ElementType.of(entityType), deltas.size()));
        for (CounterColumn column : columns) {
            parameters.add(new ArrayParameter(ElementType.of(column.type()), deltas.size()));
        }
        for (EntityDelta delta : deltas) {
            parameters.getFirst().add(delta.entity());
            for (int i = 0; i < columns.size(); i++) {
                parameters.get(i + 1).add(delta.value(position, i));
            }
        }
        for (int i = 0; i < parameters.size(); i++) {
            parameters.get(i).bind(statement, i + 1);
        }
    }

    private void readTotals(
            PreparedStatement statement, Map<Object, @Nullable Object[][]> totals, @Nullable Set<Object> found)
            throws SQLException {
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                Object entity = read(rows, 1, entityType);
                if (found != null && entity != null) {
                    found.add(entity);
                }
                @Nullable Object[][] total = entity == null ? null : totals.get(entity);
                if (total != null) {
                    readColumns(rows, 2, total[position]);
                }
            }
        }
    }

    /** Reads the counter's columns, which begin at {@code first}, and answers the position after them. */
    int readColumns(ResultSet rows, int first, @Nullable Object[] into) throws SQLException {
        for (int i = 0; i < into.length; i++) {
            into[i] = read(rows, first + i, counter.columns().get(i).type());
        }
        return first + into.length;
    }

    private static @Nullable Object read(ResultSet rows, int column, FieldType type) throws SQLException {
        Object value = switch (type) {
            case TEXT, URL, IP, JSON -> rows.getString(column);
            case LONG -> rows.getLong(column);
            case DOUBLE -> rows.getDouble(column);
            case BOOLEAN -> rows.getBoolean(column);
            case TIMESTAMP -> micros(rows.getObject(column, OffsetDateTime.class));
            case UUID -> uuid(rows.getString(column));
        };
        return rows.wasNull() ? null : value;
    }

    private static @Nullable UUID uuid(@Nullable String text) {
        return text == null ? null : UUID.fromString(text);
    }

    /** PostgreSQL's infinity, which the driver gives as the last and first time there is, stays at the ends. */
    private static @Nullable Long micros(@Nullable OffsetDateTime time) {
        if (time == null) {
            return null;
        }
        if (time.equals(OffsetDateTime.MAX)) {
            return Long.MAX_VALUE;
        }
        if (time.equals(OffsetDateTime.MIN)) {
            return Long.MIN_VALUE;
        }
        return Math.addExact(Math.multiplyExact(time.toEpochSecond(), 1_000_000L), time.getNano() / 1_000L);
    }
}
