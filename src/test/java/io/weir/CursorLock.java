package io.weir;

import io.weir.testkit.PostgresTestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** Holds the cursors of a stream, so that none of its windows is committed meanwhile. */
final class CursorLock implements AutoCloseable {
    private final Connection connection;

    private CursorLock(Connection connection) {
        this.connection = connection;
    }

    static CursorLock of(PostgresTestDatabase database, String stream) throws SQLException {
        Connection connection = database.connect();
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT 1 FROM stream_cursor WHERE stream = '" + stream + "' FOR UPDATE");
        }
        return new CursorLock(connection);
    }

    void release() throws SQLException {
        connection.rollback();
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
