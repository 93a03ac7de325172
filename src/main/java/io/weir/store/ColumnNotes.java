package io.weir.store;

import io.weir.definition.Counter;
import io.weir.definition.CounterColumn;
import io.weir.definition.StreamDefinition;
import io.weir.event.EntryId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Locale;

/**
 * Notes in {@code counter_column}, written by the transaction that raises a partition's epoch: whoever counted by another
 * definition commits nothing after it.
 */
final class ColumnNotes {
    /**
     * A column is new when the partition is, or when others of it were noted before. Otherwise it may have been counted
     * before there were notes.
     */
    private static final String NOTE = """
        INSERT INTO counter_column AS c
            (stream, partition, counter_table, counter_column, aggregate, counted_after, known)
        SELECT ?, ?, u.t, u.c, u.a, ?, ? OR EXISTS (SELECT FROM counter_column WHERE stream = ? AND partition = ?)
        FROM unnest(?::text[], ?::text[], ?::text[]) AS u (t, c, a)
        ON CONFLICT (stream, partition, counter_table, counter_column)
            DO UPDATE SET known = false, aggregate = excluded.aggregate, backfilled_at = NULL
            WHERE c.aggregate <> excluded.aggregate
        """;

    private static final String NOTE_ABSENT = """
        UPDATE counter_column AS c SET known = false, backfilled_at = NULL
        WHERE c.stream = ? AND c.partition = ? AND (c.known OR c.backfilled_at IS NOT NULL) AND NOT EXISTS
            (SELECT FROM unnest(?::text[], ?::text[]) AS u (t, c) WHERE u.t = c.counter_table AND u.c = c.counter_column)
        """;

    private final String stream;
    private final int partition;
    private final String[] tables;
    private final String[] columns;
    private final String[] aggregates;

    ColumnNotes(StreamDefinition definition, int partition) {
        this.stream = definition.name();
        this.partition = partition;
        int size =
                definition.counters().stream().mapToInt(c -> c.columns().size()).sum();
        this.tables = new String[size];
        this.columns = new String[size];
        this.aggregates = new String[size];
        int at = 0;
        for (Counter counter : definition.counters()) {
            for (CounterColumn column : counter.columns()) {
                tables[at] = counter.table();
                columns[at] = column.column();
                aggregates[at] = column.aggregate().name().toLowerCase(Locale.ROOT)
                        + (column.field() == null ? "" : "(" + column.field().name() + ")")
                        + (counter.where() == null ? "" : " where " + counter.where());
                at++;
            }
        }
    }

    /** Notes the columns that the definition has, and that it has no others. */
    void write(Connection connection, EntryId cursor) throws SQLException {
        try (PreparedStatement note = connection.prepareStatement(NOTE);
                PreparedStatement absent = connection.prepareStatement(NOTE_ABSENT)) {
            note.setString(1, stream);
            note.setInt(2, partition);
            note.setString(3, cursor.toString());
            note.setBoolean(4, cursor.equals(EntryId.ZERO));
            note.setString(5, stream);
            note.setInt(6, partition);
            note.setArray(7, connection.createArrayOf("text", tables));
            note.setArray(8, connection.createArrayOf("text", columns));
            note.setArray(9, connection.createArrayOf("text", aggregates));
            note.executeUpdate();
            absent.setString(1, stream);
            absent.setInt(2, partition);
            absent.setArray(3, connection.createArrayOf("text", tables));
            absent.setArray(4, connection.createArrayOf("text", columns));
            absent.executeUpdate();
        }
    }
}
