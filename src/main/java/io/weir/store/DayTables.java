package io.weir.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;

/**
 * What tables that are divided into days have in common, whoever keeps them. Whoever changes the parts of one holds its
 * advisory lock, so that any number of processes may.
 */
final class DayTables {
    /** Parts are attached and dropped only where that keeps nobody waiting for longer; the next round tries again. */
    static final String LOCK_TIMEOUT = "500ms";

    interface Work {
        void run() throws SQLException;
    }

    private DayTables() {}

    /** What a table's name and a day make the name of a part. */
    static String suffix(LocalDate day) {
        return day.format(DateTimeFormatter.BASIC_ISO_DATE);
    }

    /** An empty table that can become a part, whose indexes and defaults are the parent's. Fails when it exists. */
    static void createLike(Connection connection, String parent, String part) throws SQLException {
        // not as PARTITION OF, which would lock out every window
        execute(connection, "CREATE TABLE " + part + " (LIKE " + parent + " INCLUDING ALL)");
    }

    /** Makes a table that part of the parent which holds the days from {@code first} to before {@code end}. */
    static void attach(Connection connection, String parent, String part, String first, String end)
            throws SQLException {
        execute(
                connection,
                "ALTER TABLE " + parent + " ATTACH PARTITION " + part + " FOR VALUES FROM (" + first + ") TO (" + end
                        + ")");
    }

    /** Held until the transaction ends. */
    static void lock(Connection connection, long number) throws SQLException {
        execute(connection, "SELECT pg_advisory_xact_lock(" + number + ")");
    }

    /** Does the work in a transaction of its own. */
    static void inTransaction(Connection connection, String lockTimeout, Work work) throws SQLException {
        connection.setAutoCommit(false);
        boolean done = false;
        try {
            execute(connection, "SET LOCAL lock_timeout = '" + lockTimeout + "'");
            work.run();
            connection.commit();
            done = true;
        } finally {
            if (!done) {
                connection.rollback();
            }
        }
    }

    /** Whether a change gave way to transactions that hold the table. */
    static boolean gaveWay(SQLException problem) {
        return SqlStates.classify(problem) instanceof SqlStates.Failure.Conflict;
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
