package io.weir.store;

import com.zaxxer.hikari.HikariDataSource;
import io.weir.definition.Field;
import io.weir.definition.RowColumn;
import io.weir.definition.RowTable;
import io.weir.definition.StreamDefinition;
import io.weir.event.EntityDelta;
import io.weir.event.EntryId;
import io.weir.replay.CounterTarget;
import io.weir.replay.ReplayFailure;
import io.weir.replay.ReplayStore;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Replay and backfill in PostgreSQL. Thread-safe. */
final class PostgresReplayStore implements ReplayStore {
    private interface Work<T> {
        T run(Connection connection) throws SQLException;
    }

    /** Not a window's name: a partition that starts ends what holds its cursor by that. */
    private static final String BEGIN = """
        SELECT set_config('application_name', 'weir-backfill', true), set_config('statement_timeout', ?, true),
               set_config('lock_timeout', ?, true)
        """;

    private static final String LOCK_CURSORS =
            "SELECT committed_events + direct_events FROM stream_cursor WHERE stream = ? ORDER BY partition FOR UPDATE";
    private static final String CURSOR = "SELECT entry FROM stream_cursor WHERE stream = ? AND partition = ?";
    private static final String COLUMN_START = """
        SELECT counted_after, known, backfilled_at IS NOT NULL FROM counter_column
        WHERE stream = ? AND partition = ? AND counter_table = ? AND counter_column = ?
        """;
    private static final String DEAD_LETTERS =
            "SELECT entry, index FROM dead_letter WHERE stream = ? AND partition = ?";
    private static final String BACKFILL_PARTITION = """
        UPDATE counter_column SET backfilled_at = now()
        WHERE stream = ? AND partition = ? AND counter_table = ? AND counter_column = ? AND backfilled_at IS NULL
        """;
    private static final String BACKFILL_ALL = """
        UPDATE counter_column SET backfilled_at = now() WHERE stream = ? AND counter_table = ? AND counter_column = ?
        """;

    private final HikariDataSource pool;
    private final Catalog catalog;

    PostgresReplayStore(HikariDataSource pool, Catalog catalog) {
        this.pool = pool;
        this.catalog = catalog;
    }

    @Override
    public EntryId cursor(StreamDefinition definition, int partition) {
        return transaction(Duration.ofSeconds(10), connection -> {
            try (PreparedStatement statement = connection.prepareStatement(CURSOR)) {
                statement.setString(1, definition.name());
                statement.setInt(2, partition);
                try (ResultSet row = statement.executeQuery()) {
                    return row.next() ? EntryId.parse(row.getString(1)) : EntryId.ZERO;
                }
            }
        });
    }

    @Override
    public Set<String> known(StreamDefinition definition, Collection<String> keys) {
        RowTable table = definition.arbiter();
        RowColumn column = table == null ? null : table.keyColumn();
        if (table == null || column == null) {
            return definition.dedup().isByFields()
                    ? Set.of()
                    : transaction(Duration.ofSeconds(10), connection -> KeyWriter.known(connection, definition, keys));
        }
        boolean uuid = catalog.type(table.table(), column.column()).equals("uuid");
        ElementType type = uuid ? ElementType.UUID : ElementType.TEXT;
        Map<String, String> byStored = new HashMap<>();
        ArrayParameter wanted = new ArrayParameter(type, keys.size());
        for (String key : keys) {
            UUID derived = uuid ? RowWriter.uuid(definition.name(), key) : null;
            byStored.put(derived == null ? key : derived.toString(), key);
            wanted.add(derived == null ? key : derived);
        }
        String name = Identifiers.column(column.column());
        String sql = "SELECT " + name + " FROM " + Identifiers.table(table.table()) + " WHERE " + name + " = ANY(?::"
                + type.sqlName() + "[]::" + catalog.type(table.table(), column.column()) + "[])";
        return transaction(Duration.ofSeconds(10), connection -> {
            Set<String> known = new HashSet<>();
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                wanted.bind(statement, 1);
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        String key = byStored.get(rows.getString(1));
                        if (key != null) {
                            known.add(key);
                        }
                    }
                }
            }
            return known;
        });
    }

    @Override
    public ColumnStart columnStart(StreamDefinition definition, int partition, CounterTarget target) {
        return transaction(Duration.ofSeconds(10), connection -> {
            try (PreparedStatement statement = connection.prepareStatement(COLUMN_START)) {
                bindColumn(statement, definition, partition, target);
                try (ResultSet row = statement.executeQuery()) {
                    return row.next()
                            ? new ColumnStart(EntryId.parse(row.getString(1)), row.getBoolean(2), row.getBoolean(3))
                            : new ColumnStart(EntryId.ZERO, false, false);
                }
            }
        });
    }

    @Override
    public Set<String> deadLettered(StreamDefinition definition, int partition, EntryId upTo) {
        return transaction(Duration.ofSeconds(10), connection -> {
            Set<String> places = new HashSet<>();
            try (PreparedStatement statement = connection.prepareStatement(DEAD_LETTERS)) {
                statement.setString(1, definition.name());
                statement.setInt(2, partition);
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        EntryId entry = EntryId.parse(rows.getString(1));
                        if (!entry.isAfter(upTo)) {
                            places.add(entry + "/" + rows.getInt(2));
                        }
                    }
                }
            }
            return places;
        });
    }

    @Override
    public boolean addOnce(
            StreamDefinition definition,
            int partition,
            CounterTarget target,
            List<EntityDelta> deltas,
            Duration limit) {
        Field entity = Objects.requireNonNull(definition.entity());
        CounterWriter writer = new CounterWriter(target.position(), target.counter(), entity, catalog, Portions.WHOLE);
        return transaction(limit, connection -> {
            lockCursors(connection, definition);
            try (PreparedStatement statement = connection.prepareStatement(BACKFILL_PARTITION)) {
                bindColumn(statement, definition, partition, target);
                if (statement.executeUpdate() == 0) {
                    return false;
                }
            }
            if (!deltas.isEmpty()) {
                writer.write(connection, deltas, new HashMap<Object, @Nullable Object[][]>());
            }
            return true;
        });
    }

    @Override
    public List<RowsResult> setFromRows(
            StreamDefinition definition, List<CounterTarget> targets, boolean rowsAreComplete, Duration limit) {
        List<RowsAggregate> statements = targets.stream()
                .map(target -> RowsAggregate.of(definition, target, catalog))
                .toList();
        return transaction(limit, connection -> {
            long committed = lockCursors(connection, definition);
            Map<String, Long> rows = new HashMap<>();
            for (RowsAggregate aggregate : statements) {
                if (!rows.containsKey(aggregate.table())) {
                    LocalDate first = TablePartitions.rowsBefore(connection, aggregate.table());
                    if (first != null) {
                        throw new ReplayFailure(
                                ReplayFailure.Reason.REFUSED,
                                "table " + aggregate.table() + " has no longer its rows of before " + first
                                        + ", whose retention has passed: the column would lose what they counted");
                    }
                    long count = longs(connection, aggregate.countRows()).getFirst();
                    rows.put(aggregate.table(), count);
                    if (count != committed && !rowsAreComplete) {
                        throw incomplete(aggregate.table(), count, committed);
                    }
                }
            }
            List<RowsResult> results = new ArrayList<>();
            for (int i = 0; i < targets.size(); i++) {
                RowsAggregate aggregate = statements.get(i);
                List<Long> counts = longs(connection, aggregate.set());
                try (PreparedStatement statement = connection.prepareStatement(BACKFILL_ALL)) {
                    statement.setString(1, definition.name());
                    statement.setString(2, targets.get(i).counter().table());
                    statement.setString(3, targets.get(i).column().column());
                    statement.executeUpdate();
                }
                long ofTable = Objects.requireNonNull(rows.get(aggregate.table()));
                results.add(new RowsResult(aggregate.table(), ofTable, counts.get(0), counts.get(1)));
            }
            return results;
        });
    }

    private static ReplayFailure incomplete(String table, long rows, long committed) {
        return ReplayFailure.refused("table " + table + " holds " + rows + " rows, and " + committed
                + " events of the stream were committed: rows were deleted, or put there by others, or the table is"
                + " younger than the stream. If its rows are what is to be counted, say so (rows-are-complete)");
    }

    /** Keeps every window of the stream waiting, and answers how many events were committed, in windows and past the log. */
    private static long lockCursors(Connection connection, StreamDefinition definition) throws SQLException {
        long committed = 0;
        try (PreparedStatement statement = connection.prepareStatement(LOCK_CURSORS)) {
            statement.setString(1, definition.name());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    committed += rows.getLong(1);
                }
            }
        }
        return committed;
    }

    private static List<Long> longs(Connection connection, String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet row = statement.executeQuery()) {
            row.next();
            List<Long> values = new ArrayList<>();
            for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                values.add(row.getLong(i));
            }
            return values;
        }
    }

    private static void bindColumn(
            PreparedStatement statement, StreamDefinition definition, int partition, CounterTarget target)
            throws SQLException {
        statement.setString(1, definition.name());
        statement.setInt(2, partition);
        statement.setString(3, target.counter().table());
        statement.setString(4, target.column().column());
    }

    private <T> T transaction(Duration limit, Work<T> work) {
        try (Connection connection = pool.getConnection()) {
            try {
                String millis = Long.toString(limit.toMillis());
                try (PreparedStatement begin = connection.prepareStatement(BEGIN)) {
                    begin.setString(1, millis);
                    begin.setString(2, millis);
                    begin.execute();
                }
                T result = work.run(connection);
                connection.commit();
                return result;
            } catch (SQLException | RuntimeException problem) {
                connection.rollback();
                throw problem;
            }
        } catch (SQLException problem) {
            throw failure(problem, limit);
        }
    }

    private static ReplayFailure failure(SQLException problem, Duration limit) {
        String state = String.valueOf(SqlStates.state(problem));
        String message = String.valueOf(problem.getMessage());
        return switch (SqlStates.classify(problem)) {
            case SqlStates.Failure.Conflict conflict ->
                new ReplayFailure(ReplayFailure.Reason.UNAVAILABLE, "lost against a window, try again: " + message);
            case SqlStates.Failure.Away away ->
                new ReplayFailure(
                        ReplayFailure.Reason.UNAVAILABLE,
                        state.equals("57014")
                                ? "took longer than " + limit.toSeconds()
                                        + " s (weir.replay.backfill-timeout); nothing was changed"
                                : message);
            case SqlStates.Failure.Poison poison ->
                new ReplayFailure(ReplayFailure.Reason.REFUSED, "the database refuses the values: " + message);
            case SqlStates.Failure.Misconfigured misconfigured ->
                new ReplayFailure(ReplayFailure.Reason.REFUSED, message);
        };
    }
}
