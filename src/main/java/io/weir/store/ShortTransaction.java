package io.weir.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

/** A transaction that somebody waits for, within limits of its own. */
final class ShortTransaction {
    /** What is done in one. */
    interface Work<T> {
        T run(Connection connection) throws SQLException;
    }

    /** Sets the parameters of a statement. */
    interface Parameters {
        void set(PreparedStatement statement) throws SQLException;
    }

    /** Reads rows. */
    interface Reading<T> {
        T read(ResultSet rows) throws SQLException;
    }

    private ShortTransaction() {}

    /**
     * Runs and commits it; what fails is rolled back.
     *
     * @param limits the statements that set them
     */
    static <T> T run(DataSource pool, String limits, Work<T> work) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            try (Statement statement = connection.createStatement()) {
                statement.execute(limits);
                T result = work.run(connection);
                connection.commit();
                return result;
            } catch (SQLException problem) {
                connection.rollback();
                throw problem;
            }
        }
    }

    /**
     * Runs one whose statements go to the server in one message, with everything that they answer in one message back.
     *
     * @param statements all of them, from the one that begins the transaction to the one that ends it
     * @param reading of the rows of the one that has rows
     */
    static <T> T runAtOnce(DataSource pool, String statements, Parameters parameters, Reading<T> reading)
            throws SQLException {
        try (Connection connection = pool.getConnection()) {
            // or the driver would begin one itself
            connection.setAutoCommit(true);
            try (PreparedStatement statement = connection.prepareStatement(statements)) {
                parameters.set(statement);
                boolean hasRows = statement.execute();
                while (!hasRows) {
                    if (statement.getUpdateCount() < 0) {
                        throw new IllegalArgumentException("no rows come of: " + statements);
                    }
                    hasRows = statement.getMoreResults();
                }
                return reading.read(statement.getResultSet());
            } catch (SQLException problem) {
                connection.setAutoCommit(false);
                connection.rollback();
                throw problem;
            }
        }
    }
}
