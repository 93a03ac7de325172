package io.weir.store;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.weir.definition.DayPartitioning;
import io.weir.definition.RowTable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps tables of rows divided into days: creates those to come, drops those past their retention. Windows know nothing of
 * it: what has no day of its own goes to the default part, from which it is moved when its day is created. Thread-safe,
 * and safe with several processes.
 */
final class TablePartitions {
    private static final Logger LOG = LoggerFactory.getLogger(TablePartitions.class);
    static final long ADVISORY_LOCK = 0x77656972_64617973L;

    /** Gaps are filled this far back; what is older goes to the default part, as any day without a part does. */
    private static final int MAX_GAP_DAYS = 366;
    /** Each part takes locks of its own until its transaction ends, of which the server has a limited number. */
    private static final int DAYS_PER_TRANSACTION = 32;

    private static final int EXPIRED_ROWS_PER_STATEMENT = 10_000;
    /** Enough to see that something is wrong with somebody's clock; counting all could take long. */
    private static final int MAX_DEFAULT_ROWS_COUNTED = 100_000;

    private static final String NOTE = """
        INSERT INTO expired_rows AS e (table_schema, table_name, before) VALUES (?, ?, ?::date)
        ON CONFLICT (table_schema, table_name)
        DO UPDATE SET before = greatest(e.before, excluded.before), last_dropped_at = now()
        """;

    private final DataSource pool;
    private final MeterRegistry meters;
    private final Map<String, AtomicLong> ahead = new ConcurrentHashMap<>();
    private final Map<String, AtomicLong> inDefault = new ConcurrentHashMap<>();

    TablePartitions(DataSource pool, MeterRegistry meters) {
        this.pool = pool;
        this.meters = meters;
    }

    /** Does what is to be done to a table on {@code today} (UTC). What gives way to others is left for the next time. */
    void keep(RowTable table, LocalDate today) throws SQLException {
        DayPartitioning partition = table.partition();
        if (partition == null) {
            return;
        }
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            SQLException failure = null;
            try {
                change(connection, table, partition, today);
            } catch (SQLException problem) {
                failure = problem;
            }
            connection.rollback();
            // what is there is to be seen all the same
            observe(connection, table, today);
            if (failure != null) {
                throw failure;
            }
        }
    }

    private void change(Connection connection, RowTable table, DayPartitioning partition, LocalDate today)
            throws SQLException {
        create(connection, table, partition, today);
        LocalDate first = partition.firstKept(today);
        if (first != null) {
            drop(connection, table.table(), first);
            expire(connection, table.table(), partition.by(), first);
        }
    }

    private void create(Connection connection, RowTable table, DayPartitioning partition, LocalDate today)
            throws SQLException {
        boolean more = true;
        while (more) {
            List<LocalDate> created = new ArrayList<>();
            try {
                DayTables.inTransaction(connection, DayTables.LOCK_TIMEOUT, () -> {
                    DayTables.lock(connection, ADVISORY_LOCK);
                    created.addAll(createSome(connection, table.table(), partition, today));
                });
            } catch (SQLException problem) {
                giveWay(table.table(), "create days of", problem);
                return;
            }
            if (!created.isEmpty()) {
                counter("weir.table.partitions.created", "days of a table that were created", table.table())
                        .increment(created.size());
                LOG.info("{}: created the days {} to {}", table.table(), created.getFirst(), created.getLast());
            }
            more = created.size() == DAYS_PER_TRANSACTION;
        }
    }

    private static List<LocalDate> createSome(
            Connection connection, String table, DayPartitioning partition, LocalDate today) throws SQLException {
        TableParts parts = parts(connection, table);
        List<LocalDate> missing = missing(parts, partition, today);
        TableParts.Part byDefault = parts.byDefault();
        if (byDefault == null) {
            DayTables.createLike(connection, parts.sqlName(), parts.sqlName("_default"));
            DayTables.execute(
                    connection,
                    "ALTER TABLE " + parts.sqlName() + " ATTACH PARTITION " + parts.sqlName("_default") + " DEFAULT");
        }
        if (missing.isEmpty()) {
            return missing;
        }
        String defaultName = byDefault == null ? parts.sqlName("_default") : byDefault.sqlName();
        // in the order in which ATTACH takes them
        DayTables.execute(connection, "LOCK TABLE ONLY " + parts.sqlName() + " IN SHARE UPDATE EXCLUSIVE MODE");
        DayTables.execute(connection, "LOCK TABLE " + defaultName + " IN ACCESS EXCLUSIVE MODE");
        String columns = columns(connection, parts.sqlName());
        String by = Identifiers.column(partition.by());
        for (LocalDate day : missing) {
            String part = parts.sqlName("_" + DayTables.suffix(day));
            String first = TableParts.bound(day);
            String end = TableParts.bound(day.plusDays(1));
            DayTables.createLike(connection, parts.sqlName(), part);
            DayTables.execute(
                    connection,
                    "WITH moved AS (DELETE FROM " + defaultName + " WHERE " + by + " >= " + first + " AND " + by + " < "
                            + end + " RETURNING " + columns + ") INSERT INTO " + part + " (" + columns + ") SELECT "
                            + columns + " FROM moved");
            DayTables.attach(connection, parts.sqlName(), part, first, end);
        }
        return missing;
    }

    /** From behind the last part, or today, to the last day ahead. */
    private static List<LocalDate> missing(TableParts parts, DayPartitioning partition, LocalDate today) {
        LocalDate first = partition.firstKept(today);
        LocalDate from = today;
        LocalDate end = parts.end();
        if (end != null && end.isBefore(today)) {
            LocalDate earliest = today.minusDays(MAX_GAP_DAYS);
            from = end.isBefore(earliest) ? earliest : end;
        }
        if (first != null && from.isBefore(first)) {
            from = first;
        }
        return from.datesUntil(today.plusDays(partition.aheadDays() + 1L))
                .filter(day -> !parts.covers(day))
                .limit(DAYS_PER_TRANSACTION)
                .toList();
    }

    private void drop(Connection connection, String table, LocalDate first) throws SQLException {
        for (TableParts.Part part : parts(connection, table).before(first)) {
            connection.rollback();
            try {
                DayTables.inTransaction(connection, DayTables.LOCK_TIMEOUT, () -> {
                    DayTables.lock(connection, ADVISORY_LOCK);
                    TableParts parts = parts(connection, table);
                    if (parts.parts().contains(part)) {
                        // its files are removed after the commit, when its locks are gone
                        DayTables.execute(connection, "DROP TABLE " + part.sqlName());
                        note(connection, parts, first);
                        LOG.info("{}: dropped {}, whose retention has passed", table, part.table());
                        counter("weir.table.partitions.dropped", "parts of a table that were dropped", table)
                                .increment();
                    }
                });
            } catch (SQLException problem) {
                // the next one would keep windows waiting as long
                giveWay(table, "drop " + part.table() + " of", problem);
                return;
            }
        }
        connection.rollback();
    }

    /** Removes what came later than its retention, or never had a day, from the default part. */
    private void expire(Connection connection, String table, String by, LocalDate first) throws SQLException {
        int removed;
        do {
            TableParts parts = parts(connection, table);
            TableParts.Part byDefault = parts.byDefault();
            if (byDefault == null) {
                connection.rollback();
                return;
            }
            String name = byDefault.sqlName();
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET LOCAL lock_timeout = '" + DayTables.LOCK_TIMEOUT + "'");
                removed = statement.executeUpdate("DELETE FROM " + name
                        + " WHERE ctid = ANY (ARRAY (SELECT ctid FROM " + name + " WHERE " + Identifiers.column(by)
                        + " < " + TableParts.bound(first) + " LIMIT " + EXPIRED_ROWS_PER_STATEMENT + "))");
                if (removed > 0) {
                    note(connection, parts, first);
                }
                connection.commit();
            } catch (SQLException problem) {
                connection.rollback();
                giveWay(table, "remove expired rows of", problem);
                return;
            }
            if (removed > 0) {
                counter("weir.table.rows.expired", "rows past their retention removed from the default part", table)
                        .increment(removed);
                LOG.info("{}: removed {} rows of before {} from the default part", table, removed, first);
            }
        } while (removed == EXPIRED_ROWS_PER_STATEMENT);
    }

    private void giveWay(String table, String what, SQLException problem) throws SQLException {
        if (!DayTables.gaveWay(problem)) {
            throw problem;
        }
        counter("weir.table.partitions.kept", "changes of a table's parts that gave way to others", table)
                .increment();
        LOG.info("could not {} {} now, and will try again: {}", what, table, DatabaseFailure.describe(problem));
    }

    private static void note(Connection connection, TableParts parts, LocalDate first) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(NOTE)) {
            statement.setString(1, parts.schema());
            statement.setString(2, parts.name());
            statement.setString(3, first.toString());
            statement.executeUpdate();
        }
    }

    /** The columns that an INSERT can name. */
    static String columns(Connection connection, String table) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
            SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
            WHERE attrelid = to_regclass(?) AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
            """)) {
            statement.setString(1, table);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getString(1);
            }
        }
    }

    private static TableParts parts(Connection connection, String table) throws SQLException {
        TableParts parts = TableParts.read(connection, table);
        if (parts == null) {
            throw new SQLException(table + " is not there, or no longer divided into parts", "42P01");
        }
        return parts;
    }

    private void observe(Connection connection, RowTable table, LocalDate today) throws SQLException {
        TableParts parts = parts(connection, table.table());
        long days = 0;
        while (days < 366 && parts.covers(today.plusDays(days + 1))) {
            days++;
        }
        TableParts.Part byDefault = parts.byDefault();
        long rows = byDefault == null ? 0 : rows(connection, byDefault.sqlName());
        connection.rollback();
        gauge(ahead, "weir.table.partitions.ahead", "days after today that a table has", table.table())
                .set(days);
        gauge(inDefault, "weir.table.default.rows", "rows without a day of their own, up to 100,000", table.table())
                .set(rows);
    }

    private static long rows(Connection connection, String part) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT count(*) FROM (SELECT FROM " + part + " LIMIT "
                        + MAX_DEFAULT_ROWS_COUNTED + ") AS limited")) {
            row.next();
            return row.getLong(1);
        }
    }

    private AtomicLong gauge(Map<String, AtomicLong> values, String name, String description, String table) {
        return values.computeIfAbsent(table, _ -> {
            AtomicLong value = new AtomicLong();
            Gauge.builder(name, value, AtomicLong::doubleValue)
                    .description(description)
                    .tag("table", table)
                    .register(meters);
            return value;
        });
    }

    private Counter counter(String name, String description, String table) {
        return Counter.builder(name)
                .description(description)
                .tag("table", table)
                .register(meters);
    }

    /** From which day on a table's rows are all there; null when none was ever dropped. */
    static @Nullable LocalDate rowsBefore(Connection connection, String table) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
            SELECT e.before::text FROM expired_rows e
            JOIN pg_namespace n ON n.nspname = e.table_schema
            JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = e.table_name
            WHERE c.oid = to_regclass(?)
            """)) {
            statement.setString(1, Identifiers.table(table));
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? LocalDate.parse(row.getString(1)) : null;
            }
        }
    }
}
