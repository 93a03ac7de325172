package io.weir.store;

import com.zaxxer.hikari.HikariDataSource;
import io.weir.link.Link;
import io.weir.link.LinkStore;
import io.weir.link.LinksUnavailableException;
import io.weir.link.Target;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The links in PostgreSQL. Each change gives its link a later {@code updated_at}, whatever the clock does. */
final class PostgresLinks implements LinkStore {
    /** Visitors wait for these. */
    private static final String LIMITS = "SET LOCAL statement_timeout = '2s'; SET LOCAL lock_timeout = '2s'";

    private static final String COLUMNS =
            "code, url, project, created_at, updated_at, expires_at, clicks, last_clicked";
    private static final String LATER = "greatest(clock_timestamp(), updated_at + interval '1 microsecond')";

    private final HikariDataSource pool;
    private final String targets;
    private final String find;
    private final String create;
    private final String change;
    private final String delete;
    private final String listAll;
    private final String listProject;

    PostgresLinks(HikariDataSource pool, String table) {
        this.pool = pool;
        String name = Identifiers.table(table);
        targets = "BEGIN READ ONLY; " + LIMITS + "; SELECT code, url, expires_at, updated_at FROM " + name
                + " WHERE code = ANY (?); COMMIT";
        find = "SELECT " + COLUMNS + " FROM " + name + " WHERE code = ?";
        create = "INSERT INTO " + name + " (code, url, project, expires_at, created_at, updated_at)"
                + " VALUES (?, ?, ?, ?, clock_timestamp(), clock_timestamp())"
                + " ON CONFLICT (code) DO NOTHING RETURNING " + COLUMNS;
        change = "UPDATE " + name + " SET url = coalesce(?, url), project = CASE WHEN ? THEN ? ELSE project END,"
                + " expires_at = CASE WHEN ? THEN ?::timestamptz ELSE expires_at END, updated_at = " + LATER
                + " WHERE code = ? RETURNING " + COLUMNS;
        delete = "DELETE FROM " + name + " WHERE code = ? RETURNING " + LATER;
        listAll = "SELECT " + COLUMNS + " FROM " + name + " WHERE code > ? ORDER BY code LIMIT ?";
        listProject = "SELECT " + COLUMNS + " FROM " + name + " WHERE project = ? AND code > ? ORDER BY code LIMIT ?";
    }

    /**
     * Tries what will be asked, and changes nothing.
     *
     * @throws SQLException when the table or one of its columns is missing, or code is not unique
     */
    void check() throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement explain = connection.createStatement()) {
            explain.execute("EXPLAIN " + find.replace("?", "''"));
            explain.execute("EXPLAIN " + create.replaceFirst("\\?, \\?, \\?, \\?", "'', '', NULL, NULL"));
            connection.rollback();
        }
    }

    /** In one message to the server and one back: a visitor waits, and each of either has to wait for a processor. */
    @Override
    public Map<String, Target> targets(Collection<String> codes) {
        try {
            return ShortTransaction.runAtOnce(
                    pool,
                    targets,
                    statement ->
                            statement.setArray(1, statement.getConnection().createArrayOf("text", codes.toArray())),
                    PostgresLinks::targets);
        } catch (SQLException problem) {
            throw unavailable(problem);
        }
    }

    private static Map<String, Target> targets(ResultSet rows) throws SQLException {
        Map<String, Target> found = new HashMap<>();
        while (rows.next()) {
            found.put(rows.getString(1), Link.target(rows.getString(2), instantOrNull(rows, 3), instant(rows, 4)));
        }
        return found;
    }

    @Override
    public @Nullable Link find(String code) {
        return transaction(connection -> {
                    try (PreparedStatement statement = connection.prepareStatement(find)) {
                        statement.setString(1, code);
                        return one(statement);
                    }
                })
                .orElse(null);
    }

    @Override
    public @Nullable Link create(NewLink link) {
        return transaction(connection -> {
                    try (PreparedStatement statement = connection.prepareStatement(create)) {
                        statement.setString(1, link.code());
                        statement.setString(2, link.url());
                        statement.setString(3, link.project());
                        statement.setObject(4, offset(link.expiresAt()));
                        return one(statement);
                    }
                })
                .orElse(null);
    }

    @Override
    public @Nullable Link change(String code, LinkChange wanted) {
        return transaction(connection -> {
                    try (PreparedStatement statement = connection.prepareStatement(change)) {
                        statement.setString(1, wanted.url());
                        statement.setBoolean(2, wanted.setsProject());
                        statement.setString(3, wanted.project());
                        statement.setBoolean(4, wanted.setsExpiry());
                        statement.setObject(5, offset(wanted.expiresAt()));
                        statement.setString(6, code);
                        return one(statement);
                    }
                })
                .orElse(null);
    }

    @Override
    public @Nullable Long delete(String code) {
        return transaction(connection -> {
                    try (PreparedStatement statement = connection.prepareStatement(delete)) {
                        statement.setString(1, code);
                        try (ResultSet row = statement.executeQuery()) {
                            return row.next() ? Optional.of(Link.version(instant(row, 1))) : Optional.<Long>empty();
                        }
                    }
                })
                .orElse(null);
    }

    @Override
    public List<Link> list(@Nullable String project, String after, int limit) {
        return transaction(connection -> {
            try (PreparedStatement statement = connection.prepareStatement(project == null ? listAll : listProject)) {
                int next = 1;
                if (project != null) {
                    statement.setString(next++, project);
                }
                statement.setString(next++, after);
                statement.setInt(next, limit);
                return read(statement);
            }
        });
    }

    private static Optional<Link> one(PreparedStatement statement) throws SQLException {
        return read(statement).stream().findFirst();
    }

    private static List<Link> read(PreparedStatement statement) throws SQLException {
        List<Link> links = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                links.add(new Link(
                        rows.getString(1),
                        rows.getString(2),
                        rows.getString(3),
                        instant(rows, 4),
                        instant(rows, 5),
                        instantOrNull(rows, 6),
                        rows.getLong(7),
                        instantOrNull(rows, 8)));
            }
        }
        return links;
    }

    private static Instant instant(ResultSet rows, int column) throws SQLException {
        Instant instant = instantOrNull(rows, column);
        // a table of the user's own may have nulls where Weir's has none
        return instant == null ? Instant.EPOCH : instant;
    }

    private static @Nullable Instant instantOrNull(ResultSet rows, int column) throws SQLException {
        OffsetDateTime time = rows.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    private static @Nullable OffsetDateTime offset(@Nullable Instant instant) {
        return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
    }

    private <T> T transaction(ShortTransaction.Work<T> work) {
        try {
            return ShortTransaction.run(pool, LIMITS, work);
        } catch (SQLException problem) {
            throw unavailable(problem);
        }
    }

    private static LinksUnavailableException unavailable(SQLException problem) {
        return new LinksUnavailableException(
                "the links could not be asked for or changed: " + DatabaseFailure.describe(problem));
    }
}
