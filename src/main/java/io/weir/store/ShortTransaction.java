package io.weir.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

/** A transaction that somebody waits for, within limits of its own. */
final class ShortTransaction {
    /** What is done in one. */
    interface Work<T> {
        T run(Connection connection) throws SQLException;
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
}
