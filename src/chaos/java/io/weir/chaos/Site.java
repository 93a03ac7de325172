package io.weir.chaos;

import io.weir.bench.RedisClient;
import io.weir.bench.ServerProcess;
import io.weir.embedded.EmbeddedPostgresServer;
import io.weir.embedded.EmbeddedRedisServer;
import io.weir.testkit.FaultProxy;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Redis, PostgreSQL and Weir as processes, a proxy before each of the two servers, and outside of all that the clients
 * and their ledger.
 */
final class Site implements AutoCloseable {
    static final Path HOME = Path.of("src", "chaos", "home").toAbsolutePath();
    private static final Duration START_TIMEOUT = Duration.ofSeconds(90);
    private static final String HEAP = "256m";

    private final Path directory;
    private final Path logs;
    private final Path log;
    private final Scenario kind;
    private final List<ServerProcess> weirs = new CopyOnWriteArrayList<>();
    private final Thread atExit = new Thread(this::stopAll, "chaos-cleanup");
    private EmbeddedRedisServer redis;
    private EmbeddedPostgresServer postgres;
    private Path redisHome;
    private Path dataDirectory;
    private final @Nullable SmallDisk smallDisk;
    private final FaultProxy redisProxy;
    private final FaultProxy postgresProxy;
    private final Ledger ledger;
    private final Driver driver;
    private final CommitWatch watch;
    private final @Nullable Nodes nodes;

    /**
     * Starts the servers, and no Weir yet.
     *
     * @param scenario says where data are to be, and how long committed entries stay in Redis
     * @param logs where the ledger and the processes' logs go
     */
    Site(Scenario scenario, Path logs, long seed) throws IOException {
        SmallDisk.Of disk = scenario.disk();
        this.kind = scenario;
        this.directory = Files.createTempDirectory("weir-chaos-");
        this.logs = Files.createDirectories(logs);
        this.log = logs.resolve("weir.log");
        Runtime.getRuntime().addShutdownHook(atExit);
        smallDisk = disk == SmallDisk.Of.NOBODY ? null : SmallDisk.mount(smallDirectory(), disk);
        redisHome = (disk == SmallDisk.Of.REDIS ? smallDirectory() : directory).resolve("redis");
        dataDirectory = (disk == SmallDisk.Of.POSTGRES ? smallDirectory() : directory).resolve("postgres");
        redis = EmbeddedRedisServer.start(redisHome, 0, START_TIMEOUT);
        postgres = EmbeddedPostgresServer.start(dataDirectory, 0, START_TIMEOUT);
        redisProxy = new FaultProxy(redis.port());
        postgresProxy = new FaultProxy(postgres.port());
        ledger = Ledger.writingTo(logs.resolve("ledger.txt"));
        driver = new Driver(ledger, seed);
        createTables();
        watch = new CommitWatch(this);
        nodes = scenario.clustered() ? new Nodes(this) : null;
    }

    private void createTables() throws IOException {
        try (Connection connection = openDatabase();
                Statement statement = connection.createStatement()) {
            statement.execute(Files.readString(HOME.resolve("tables.sql")));
        } catch (SQLException problem) {
            throw new IOException("the tables could not be created", problem);
        }
    }

    /** Whether another scenario can go on here. */
    boolean suits(Scenario scenario) {
        return scenario.disk() == kind.disk()
                && scenario.retention().equals(kind.retention())
                && scenario.clustered() == kind.clustered();
    }

    Path logs() {
        return logs;
    }

    Path directory() {
        return directory;
    }

    /** Where the small disk is, if there is one. */
    Path smallDirectory() {
        return directory.resolve("small-disk");
    }

    /** Where Redis has its data. */
    synchronized Path redisHome() {
        return redisHome;
    }

    synchronized EmbeddedRedisServer redis() {
        return redis;
    }

    synchronized EmbeddedPostgresServer postgres() {
        return postgres;
    }

    /** Where PostgreSQL has its data. */
    synchronized Path dataDirectory() {
        return dataDirectory;
    }

    /** Another server takes the old one's place, for Weir and for the checks. */
    synchronized void replaceRedis(EmbeddedRedisServer successor, Path itsData) {
        redis = successor;
        redisHome = itsData;
        redisProxy.retarget(successor.port());
        redisProxy.cut();
    }

    /** Another server takes the old one's place, for Weir and for the checks. */
    synchronized void replacePostgres(EmbeddedPostgresServer successor, Path itsData) {
        postgres = successor;
        dataDirectory = itsData;
        postgresProxy.retarget(successor.port());
        postgresProxy.cut();
    }

    FaultProxy redisProxy() {
        return redisProxy;
    }

    FaultProxy postgresProxy() {
        return postgresProxy;
    }

    Ledger ledger() {
        return ledger;
    }

    Driver driver() {
        return driver;
    }

    CommitWatch watch() {
        return watch;
    }

    /** A connection to Redis past the proxy. */
    RedisClient openRedis() {
        return new RedisClient("127.0.0.1", redis().port());
    }

    /** A connection to PostgreSQL past the proxy, with autocommit. */
    Connection openDatabase() throws SQLException {
        return DriverManager.getConnection(
                postgres().jdbcUrl() + "&connectTimeout=2&socketTimeout=30&ApplicationName=chaos");
    }

    void execute(String sql) throws SQLException {
        try (Connection connection = openDatabase();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    String query(String sql) throws SQLException {
        try (Connection connection = openDatabase();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? String.valueOf(rows.getString(1)) : "";
        }
    }

    /** The cluster, where the scenarios of this site have one. */
    Nodes nodes() {
        Nodes cluster = nodes;
        if (cluster == null) {
            throw new IllegalStateException("there is one Weir here, and no cluster");
        }
        return cluster;
    }

    /** Starts what does not run of the Weir, or the Weirs, that a scenario begins with. */
    void startWeirs() throws Exception {
        Nodes cluster = nodes;
        if (cluster != null) {
            cluster.startAll();
        } else if (weirs().isEmpty()) {
            startWeir();
        }
    }

    /** Starts a Weir without waiting for it. */
    ServerProcess launchWeir(String failpoint) {
        return launchWeir(HOME, Map.of("WEIR_FAILPOINT", failpoint), "", log);
    }

    /**
     * Starts a Weir without waiting for it.
     *
     * @param home what holds its {@code conf}
     * @param more variables of its environment
     * @param options of its JVM
     */
    ServerProcess launchWeir(Path home, Map<String, String> more, String options, Path itsLog) {
        Map<String, String> environment = new HashMap<>(more);
        environment.put("REDIS_URL", "redis://127.0.0.1:" + redisProxy.port());
        environment.put("DATABASE_URL", "postgres://postgres@127.0.0.1:" + postgresProxy.port() + "/postgres");
        environment.put("WEIR_HTTP_PORT", "0");
        environment.put("WEIR_HEAP", HEAP);
        environment.put("JAVA_OPTS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Dweir.home=" + home + " " + options);
        environment.put("CHAOS_RETENTION", kind.retention().toMillis() + "ms");
        ServerProcess weir = ServerProcess.launchWeir(environment, Redirect.appendTo(itsLog.toFile()));
        weirs.add(weir);
        return weir;
    }

    /** Starts a Weir, and leads the clients to it, beside those that they know. */
    ServerProcess startWeir() throws Exception {
        ServerProcess weir = launchWeir("");
        if (!awaitReady(weir)) {
            throw new IllegalStateException("Weir did not start; its log is " + log);
        }
        return weir;
    }

    /**
     * Leaves a class archive behind for the starts to come, which it makes a third shorter. A server writes it when it
     * ends by itself, and those to come are killed.
     */
    void warmUp() throws Exception {
        if (!Files.exists(Path.of("target", "weir.jsa"))) {
            ServerProcess weir = startWeir();
            weir.process().destroy();
            weir.process().waitFor(START_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        }
    }

    /** Waits until a Weir is ready and leads clients to it; false when it ended before. */
    boolean awaitReady(ServerProcess weir) throws InterruptedException, TimeoutException {
        try {
            weir.ready().get(START_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException ended) {
            return false;
        }
        leadClients();
        return true;
    }

    /** The Weirs that run. */
    List<ServerProcess> weirs() {
        weirs.removeIf(weir -> !weir.process().isAlive());
        return List.copyOf(weirs);
    }

    /** Kills a Weir as a power cut does. */
    void kill(ServerProcess weir) throws InterruptedException {
        weir.process().destroyForcibly();
        if (!weir.process().waitFor(20, TimeUnit.SECONDS)) {
            throw new IllegalStateException("a killed process did not end");
        }
        leadClients();
    }

    /** Sends a process a signal by its name. */
    static void signal(long pid, String name) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid))
                .inheritIO()
                .start();
        if (!kill.waitFor(10, TimeUnit.SECONDS) || kill.exitValue() != 0) {
            throw new IllegalStateException("no SIG" + name + " for " + pid);
        }
    }

    private void leadClients() {
        List<URI> servers = weirs().stream()
                .filter(weir -> isReady(weir.ready()))
                .map(weir -> weir.http("/"))
                .toList();
        // with none left they go on at the old address and are refused, as clients are
        if (!servers.isEmpty()) {
            driver.sendTo(servers);
        }
    }

    private static boolean isReady(CompletableFuture<Void> ready) {
        return ready.isDone() && !ready.isCompletedExceptionally();
    }

    @Override
    public void close() {
        driver.close();
        watch.close();
        stopAll();
        try {
            ledger.close();
        } catch (IOException problem) {
            throw new java.io.UncheckedIOException(problem);
        }
        Runtime.getRuntime().removeShutdownHook(atExit);
    }

    private void stopAll() {
        for (ServerProcess weir : weirs) {
            weir.process().destroyForcibly();
        }
        if (nodes != null) {
            closeQuietly(nodes);
        }
        closeQuietly(redisProxy());
        closeQuietly(postgresProxy());
        closeQuietly(redis());
        closeQuietly(postgres());
        if (smallDisk != null) {
            closeQuietly(smallDisk);
        }
        closeQuietly(this::deleteData);
    }

    private void deleteData() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static void closeQuietly(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception problem) {
            System.err.println("not stopped: " + problem);
        }
    }
}
