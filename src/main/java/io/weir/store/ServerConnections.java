package io.weir.store;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.PGConnection;
import org.slf4j.LoggerFactory;

/**
 * Opens connections to a database, and prepares statements on the server only where the same server process answers from
 * one transaction to the next. A pooler in between may lend another one to each: there a statement that was prepared is
 * unknown, or another's of the same name.
 *
 * <p>A pooler shows by the process number that it gives to the driver for cancelling requests: it has to be one of its own,
 * because no server process belongs to the connection. So nobody has to say that there is one.
 */
final class ServerConnections implements DataSource {
    private static final org.slf4j.Logger LOG = LoggerFactory.getLogger(ServerConnections.class);
    private static final String PREPARE_THRESHOLD = "prepareThreshold";
    private static final Driver DRIVER = new Driver();

    private final String url;
    private final Properties properties;
    private final int prepareThreshold;
    private final boolean chosenByUrl;
    private final AtomicBoolean toldOfPooler;

    /**
     * Prepares to open connections.
     *
     * @param defaults of the driver's parameters; the URL wins over them
     * @param prepareThreshold uses of a statement from which on a server keeps it, where that is possible and the URL does
     *     not say otherwise
     * @param toldOfPooler whether the log says that there is a pooler
     */
    ServerConnections(DatabaseUrl database, Properties defaults, int prepareThreshold, AtomicBoolean toldOfPooler) {
        this.toldOfPooler = toldOfPooler;
        this.url = database.jdbcUrl();
        this.properties = new Properties();
        properties.putAll(defaults);
        if (database.user() != null) {
            properties.setProperty("user", database.user());
        }
        if (database.password() != null) {
            properties.setProperty("password", database.password());
        }
        this.prepareThreshold = prepareThreshold;
        Properties given = Driver.parseURL(url, null);
        this.chosenByUrl = given != null && given.getProperty(PREPARE_THRESHOLD) != null;
        if (!chosenByUrl) {
            properties.setProperty(PREPARE_THRESHOLD, "0");
        }
    }

    @Override
    public Connection getConnection() throws SQLException {
        Connection connection = Objects.requireNonNull(DRIVER.connect(url, properties), "not a URL of PostgreSQL");
        try {
            if (!chosenByUrl) {
                prepareWherePossible(connection);
            }
            return connection;
        } catch (SQLException problem) {
            connection.close();
            throw problem;
        }
    }

    private void prepareWherePossible(Connection connection) throws SQLException {
        PGConnection driver = connection.unwrap(PGConnection.class);
        if (serverProcess(connection) == driver.getBackendPID()) {
            driver.setPrepareThreshold(prepareThreshold);
        } else if (toldOfPooler.compareAndSet(false, true)) {
            LOG.info("a pooler stands before the database: no statement is prepared there");
        }
    }

    private static int serverProcess(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT pg_backend_pid()")) {
            row.next();
            return row.getInt(1);
        }
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException("the user is in the URL");
    }

    @Override
    public @Nullable PrintWriter getLogWriter() {
        return null;
    }

    @Override
    public void setLogWriter(PrintWriter out) {
        // the driver logs nothing there
    }

    @Override
    public void setLoginTimeout(int seconds) {
        // it is among the properties
    }

    @Override
    public int getLoginTimeout() {
        return 0;
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        return DRIVER.getParentLogger();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        throw new SQLException("no " + type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return false;
    }
}
