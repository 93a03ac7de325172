package io.weir.store;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.weir.settings.StoreSettings;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The days of {@code event_key}: created before a window needs them, dropped as a whole. Thread-safe, and safe with
 * several processes: who changes the days holds an advisory lock.
 *
 * <p>Neither keeps windows waiting for long: attaching a day takes a lock that goes along with theirs, and detaching one
 * gives up after {@link DayTables#LOCK_TIMEOUT}, to be tried again the next time.
 */
final class KeyDays {
    private static final Logger LOG = LoggerFactory.getLogger(KeyDays.class);
    private static final String PREFIX = "event_key_";
    /** Any number will do, as long as it is Weir's own. */
    private static final long ADVISORY_LOCK = 0x77656972_6b657973L;

    private static final String TABLES = """
        SELECT c.relname, c.relispartition FROM pg_class c
        WHERE c.relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'event_key'::regclass)
          AND c.relkind = 'r' AND c.relname ~ '^event_key_[0-9]{8}$' ORDER BY 1
        """;

    private final DataSource pool;
    private final String lockTimeoutMillis;
    private final Set<LocalDate> known = ConcurrentHashMap.newKeySet();
    private final Counter created;
    private final Counter dropped;
    private final Counter kept;

    KeyDays(DataSource pool, StoreSettings settings, MeterRegistry meters) {
        this.pool = pool;
        this.lockTimeoutMillis = Long.toString(settings.lockTimeout().toMillis());
        this.created = counter(meters, "weir.store.key.tables.created", "days of idempotency keys that were created");
        this.dropped = counter(meters, "weir.store.key.tables.dropped", "days of idempotency keys that were dropped");
        this.kept = counter(
                meters,
                "weir.store.key.tables.kept",
                "attempts to drop a day that gave way to windows that were being written");
    }

    private static Counter counter(MeterRegistry meters, String name, String description) {
        return Counter.builder(name).description(description).register(meters);
    }

    /** Creates those of the days that are not there. Costs nothing for days that were seen before. */
    void ensure(Collection<LocalDate> days) throws SQLException {
        List<LocalDate> missing = new ArrayList<>();
        for (LocalDate day : days) {
            if (!known.contains(day)) {
                missing.add(day);
            }
        }
        if (missing.isEmpty()) {
            return;
        }
        try (Connection connection = pool.getConnection()) {
            DayTables.inTransaction(connection, lockTimeoutMillis, () -> {
                lock(connection);
                Set<LocalDate> attached = attached(connection);
                for (LocalDate day : missing) {
                    if (!attached.contains(day)) {
                        create(connection, day);
                    }
                }
            });
        }
        known.addAll(missing);
    }

    /** A window found a day missing that was here: somebody dropped it. The next one looks again. */
    void forget() {
        known.clear();
    }

    /** Drops the days before {@code first}; answers how many. A day that windows hold on to stays for the next time. */
    int drop(LocalDate first) throws SQLException {
        int count = 0;
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            List<LocalDate> past = new ArrayList<>();
            try {
                past.addAll(before(connection, first));
            } finally {
                connection.rollback();
            }
            for (LocalDate day : past) {
                known.remove(day);
                if (drop(connection, day)) {
                    count++;
                }
            }
        }
        return count;
    }

    private boolean drop(Connection connection, LocalDate day) throws SQLException {
        try {
            DayTables.inTransaction(connection, DayTables.LOCK_TIMEOUT, () -> {
                lock(connection);
                if (attached(connection).contains(day)) {
                    DayTables.execute(connection, "ALTER TABLE event_key DETACH PARTITION " + table(day));
                }
            });
            // nobody uses it any more: removing its files holds up nothing but itself
            DayTables.inTransaction(connection, DayTables.LOCK_TIMEOUT, () -> {
                lock(connection);
                if (!attached(connection).contains(day)) {
                    DayTables.execute(connection, "DROP TABLE IF EXISTS " + table(day));
                }
            });
        } catch (SQLException problem) {
            if (!DayTables.gaveWay(problem)) {
                throw problem;
            }
            kept.increment();
            LOG.info("the idempotency keys of {} stay a little longer: {}", day, DatabaseFailure.describe(problem));
            return false;
        }
        dropped.increment();
        LOG.info("dropped the idempotency keys of {}", day);
        return true;
    }

    private void create(Connection connection, LocalDate day) throws SQLException {
        // one that was detached by a process which then died is taken as it is: its keys may still be asked for
        if (!exists(connection, day)) {
            DayTables.createLike(connection, "event_key", table(day));
        }
        DayTables.attach(connection, "event_key", table(day), "'" + day + "'", "'" + day.plusDays(1) + "'");
        created.increment();
    }

    private static boolean exists(Connection connection, LocalDate day) throws SQLException {
        Set<LocalDate> detached = new TreeSet<>();
        tables(connection, (table, isPartition) -> detached.add(table));
        return detached.contains(day);
    }

    private static void lock(Connection connection) throws SQLException {
        DayTables.lock(connection, ADVISORY_LOCK);
    }

    private static Set<LocalDate> attached(Connection connection) throws SQLException {
        Set<LocalDate> days = new TreeSet<>();
        tables(connection, (day, isPartition) -> {
            if (isPartition) {
                days.add(day);
            }
        });
        return days;
    }

    /** Also what was detached by one who then died. */
    private static Set<LocalDate> before(Connection connection, LocalDate first) throws SQLException {
        Set<LocalDate> days = new TreeSet<>();
        tables(connection, (day, isPartition) -> {
            if (day.isBefore(first)) {
                days.add(day);
            }
        });
        return days;
    }

    private interface TableVisitor {
        void visit(LocalDate day, boolean isPartition);
    }

    private static void tables(Connection connection, TableVisitor visitor) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(TABLES);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                LocalDate day = day(rows.getString(1));
                if (day != null) {
                    visitor.visit(day, rows.getBoolean(2));
                }
            }
        }
    }

    private static String table(LocalDate day) {
        return PREFIX + DayTables.suffix(day);
    }

    private static @Nullable LocalDate day(String table) {
        try {
            return LocalDate.parse(table.substring(PREFIX.length()), DateTimeFormatter.BASIC_ISO_DATE);
        } catch (DateTimeParseException somebodyElses) {
            return null;
        }
    }
}
