package io.weir.store;

import io.weir.event.EntryId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import org.jspecify.annotations.Nullable;

/** The statements on what {@code stream_cursor} notes about events that end their partition. */
final class SuspectStatements {
    /** The failure of the predecessor that left a note is counted here, since a process that is killed counts nothing. */
    private static final String READ = """
        UPDATE stream_cursor SET suspect_failures = suspect_failures + CASE WHEN suspect_entry IS NULL THEN 0 ELSE ? END
        WHERE stream = ? AND partition = ? AND epoch = ?
        RETURNING starts_without_progress, suspect_entry, suspect_index, suspect_failures, suspect_reason
        """;

    private static final String OTHERS = """
        SELECT EXISTS (
            SELECT 1 FROM stream_cursor
            WHERE suspect_entry IS NOT NULL AND updated_at > now() - interval '1 minute'
              AND NOT (stream = ? AND partition = ?))
        """;
    private static final String COUNT_START = """
        UPDATE stream_cursor SET starts_without_progress = starts_without_progress + 1
        WHERE stream = ? AND partition = ? AND epoch = ?
        """;
    private static final String NOTE = """
        UPDATE stream_cursor
        SET suspect_failures = CASE WHEN (suspect_entry, suspect_index) = (?, ?) THEN suspect_failures ELSE 0 END,
            suspect_reason = CASE WHEN (suspect_entry, suspect_index) = (?, ?) THEN suspect_reason END,
            suspect_entry = ?, suspect_index = ?
        WHERE stream = ? AND partition = ? AND epoch = ?
        """;
    private static final String REASON = """
        UPDATE stream_cursor SET suspect_reason = ? WHERE stream = ? AND partition = ? AND epoch = ?
        """;
    private final String stream;
    private final int partition;

    SuspectStatements(String stream, int partition) {
        this.stream = stream;
        this.partition = partition;
    }

    PartitionStore.Suspicion read(Connection connection, long epoch, boolean blamed) throws SQLException {
        boolean others;
        try (PreparedStatement statement = connection.prepareStatement(OTHERS)) {
            statement.setString(1, stream);
            statement.setInt(2, partition);
            try (ResultSet row = statement.executeQuery()) {
                others = row.next() && row.getBoolean(1);
            }
        }
        try (PreparedStatement statement = connection.prepareStatement(READ)) {
            statement.setInt(1, blamed ? 1 : 0);
            bind(statement, 2, epoch);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return PartitionStore.Suspicion.NONE;
                }
                String entry = row.getString(2);
                PartitionStore.Suspect suspect = entry == null
                        ? null
                        : new PartitionStore.Suspect(
                                EntryId.parse(entry), row.getInt(3), row.getInt(4), row.getString(5));
                return new PartitionStore.Suspicion(row.getInt(1), suspect, others);
            }
        }
    }

    boolean countStart(Connection connection, long epoch) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(COUNT_START)) {
            return execute(statement, 1, epoch);
        }
    }

    boolean note(Connection connection, long epoch, EntryId entry, int index) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(NOTE)) {
            for (int parameter = 1; parameter < 7; parameter += 2) {
                statement.setString(parameter, entry.toString());
                statement.setInt(parameter + 1, index);
            }
            return execute(statement, 7, epoch);
        }
    }

    boolean reason(Connection connection, long epoch, @Nullable String reason) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(REASON)) {
            statement.setObject(1, reason, Types.VARCHAR);
            return execute(statement, 2, epoch);
        }
    }

    private boolean execute(PreparedStatement statement, int from, long epoch) throws SQLException {
        bind(statement, from, epoch);
        return statement.executeUpdate() == 1;
    }

    private void bind(PreparedStatement statement, int from, long epoch) throws SQLException {
        statement.setString(from, stream);
        statement.setInt(from + 1, partition);
        statement.setLong(from + 2, epoch);
    }
}
