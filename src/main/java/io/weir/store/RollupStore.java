package io.weir.store;

import io.weir.definition.RollupStep;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** Removes rollups that are past their retention. Safe with several processes and beside windows. Thread-safe. */
public final class RollupStore {
    /** Each statement is a transaction of its own, short enough that no window waits long for a row of it. */
    static final int ROWS_PER_STATEMENT = 10_000;
    /** Of a round; what is left is for the next one. */
    static final int STATEMENTS_PER_ROUND = 100;

    private final DataSource connections;

    RollupStore(DataSource connections) {
        this.connections = connections;
    }

    /**
     * Removes a step's buckets that began before a time, those of streams that have no rollups any more as well.
     *
     * @return how many rows those were; at most {@link #STATEMENTS_PER_ROUND} times {@link #ROWS_PER_STATEMENT}
     */
    public long expire(RollupStep step, Instant before) throws SQLException {
        OffsetDateTime first = before.atOffset(ZoneOffset.UTC);
        long removed = 0;
        int statements = 0;
        try (Connection connection = connections.getConnection()) {
            connection.setAutoCommit(false);
            try {
                List<Integer> measures = measures(connection);
                for (String table : List.of(RollupTables.values(step), RollupTables.sketches(step))) {
                    for (int measure : measures) {
                        int rows = ROWS_PER_STATEMENT;
                        while (rows == ROWS_PER_STATEMENT && statements < STATEMENTS_PER_ROUND) {
                            rows = remove(connection, table, measure, first);
                            connection.commit();
                            removed += rows;
                            statements += rows > 0 ? 1 : 0;
                        }
                    }
                }
            } catch (SQLException problem) {
                connection.rollback();
                throw problem;
            }
        }
        return removed;
    }

    private static List<Integer> measures(Connection connection) throws SQLException {
        List<Integer> measures = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT id FROM rollup_measure ORDER BY id")) {
            while (rows.next()) {
                measures.add(rows.getInt(1));
            }
        }
        return measures;
    }

    /** Rows that a window holds at this moment stay: waiting for it while holding others could be waiting for ever. */
    private static int remove(Connection connection, String table, int measure, OffsetDateTime before)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("DELETE FROM " + table
                + " WHERE ctid = ANY (ARRAY (SELECT ctid FROM " + table
                + " WHERE measure = ? AND bucket < ? ORDER BY bucket LIMIT " + ROWS_PER_STATEMENT
                + " FOR UPDATE SKIP LOCKED))")) {
            statement.setInt(1, measure);
            statement.setObject(2, before);
            return statement.executeUpdate();
        }
    }
}
