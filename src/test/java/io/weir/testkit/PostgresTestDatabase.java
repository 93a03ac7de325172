package io.weir.testkit;

import io.weir.settings.StoreSettings;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * A database that a test has for itself.
 *
 * @param url in libpq's form
 */
public record PostgresTestDatabase(String url) {
    /** Settings of Weir's store for it. */
    public StoreSettings settings() {
        return PostgresForTests.settings(url);
    }

    /** A new connection with autocommit, for the caller to close. */
    public Connection connect() throws SQLException {
        return DriverManager.getConnection(
                "jdbc:" + url.replace("postgres://postgres@", "postgresql://"), "postgres", "");
    }

    public void execute(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The rows of a query, each with its columns as text joined by {@code |}, null being empty. */
    public List<String> query(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> lines = new ArrayList<>();
            while (rows.next()) {
                StringBuilder line = new StringBuilder();
                for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                    String value = rows.getString(i);
                    line.append(i == 1 ? "" : "|").append(value == null ? "" : value);
                }
                lines.add(line.toString());
            }
            return lines;
        }
    }

    /** The one number that a query answers. */
    public long number(String sql) throws SQLException {
        return Long.parseLong(query(sql).getFirst());
    }
}
