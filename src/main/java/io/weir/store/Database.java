package io.weir.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import io.micrometer.core.instrument.MeterRegistry;
import io.weir.definition.DayPartitioning;
import io.weir.definition.RowTable;
import io.weir.definition.StreamDefinition;
import io.weir.letter.DeadLetters;
import io.weir.link.LinkStore;
import io.weir.replay.ReplayStore;
import io.weir.settings.QuerySettings;
import io.weir.settings.StoreSettings;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;

/**
 * The user's PostgreSQL: a pool of connections and what is built on it. Opening it succeeds while the database is away.
 * Thread-safe; every method that asks the database blocks.
 */
public final class Database implements AutoCloseable {
    /** What the metrics call the connections over which everything is written. */
    public static final String POOL_NAME = "weir";

    private static final Duration PING_PAUSE = Duration.ofMillis(200);
    private static final int DRIVERS_PREPARE_THRESHOLD = 5;

    private final StoreSettings settings;
    private final DatabaseUrl url;
    private final HikariDataSource pool;
    private final AtomicBoolean toldOfPooler;
    private final MeterRegistry meters;
    private final KeyDays keyDays;
    private final TablePartitions tablePartitions;

    private Database(
            StoreSettings settings,
            DatabaseUrl url,
            HikariDataSource pool,
            AtomicBoolean toldOfPooler,
            MeterRegistry meters) {
        this.settings = settings;
        this.url = url;
        this.pool = pool;
        this.toldOfPooler = toldOfPooler;
        this.meters = meters;
        this.keyDays = new KeyDays(pool, settings, meters);
        this.tablePartitions = new TablePartitions(direct(), meters);
    }

    /**
     * Opens a pool.
     *
     * @throws IllegalArgumentException when the URL is none of PostgreSQL's; the message says what to write
     */
    public static Database open(StoreSettings settings, MeterRegistry meters) {
        DatabaseUrl url = DatabaseUrl.parse(settings.databaseUrl());
        AtomicBoolean toldOfPooler = new AtomicBoolean();
        HikariConfig config = poolConfig(POOL_NAME, settings, settings.poolSize(), meters);
        // each window runs the same few statements: let the server keep them from the first use on
        config.setDataSource(new ServerConnections(url, driverProperties(settings, url), 1, toldOfPooler));
        config.setMinimumIdle(Math.min(2, settings.poolSize()));
        return new Database(settings, url, new HikariDataSource(config), toldOfPooler, meters);
    }

    private static HikariConfig poolConfig(String name, StoreSettings settings, int size, MeterRegistry meters) {
        HikariConfig config = new HikariConfig();
        config.setPoolName(name);
        config.setMaximumPoolSize(size);
        config.setIdleTimeout(TimeUnit.MINUTES.toMillis(2));
        config.setAutoCommit(false);
        // the smallest that the pool takes
        config.setConnectionTimeout(Math.max(250, settings.connectTimeout().toMillis()));
        config.setValidationTimeout(Math.max(250, settings.connectTimeout().toMillis()));
        config.setInitializationFailTimeout(-1);
        config.setMetricRegistry(meters);
        return config;
    }

    private static Properties driverProperties(StoreSettings settings, DatabaseUrl url) {
        Properties properties = directProperties(settings, url);
        properties.setProperty("ApplicationName", "weir");
        properties.setProperty("socketTimeout", seconds(settings.socketTimeout()));
        return properties;
    }

    private static Properties directProperties(StoreSettings settings, DatabaseUrl url) {
        Properties properties = new Properties();
        properties.setProperty("connectTimeout", seconds(settings.connectTimeout()));
        properties.setProperty("loginTimeout", seconds(settings.connectTimeout()));
        properties.setProperty("tcpKeepAlive", "true");
        // what only older servers have to be told, and poolers may refuse, is not said
        properties.setProperty("assumeMinServerVersion", "12");
        if (url.hosts() > 1) {
            properties.setProperty("targetServerType", "primary");
        }
        return properties;
    }

    private static String seconds(Duration duration) {
        return Long.toString(Math.max(1, duration.toSeconds()));
    }

    /** Where it is, for people; without the password. */
    public String location() {
        return url.toString();
    }

    /** Creates or updates Weir's tables and those of its presets; answers how many steps that took. */
    public int migrate() {
        return Migrations.apply(direct());
    }

    /** Connections apart from the pool, for what takes its time. */
    private DataSource direct() {
        return new ServerConnections(url, directProperties(settings, url), DRIVERS_PREPARE_THRESHOLD, toldOfPooler);
    }

    /** Compares definitions with the tables that they name. */
    public SchemaCheck.Result check(List<StreamDefinition> definitions) throws SQLException {
        return check(definitions, Map.of());
    }

    /**
     * Compares definitions with the tables that they name.
     *
     * @param undivided what {@link #divideTables} answered
     */
    public SchemaCheck.Result check(List<StreamDefinition> definitions, Map<String, String> undivided)
            throws SQLException {
        try (Connection connection = pool.getConnection()) {
            SchemaCheck.Result result = SchemaCheck.check(definitions, connection, undivided);
            connection.rollback();
            return result;
        }
    }

    /**
     * One partition's store.
     *
     * @param catalog of a {@link #check} that found no fault with the definition
     */
    public PartitionStore partitionStore(StreamDefinition definition, int partition, Catalog catalog) {
        return new PostgresPartitionStore(pool, settings, definition, partition, catalog, keyDays, meters);
    }

    /** Which partitions the streams have. */
    public LayoutStore layouts() {
        return new LayoutStore(pool, settings.lockTimeout());
    }

    /** What partitions have committed. */
    public LedgerStore ledger() {
        return new LedgerStore(pool);
    }

    /**
     * Compares counters with rows.
     *
     * @param catalog of a {@link #check} that found no fault with the definitions
     * @param timeout for each of them
     */
    public CounterVerifier verifier(List<StreamDefinition> definitions, Catalog catalog, Duration timeout) {
        return new CounterVerifier(direct(), definitions, catalog, timeout);
    }

    /** Creates what is missing of the days whose idempotency keys windows are going to keep. */
    public void createKeyDays(LocalDate first, LocalDate last) throws SQLException {
        keyDays.ensure(first.datesUntil(last.plusDays(1)).toList());
    }

    /** Drops the idempotency keys of the days before {@code first}; answers how many days those were. */
    public int dropKeyDays(LocalDate first) throws SQLException {
        return keyDays.drop(first);
    }

    /**
     * Divides into days what definitions want to have divided and is not yet; takes its time with large tables.
     *
     * @param today in UTC
     * @return why tables can't be, by their names
     */
    public Map<String, String> divideTables(List<StreamDefinition> definitions, LocalDate today) throws SQLException {
        Map<String, String> undivided = new HashMap<>();
        String lockTimeout = Long.toString(settings.lockTimeout().toMillis());
        try (Connection connection = direct().getConnection()) {
            for (StreamDefinition definition : definitions) {
                for (RowTable table : definition.rows()) {
                    DayPartitioning partition = table.partition();
                    if (partition != null) {
                        new TableConversion(definition, table, partition, today, keyDays)
                                .run(connection, lockTimeout)
                                .ifPresent(reason -> undivided.put(table.table(), reason));
                    }
                }
            }
        }
        return undivided;
    }

    /** Creates the days to come of a table and drops those past their retention; {@code today} is in UTC. */
    public void keepDays(RowTable table, LocalDate today) throws SQLException {
        tablePartitions.keep(table, today);
    }

    /** What is kept of counters over time. */
    public RollupStore rollups() {
        return new RollupStore(direct());
    }

    /** The dead letters of all streams. */
    public DeadLetters deadLetters() {
        return new PostgresDeadLetters(pool);
    }

    /**
     * The short links.
     *
     * @throws IllegalArgumentException when the table can't be used as theirs; the message says what is missing
     */
    public LinkStore links(String table) {
        PostgresLinks links = new PostgresLinks(pool, table);
        try {
            links.check();
        } catch (SQLException problem) {
            throw new IllegalArgumentException(problem.getMessage(), problem);
        }
        return links;
    }

    /**
     * What replay and backfill ask.
     *
     * @param catalog of a {@link #check} that found no fault
     */
    public ReplayStore replayStore(Catalog catalog) {
        return new PostgresReplayStore(pool, catalog);
    }

    /** What rollups hold, over connections of their own, which are opened when they are needed. */
    public PostgresBuckets buckets(QuerySettings queries) {
        HikariConfig config = poolConfig("weir-queries", settings, queries.connections(), meters);
        config.setMinimumIdle(0);
        config.setReadOnly(true);
        config.setDataSource(
                new ServerConnections(url, driverProperties(settings, url), DRIVERS_PREPARE_THRESHOLD, toldOfPooler));
        return new PostgresBuckets(new HikariDataSource(config), queries);
    }

    /** What the pool's connections are at. */
    public PoolState poolState() {
        HikariPoolMXBean state = pool.getHikariPoolMXBean();
        return new PoolState(
                state.getActiveConnections(),
                state.getIdleConnections(),
                state.getTotalConnections(),
                state.getThreadsAwaitingConnection(),
                pool.getMaximumPoolSize());
    }

    /** Has every connection replaced, those in use once they are given back. */
    public void replaceConnections() {
        pool.getHikariPoolMXBean().softEvictConnections();
    }

    /** Whether the database gives a sign of life. */
    public boolean answers() {
        try {
            ping();
            return true;
        } catch (SQLException away) {
            return false;
        }
    }

    /** Asks the database for a sign of life. */
    public void ping() throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("SELECT 1");
            connection.rollback();
        }
    }

    /**
     * Waits until the database answers.
     *
     * @throws SQLException what the last attempt met, when it did not answer in time
     */
    public void awaitReachable(Duration timeout) throws SQLException, InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            try {
                ping();
                return;
            } catch (SQLException away) {
                if (System.nanoTime() + PING_PAUSE.toNanos() > deadline) {
                    throw away;
                }
            }
            Thread.sleep(PING_PAUSE);
        }
    }

    @Override
    public void close() {
        pool.close();
    }
}
