package io.weir.store;

import io.weir.event.EntryId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** What partitions have committed, and the baselines that it is compared from. Blocks; thread-safe. */
public final class LedgerStore {
    /** Why a baseline was taken. */
    public enum Reason {
        /** The partition was compared for the first time. */
        FIRST("first"),
        /** Redis knew fewer entries than were committed, and still had some. */
        TAIL_LOST("tail-lost"),
        /** Redis knew fewer entries than were committed, and had none before the cursor. */
        EMPTIED("emptied"),
        /** Somebody said that what is missing is known. */
        ACKNOWLEDGED("acknowledged");

        private final String word;

        Reason(String word) {
            this.word = word;
        }

        @Override
        public String toString() {
            return word;
        }
    }

    /** See the table of this name. */
    public record Baseline(
            int number,
            String reason,
            EntryId cursor,
            long committedEntries,
            long entriesAdded,
            long missingEntries,
            Instant takenAt) {}

    /**
     * A partition's totals at its cursor.
     *
     * @param baselines the newest first, at most {@link #MAX_BASELINES}
     */
    public record Totals(
            EntryId cursor,
            long committed,
            long deduplicated,
            long filtered,
            long deadLettered,
            long committedEntries,
            List<Baseline> baselines) {
        public Totals {
            baselines = List.copyOf(baselines);
        }
    }

    /** How many baselines of a partition are told. */
    public static final int MAX_BASELINES = 20;

    private static final String TOTALS = """
        SELECT entry, committed_events, deduplicated_events, filtered_events, dead_lettered_events, committed_entries
        FROM stream_cursor WHERE stream = ? AND partition = ?
        """;
    private static final String POSITIONS =
            "SELECT stream, partition, epoch, coalesce(owner, ''), entry FROM stream_cursor ORDER BY stream, partition";
    private static final String BASELINES = """
        SELECT number, reason, entry, committed_entries, entries_added, missing_entries, created_at
        FROM ledger_baseline WHERE stream = ? AND partition = ? ORDER BY number DESC LIMIT %d
        """.formatted(MAX_BASELINES);
    private static final String INSERT = """
        INSERT INTO ledger_baseline
            (stream, partition, number, reason, entry, committed_entries, entries_added, missing_entries)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
        """;

    private final DataSource pool;

    LedgerStore(DataSource pool) {
        this.pool = pool;
    }

    /** A partition that never started has totals of zero. */
    public Totals totals(String stream, int partition) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            try {
                List<Baseline> baselines = baselines(connection, stream, partition);
                try (PreparedStatement statement = connection.prepareStatement(TOTALS)) {
                    statement.setString(1, stream);
                    statement.setInt(2, partition);
                    try (ResultSet row = statement.executeQuery()) {
                        return row.next()
                                ? new Totals(
                                        EntryId.parse(row.getString(1)),
                                        row.getLong(2),
                                        row.getLong(3),
                                        row.getLong(4),
                                        row.getLong(5),
                                        row.getLong(6),
                                        baselines)
                                : new Totals(EntryId.ZERO, 0, 0, 0, 0, 0, baselines);
                    }
                }
            } finally {
                connection.rollback();
            }
        }
    }

    /** Who runs a partition, or ran it last, and how far it is. */
    public record Position(String stream, int partition, long epoch, String owner, String cursor) {}

    /**
     * Of every partition that ever started.
     *
     * @throws IllegalStateException when the database can't be asked
     */
    public List<Position> positions() {
        try (Connection connection = pool.getConnection()) {
            try (PreparedStatement statement = connection.prepareStatement(POSITIONS);
                    ResultSet rows = statement.executeQuery()) {
                List<Position> positions = new ArrayList<>();
                while (rows.next()) {
                    positions.add(new Position(
                            rows.getString(1), rows.getInt(2), rows.getLong(3), rows.getString(4), rows.getString(5)));
                }
                return positions;
            } finally {
                connection.rollback();
            }
        } catch (SQLException problem) {
            throw new IllegalStateException("the cursors were not read", problem);
        }
    }

    private static List<Baseline> baselines(Connection connection, String stream, int partition) throws SQLException {
        List<Baseline> baselines = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(BASELINES)) {
            statement.setString(1, stream);
            statement.setInt(2, partition);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    baselines.add(new Baseline(
                            rows.getInt(1),
                            rows.getString(2),
                            EntryId.parse(rows.getString(3)),
                            rows.getLong(4),
                            rows.getLong(5),
                            rows.getLong(6),
                            rows.getObject(7, OffsetDateTime.class).toInstant()));
                }
            }
        }
        return baselines;
    }

    /**
     * Takes a baseline at these totals, unless somebody else took one since they were read.
     *
     * @param entriesAdded entries ever added, less those after the cursor
     * @param missingEntries what the baseline before it showed as missing
     */
    public void takeBaseline(
            String stream, int partition, Totals totals, Reason reason, long entriesAdded, long missingEntries)
            throws SQLException {
        try (Connection connection = pool.getConnection();
                PreparedStatement statement = connection.prepareStatement(INSERT)) {
            statement.setString(1, stream);
            statement.setInt(2, partition);
            statement.setInt(
                    3,
                    totals.baselines().isEmpty()
                            ? 1
                            : totals.baselines().getFirst().number() + 1);
            statement.setString(4, reason.toString());
            statement.setString(5, totals.cursor().toString());
            statement.setLong(6, totals.committedEntries());
            statement.setLong(7, entriesAdded);
            statement.setLong(8, missingEntries);
            statement.executeUpdate();
            connection.commit();
        }
    }
}
