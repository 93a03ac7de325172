package io.weir.store;

import io.weir.definition.ColumnSource;
import io.weir.definition.Condition;
import io.weir.definition.RowColumn;
import io.weir.definition.RowTable;
import io.weir.event.EntryId;
import io.weir.event.Event;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Writes a stream's events as rows of one table. */
final class RowWriter {
    private record Column(ColumnSource source, ElementType type) {}

    private final String stream;
    private final Portions portions;
    private final @Nullable Condition when;
    private final List<Column> columns = new ArrayList<>();
    private final String insert;
    private final String insertUnlessThere;
    private final String insertReturningKey;
    private final boolean keyIsUuid;

    RowWriter(String stream, RowTable table, Catalog catalog, Portions portions) {
        this.stream = stream;
        this.portions = portions;
        this.when = table.when();
        StringJoiner names = new StringJoiner(", ");
        StringJoiner values = new StringJoiner(", ");
        RowColumn key = table.keyColumn();
        this.keyIsUuid =
                key != null && catalog.type(table.table(), key.column()).equals("uuid");
        for (RowColumn column : table.columns()) {
            ElementType type = elementType(column.source());
            columns.add(new Column(column.source(), type));
            names.add(Identifiers.column(column.column()));
            values.add(type.unnested(catalog.type(table.table(), column.column())));
        }
        // a set-returning function in the SELECT list is not materialised as one in FROM is: 15 % faster
        this.insert = "INSERT INTO " + Identifiers.table(table.table()) + " (" + names + ") SELECT " + values;
        boolean unique = key != null && catalog.isUnique(table.table(), key.column());
        String keyName = key == null ? "" : Identifiers.column(key.column());
        this.insertUnlessThere = unique ? insert + " ON CONFLICT (" + keyName + ") DO NOTHING" : insert;
        this.insertReturningKey = key == null ? insert : insertUnlessThere + " RETURNING " + keyName;
    }

    private ElementType elementType(ColumnSource source) {
        return switch (source) {
            case ColumnSource.OfField ofField -> ElementType.of(ofField.field().type());
            case ColumnSource.Key key -> keyIsUuid ? ElementType.UUID : ElementType.TEXT;
            case ColumnSource.Entry entry -> ElementType.TEXT;
            case ColumnSource.Index index -> ElementType.BIGINT;
            case ColumnSource.Received received -> ElementType.TIMESTAMP;
        };
    }

    /** Inserts the events that the table takes; fails with 23505 when one of their keys is there already. */
    void insert(Connection connection, List<Event> events) throws SQLException {
        update(connection, insert, matching(events));
    }

    /** Inserts the events that the table takes, leaving out those whose key is there already. */
    void insertUnlessThere(Connection connection, List<Event> events) throws SQLException {
        update(connection, insertUnlessThere, matching(events));
    }

    /** Inserts the events whose key is not there yet, or that have none, and answers them in their order. */
    List<Event> insertNew(Connection connection, List<Event> events) throws SQLException {
        Set<String> seen = new HashSet<>(events.size() * 2);
        List<Event> candidates = new ArrayList<>(events.size());
        for (Event event : events) {
            if (event.key() == null || seen.add(event.key())) {
                candidates.add(event);
            }
        }
        if (candidates.isEmpty()) {
            return candidates;
        }
        Set<String> inserted = new HashSet<>(events.size() * 2);
        int rows = 0;
        try (PreparedStatement statement = connection.prepareStatement(insertReturningKey)) {
            bind(statement, candidates);
            try (ResultSet keys = statement.executeQuery()) {
                while (keys.next()) {
                    rows++;
                    String key = keys.getString(1);
                    if (key != null) {
                        inserted.add(key);
                    }
                }
            }
        }
        if (rows == candidates.size()) {
            return candidates;
        }
        List<Event> survivors = new ArrayList<>(rows);
        for (Event event : candidates) {
            String key = event.key();
            if (key == null || inserted.contains(keyIsUuid ? uuid(key).toString() : key)) {
                survivors.add(event);
            }
        }
        return survivors;
    }

    private List<Event> matching(List<Event> events) {
        if (when == null) {
            return events;
        }
        List<Event> matching = new ArrayList<>();
        for (Event event : events) {
            if (when.holds(event.values())) {
                matching.add(event);
            }
        }
        return matching;
    }

    private void update(Connection connection, String sql, List<Event> events) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (List<Event> portion : portions.of(events)) {
                bind(statement, portion);
                statement.executeUpdate();
            }
        }
    }

    private void bind(PreparedStatement statement, List<Event> events) throws SQLException {
        for (int i = 0; i < columns.size(); i++) {
            Column column = columns.get(i);
            ArrayParameter array = new ArrayParameter(column.type(), events.size());
            fill(array, column.source(), events);
            array.bind(statement, i + 1);
        }
    }

    private void fill(ArrayParameter array, ColumnSource source, List<Event> events) {
        switch (source) {
            case ColumnSource.OfField ofField -> {
                int index = ofField.field().index();
                for (Event event : events) {
                    array.add(event.values()[index]);
                }
            }
            case ColumnSource.Key key -> {
                for (Event event : events) {
                    String text = event.key();
                    array.add(text == null || !keyIsUuid ? text : uuid(text));
                }
            }
            case ColumnSource.Entry entry -> {
                EntryId last = EntryId.ZERO;
                String text = last.toString();
                for (Event event : events) {
                    if (!event.entryId().equals(last)) {
                        last = event.entryId();
                        text = last.toString();
                    }
                    array.add(text);
                }
            }
            case ColumnSource.Index index -> {
                for (Event event : events) {
                    array.add((long) event.index());
                }
            }
            case ColumnSource.Received received -> {
                for (Event event : events) {
                    array.add(Math.multiplyExact(event.entryId().millis(), 1_000L));
                }
            }
        }
    }

    private UUID uuid(String key) {
        return uuid(stream, key);
    }

    /** What stands for a key in a column of UUIDs. */
    static UUID uuid(String stream, String key) {
        return UUID.nameUUIDFromBytes((stream + '\0' + key).getBytes(StandardCharsets.UTF_8));
    }
}
