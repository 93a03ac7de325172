package io.weir.store;

import io.weir.definition.Generation;
import io.weir.event.EntryId;
import io.weir.settings.StoreSettings;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** The statements on a partition's row in {@code stream_cursor}. */
final class CursorStatements {
    /** Settings of the transaction come with its first statement and end with it, as a pooler in between wants it. */
    private static final String TRANSACTION_SETTINGS = """
        WITH settings AS MATERIALIZED (
            SELECT set_config('application_name', ?, true) AS a, set_config('statement_timeout', ?, true) AS s,
                   set_config('lock_timeout', ?, true) AS l)
        """;

    private static final String ENSURE = """
        INSERT INTO stream_cursor (stream, partition, epoch, entry) VALUES (?, ?, 0, '0-0') ON CONFLICT DO NOTHING
        """;
    private static final String SET = """
        SELECT set_config('application_name', ?, true), set_config('statement_timeout', ?, true),
               set_config('lock_timeout', ?, true), set_config('idle_in_transaction_session_timeout', ?, true)
        """;
    private static final String RAISE_EPOCH = """
        UPDATE stream_cursor SET epoch = epoch + 1, owner = ?, updated_at = now()
        WHERE stream = ? AND partition = ? AND removed_at IS NULL RETURNING epoch, entry, entry_checksum, windows
        """;
    private static final String ADVANCE = TRANSACTION_SETTINGS + """
        UPDATE stream_cursor
        SET entry = ?, entry_checksum = ?, windows = windows + 1,
            committed_events = committed_events + ?, dead_lettered_events = dead_lettered_events + ?,
            starts_without_progress = 0, suspect_entry = NULL, suspect_index = NULL,
            suspect_failures = 0, suspect_reason = NULL,
            committed_entries = committed_entries + ?, updated_at = now()
        FROM settings
        WHERE stream = ? AND partition = ? AND epoch = ? AND entry = ? AND windows = ?
        """;
    private static final String CORRECT = """
        UPDATE stream_cursor
        SET committed_events = committed_events + ?, deduplicated_events = deduplicated_events + ?,
            dead_lettered_events = dead_lettered_events + ?
        WHERE stream = ? AND partition = ?
        """;
    private static final String LOCK = "SELECT 1 FROM stream_cursor WHERE stream = ? AND partition = ? FOR UPDATE";
    private static final String COUNT_DIRECT =
            "UPDATE stream_cursor SET direct_events = direct_events + ? WHERE stream = ? AND partition = ?";
    private static final String MAY_START = """
        SELECT 1 FROM stream_layout WHERE stream = ? AND generation = ? AND activated_at IS NOT NULL FOR SHARE
        """;
    private static final String LOCK_LAYOUT = "SELECT pg_advisory_xact_lock_shared(" + LayoutStore.LOCK_KEY + ")";
    private static final String ACTIVE = """
        SELECT coalesce(max(generation), 0) FROM stream_layout WHERE stream = ? AND activated_at IS NOT NULL
        """;
    private static final String DESCRIBE =
            "SELECT epoch, entry, owner, windows FROM stream_cursor WHERE stream = ? AND partition = ?";
    private static final String TERMINATE = """
        SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name = ? AND datname = current_database() AND usename = current_user
          AND pid <> pg_backend_pid()
        """;

    private final String stream;
    private final int partition;
    private final String applicationName;
    private final String statementTimeoutMillis;
    private final String lockTimeoutMillis;
    private final String startLockTimeoutMillis;

    CursorStatements(String stream, int partition, StoreSettings settings) {
        this.stream = stream;
        this.partition = partition;
        this.applicationName = Identifiers.applicationName(stream, partition);
        this.statementTimeoutMillis = Long.toString(settings.statementTimeout().toMillis());
        this.lockTimeoutMillis = Long.toString(settings.lockTimeout().toMillis());
        this.startLockTimeoutMillis = Long.toString(settings.startLockTimeout().toMillis());
    }

    /** The statement that moves the cursor. */
    static String advanceSql() {
        return ADVANCE;
    }

    /** Raises the epoch, once whoever holds the row lets go of it. */
    PartitionStore.Started raiseEpoch(Connection connection, String owner) throws SQLException {
        try (PreparedStatement set = connection.prepareStatement(SET);
                PreparedStatement ensure = connection.prepareStatement(ENSURE);
                PreparedStatement raise = connection.prepareStatement(RAISE_EPOCH)) {
            // not a window's name: two that start at once are not to terminate each other
            set.setString(1, "weir-start");
            set.setString(2, statementTimeoutMillis);
            set.setString(3, startLockTimeoutMillis);
            // nobody ends a start by its name, so one whose process is gone must end by itself
            set.setString(4, lockTimeoutMillis);
            set.execute();
            requireActive(connection);
            ensure.setString(1, stream);
            ensure.setInt(2, partition);
            ensure.executeUpdate();
            raise.setString(1, owner);
            raise.setString(2, stream);
            raise.setInt(3, partition);
            try (ResultSet row = raise.executeQuery()) {
                if (!row.next()) {
                    throw new SQLException(
                            "the cursor of " + stream + "/" + partition + " is gone, or the partition is removed",
                            "40001");
                }
                return new PartitionStore.Started(
                        row.getLong(1), EntryId.parse(row.getString(2)), row.getLong(3), row.getLong(4));
            }
        }
    }

    /** Nothing of a partition is applied before all that those hold which it follows. */
    private void requireActive(Connection connection) throws SQLException {
        if (Generation.of(partition) == 0) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement(MAY_START)) {
            statement.setString(1, stream);
            statement.setInt(2, Generation.of(partition));
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    throw new SQLException(
                            stream + "/" + partition + " waits until the partitions before it are drained", "40001");
                }
            }
        }
    }

    /**
     * Whether events may be written past the log on behalf of this partition: only on behalf of those that are active, and
     * as long as this transaction lasts they stay it. So all of an event's copies meet at one cursor's row.
     */
    boolean takesDirect(Connection connection) throws SQLException {
        try (PreparedStatement lock = connection.prepareStatement(LOCK_LAYOUT);
                PreparedStatement active = connection.prepareStatement(ACTIVE)) {
            lock.setString(1, stream);
            lock.execute();
            active.setString(1, stream);
            try (ResultSet row = active.executeQuery()) {
                return row.next() && row.getInt(1) == Generation.of(partition);
            }
        }
    }

    /** Begins a transaction that moves nothing and that a later incarnation can end as it can a window's. */
    void lock(Connection connection) throws SQLException {
        try (PreparedStatement set = connection.prepareStatement(SET);
                PreparedStatement lock = connection.prepareStatement(LOCK)) {
            set.setString(1, applicationName);
            set.setString(2, statementTimeoutMillis);
            set.setString(3, lockTimeoutMillis);
            set.setString(4, "0");
            set.execute();
            lock.setString(1, stream);
            lock.setInt(2, partition);
            lock.execute();
        }
    }

    /** Begins a transaction that moves nothing, though the partition may never have been started. */
    void lockOrCreate(Connection connection) throws SQLException {
        try (PreparedStatement ensure = connection.prepareStatement(ENSURE)) {
            ensure.setString(1, stream);
            ensure.setInt(2, partition);
            ensure.executeUpdate();
        }
        lock(connection);
    }

    /** Counts events that were applied without having been in the log. */
    void countDirect(Connection connection, int applied) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(COUNT_DIRECT)) {
            statement.setLong(1, applied);
            statement.setString(2, stream);
            statement.setInt(3, partition);
            statement.executeUpdate();
        }
    }

    /** Ends the transactions of this partition that other connections hold; answers how many there were. */
    int terminateHolders(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(TERMINATE)) {
            statement.setString(1, applicationName);
            int terminated = 0;
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    terminated++;
                }
            }
            return terminated;
        }
    }

    /**
     * Begins a window's transaction: moves the cursor, as if every event were to be applied.
     *
     * @return false when it is another's, or stands elsewhere
     */
    boolean advance(Connection connection, WindowCommit window) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ADVANCE)) {
            statement.setString(1, applicationName);
            statement.setString(2, statementTimeoutMillis);
            statement.setString(3, lockTimeoutMillis);
            statement.setString(4, window.to().toString());
            statement.setLong(5, window.checksum());
            statement.setLong(6, window.events().size());
            statement.setLong(7, window.deadLetters().size());
            statement.setLong(8, window.entries());
            statement.setString(9, stream);
            statement.setInt(10, partition);
            statement.setLong(11, window.epoch());
            statement.setString(12, window.from().toString());
            statement.setLong(13, window.number());
            return statement.executeUpdate() == 1;
        }
    }

    /** Corrects what {@link #advance} assumed; asks the database only when there is something to correct. */
    void correct(Connection connection, WindowCommit window, int applied, int deduplicated, int deadLettered)
            throws SQLException {
        int committed = applied - window.events().size();
        int dead = deadLettered - window.deadLetters().size();
        if (committed == 0 && deduplicated == 0 && dead == 0) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement(CORRECT)) {
            statement.setLong(1, committed);
            statement.setLong(2, deduplicated);
            statement.setLong(3, dead);
            statement.setString(4, stream);
            statement.setInt(5, partition);
            statement.executeUpdate();
        }
    }

    /** Whether the cursor is of this epoch and has seen so many windows. */
    boolean confirms(Connection connection, long epoch, long windows) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(DESCRIBE)) {
            statement.setString(1, stream);
            statement.setInt(2, partition);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getLong(1) == epoch && row.getLong(4) >= windows;
            }
        }
    }

    /** Where the cursor is, for a person. */
    String describe(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(DESCRIBE)) {
            statement.setString(1, stream);
            statement.setInt(2, partition);
            try (ResultSet row = statement.executeQuery()) {
                return row.next()
                        ? "the cursor is at " + row.getString(2) + ", epoch " + row.getLong(1) + ", of "
                                + row.getString(3)
                        : "there is no cursor";
            }
        }
    }
}
