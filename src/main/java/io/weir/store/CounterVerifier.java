package io.weir.store;

import io.weir.definition.RowTable;
import io.weir.definition.StreamDefinition;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Compares counters with the raw rows of the same events. The database does the work, in one snapshot for all: windows go
 * on being written meanwhile and are either in both or in neither. Blocks; thread-safe.
 */
public final class CounterVerifier {
    /** Differences that are described; all are counted. */
    public static final int MAX_DESCRIBED = 100;

    private static final int ROWS_PER_ROUND_TRIP = 500;
    /** The server's own limit comes first. */
    private static final Duration SOCKET_GRACE = Duration.ofSeconds(10);

    private final DataSource pool;
    private final List<StreamDefinition> definitions;
    private final Catalog catalog;
    private final Duration timeout;

    CounterVerifier(DataSource pool, List<StreamDefinition> definitions, Catalog catalog, Duration timeout) {
        this.pool = pool;
        this.definitions = List.copyOf(definitions);
        this.catalog = catalog;
        this.timeout = timeout;
    }

    /**
     * Compares every counter.
     *
     * @param stream the name of the only stream to look at; null for all
     */
    public List<CounterComparison> verify(@Nullable String stream) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            connection.setNetworkTimeout(
                    Runnable::run, Math.toIntExact(timeout.plus(SOCKET_GRACE).toMillis()));
            connection.setAutoCommit(false);
            try {
                try (Statement statement = connection.createStatement()) {
                    // said by the transaction and not by the session, which a pooler may give to others
                    statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;"
                            + " SET LOCAL statement_timeout = " + timeout.toMillis());
                }
                List<CounterComparison> comparisons = new ArrayList<>();
                for (StreamDefinition definition : definitions) {
                    if (stream == null || definition.name().equals(stream)) {
                        for (ComparisonPlan plan :
                                ComparisonPlan.of(definition, definitions, catalog, expired(connection, definition))) {
                            comparisons.add(compare(connection, plan));
                        }
                    }
                }
                return comparisons;
            } finally {
                connection.rollback();
            }
        }
    }

    /** Read in the snapshot of the rows, so that what is dropped meanwhile makes no difference. */
    private static Map<String, LocalDate> expired(Connection connection, StreamDefinition definition)
            throws SQLException {
        Map<String, LocalDate> expired = new HashMap<>();
        for (RowTable rows : definition.rows()) {
            LocalDate first = TablePartitions.rowsBefore(connection, rows.table());
            if (first != null) {
                expired.put(rows.table(), first);
            }
        }
        return expired;
    }

    private static CounterComparison compare(Connection connection, ComparisonPlan plan) throws SQLException {
        List<String> columns =
                plan.columns().stream().map(column -> column.column()).toList();
        String table = plan.counter().table();
        if (plan.rows() == null) {
            return new CounterComparison(
                    plan.definition().name(), table, null, columns, plan.notCompared(), 0, 0, List.of());
        }
        long drifts = 0;
        List<CounterComparison.Drift> described = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(plan.sql())) {
            // a cursor: however many differences there are, only so many are in memory
            statement.setFetchSize(ROWS_PER_ROUND_TRIP);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    for (int i = 0; i < columns.size(); i++) {
                        if (row.getBoolean(3 * i + 4)) {
                            drifts++;
                            if (described.size() < MAX_DESCRIBED) {
                                described.add(new CounterComparison.Drift(
                                        row.getString(1),
                                        columns.get(i),
                                        row.getString(3 * i + 2),
                                        row.getString(3 * i + 3)));
                            }
                        }
                    }
                }
            }
        }
        return new CounterComparison(
                plan.definition().name(),
                table,
                plan.rows().table(),
                columns,
                plan.notCompared(),
                count(connection, table),
                drifts,
                described);
    }

    private static long count(Connection connection, String table) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT count(*) FROM " + Identifiers.table(table))) {
            row.next();
            return row.getLong(1);
        }
    }
}
