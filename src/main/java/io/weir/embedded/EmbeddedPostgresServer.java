package io.weir.embedded;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real PostgreSQL 18 as a process of its own, on 127.0.0.1, whose data outlive it.
 *
 * <p>It runs in a session of its own, so that Ctrl-C in a terminal does not stop it before those who write to it. Any
 * local user can connect to it as {@code postgres}: it is for one's own machine, not for production. Thread-safe.
 */
public final class EmbeddedPostgresServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgresServer.class);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(60);
    private static final String ADDRESS = "127.0.0.1";
    private static final int ATTEMPTS_AT_A_FREE_PORT = 5;

    private final EmbeddedPostgresServerCommands commands;
    private final Path dataDirectory;
    private final FileChannel lock;
    private final Duration startTimeout;
    private final int port;
    private boolean closed;

    private EmbeddedPostgresServer(
            EmbeddedPostgresServerCommands commands,
            Path dataDirectory,
            FileChannel lock,
            Duration startTimeout,
            int port) {
        this.commands = commands;
        this.dataDirectory = dataDirectory;
        this.lock = lock;
        this.startTimeout = startTimeout;
        this.port = port;
    }

    /**
     * Starts a server whose commits survive a power failure.
     *
     * @param dataDirectory where its data are kept; made when it does not exist. Its log and its lock stand beside it.
     * @param port where it listens; 0 for any free port
     * @throws EmbeddedPostgresServerException when it can't be started; the message says what to do
     */
    public static EmbeddedPostgresServer start(Path dataDirectory, int port, Duration startTimeout) {
        return start(dataDirectory, port, startTimeout, true);
    }

    /**
     * Starts a server.
     *
     * @param durable whether commits survive a power failure; false only for tests
     */
    public static EmbeddedPostgresServer start(Path dataDirectory, int port, Duration startTimeout, boolean durable) {
        Path directory = dataDirectory.toAbsolutePath().normalize();
        try {
            FileChannel lock = lock(directory);
            try {
                Path logFile = directory.resolveSibling(directory.getFileName() + ".log");
                EmbeddedPostgresServerCommands commands = new EmbeddedPostgresServerCommands(
                        EmbeddedPostgresServerBinaries.installed(), directory, logFile);
                stopOrphan(commands, directory);
                initialize(commands, directory);
                int boundPort = startOnPort(commands, directory, port, startTimeout, durable);
                return new EmbeddedPostgresServer(commands, directory, lock, startTimeout, boundPort);
            } catch (IOException | RuntimeException problem) {
                lock.close();
                throw problem;
            }
        } catch (IOException problem) {
            throw new EmbeddedPostgresServerException(
                    "PostgreSQL can't be started in " + directory + ": " + problem, problem);
        }
    }

    public int port() {
        return port;
    }

    /** Where it is, in libpq's form. */
    public String url() {
        return "postgres://postgres@127.0.0.1:" + port + "/postgres";
    }

    /** Where it is, in JDBC's form. */
    public String jdbcUrl() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=postgres";
    }

    /** The server's process. */
    public long pid() {
        return runningPid(dataDirectory)
                .orElseThrow(() -> new EmbeddedPostgresServerException("PostgreSQL is not running"));
    }

    /** Stops the server as a crash would: connections are cut, and the next start recovers from its log. */
    public synchronized void stopImmediately() {
        stop("immediate");
    }

    /** Starts the server again on the same port and data; does nothing while it runs. */
    public synchronized void restart() {
        if (closed) {
            throw new EmbeddedPostgresServerException("PostgreSQL was closed");
        }
        if (runningPid(dataDirectory).isPresent()) {
            return;
        }
        try {
            Files.deleteIfExists(dataDirectory.resolve("postmaster.pid"));
            commands.start(startTimeout);
        } catch (IOException problem) {
            throw new EmbeddedPostgresServerException("PostgreSQL can't be started again: " + problem, problem);
        }
    }

    /** Stops the server, cutting open connections, and leaves a clean shutdown behind. */
    public synchronized void stop() {
        stop("fast");
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        stop("fast");
        closed = true;
        try {
            lock.close();
        } catch (IOException problem) {
            LOG.warn("the lock beside {} could not be released: {}", dataDirectory, problem.toString());
        }
    }

    private void stop(String mode) {
        try {
            if (runningPid(dataDirectory).isPresent()
                    && !commands.stop(mode, STOP_TIMEOUT)
                    && !commands.stop("immediate", STOP_TIMEOUT)
                    && runningPid(dataDirectory).isPresent()) {
                throw new EmbeddedPostgresServerException("PostgreSQL in " + dataDirectory + " did not stop");
            }
        } catch (IOException problem) {
            throw new EmbeddedPostgresServerException("PostgreSQL can't be stopped: " + problem, problem);
        }
    }

    /** The operating system drops the lock when this process ends, however it does: that tells an orphan. */
    private static FileChannel lock(Path directory) throws IOException {
        Path parent = directory.getParent();
        if (parent == null) {
            throw new EmbeddedPostgresServerException(directory + " can't be a data directory");
        }
        Files.createDirectories(parent);
        FileChannel channel = FileChannel.open(
                directory.resolveSibling(directory.getFileName() + ".lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        boolean locked = false;
        try {
            locked = channel.tryLock() != null;
        } catch (OverlappingFileLockException alreadyOurs) {
            LOG.debug("locked by this process", alreadyOurs);
        }
        if (!locked) {
            channel.close();
            throw new EmbeddedPostgresServerException(
                    "another Weir uses " + directory + ": stop it, or set WEIR_DATA_DIR to another directory");
        }
        return channel;
    }

    private static void stopOrphan(EmbeddedPostgresServerCommands commands, Path directory) throws IOException {
        Optional<Long> orphan = runningPid(directory);
        if (orphan.isPresent()) {
            LOG.warn("stopping PostgreSQL (pid {}), left in {} by a Weir that was killed", orphan.get(), directory);
            if (!commands.stop("fast", STOP_TIMEOUT) && !commands.stop("immediate", STOP_TIMEOUT)) {
                throw new EmbeddedPostgresServerException("PostgreSQL (pid " + orphan.get() + "), left in " + directory
                        + " by a Weir that was killed, did not stop: stop it by hand");
            }
        }
        // its number may by now be that of another program, which would keep PostgreSQL from starting
        Files.deleteIfExists(directory.resolve("postmaster.pid"));
    }

    private static void initialize(EmbeddedPostgresServerCommands commands, Path directory) throws IOException {
        Path configuration = directory.resolve("postgresql.conf");
        if (Files.exists(directory.resolve("weir.conf"))) {
            return;
        }
        if (Files.exists(directory)) {
            try (var content = Files.list(directory)) {
                if (content.findAny().isPresent() && !Files.exists(directory.resolve("PG_VERSION"))) {
                    throw new EmbeddedPostgresServerException(
                            directory + " holds something else than PostgreSQL's data: empty it, or set WEIR_DATA_DIR");
                }
            }
            // a first start that did not reach its end
            EmbeddedPostgresServerBinaries.deleteTree(directory);
        }
        commands.initialize();
        Files.writeString(configuration, "\ninclude_if_exists = 'weir.conf'\n", StandardOpenOption.APPEND);
    }

    private static int startOnPort(
            EmbeddedPostgresServerCommands commands, Path directory, int port, Duration startTimeout, boolean durable)
            throws IOException {
        for (int attempt = 1; ; attempt++) {
            int candidate = port == 0 ? FreePort.on(ADDRESS) : port;
            requireFree(candidate);
            Files.writeString(directory.resolve("weir.conf"), configuration(candidate, durable));
            try {
                commands.start(startTimeout);
                return candidate;
            } catch (EmbeddedPostgresServerException problem) {
                boolean taken = String.valueOf(problem.getMessage()).contains("could not bind");
                if (!taken || port != 0 || attempt == ATTEMPTS_AT_A_FREE_PORT) {
                    throw problem;
                }
            }
        }
    }

    private static void requireFree(int port) {
        if (!FreePort.isFree(ADDRESS, port)) {
            throw new EmbeddedPostgresServerException("port " + port
                    + " on 127.0.0.1 is in use: set WEIR_PG_PORT to another one, or to 0 for any free one");
        }
    }

    /** Sized for a machine of two cores that runs everything. */
    private static String configuration(int port, boolean durable) {
        return String.join(
                        "\n",
                        List.of(
                                "# Written by Weir at each start. Your own settings: ALTER SYSTEM.",
                                "listen_addresses = '127.0.0.1'",
                                "unix_socket_directories = ''",
                                "port = " + port,
                                "max_connections = 50",
                                "shared_buffers = 256MB",
                                "max_wal_size = 2GB",
                                "min_wal_size = 256MB",
                                "checkpoint_timeout = 15min",
                                "wal_level = minimal",
                                "max_wal_senders = 0",
                                "jit = off",
                                "autovacuum = on",
                                "timezone = 'UTC'",
                                "log_timezone = 'UTC'",
                                "fsync = " + (durable ? "on" : "off"),
                                "full_page_writes = " + (durable ? "on" : "off"),
                                // even without fsync what was committed survives the end of the process
                                "synchronous_commit = on"))
                + "\n";
    }

    /** The server of a data directory, if it runs; a process that has merely inherited its number does not count. */
    private static Optional<Long> runningPid(Path directory) {
        try {
            List<String> lines = Files.readAllLines(directory.resolve("postmaster.pid"));
            long pid = lines.isEmpty() ? 0 : Long.parseLong(lines.getFirst().strip());
            return ProcessHandle.of(pid)
                    .filter(ProcessHandle::isAlive)
                    .filter(process -> isServerOf(directory, process.info()))
                    .map(ProcessHandle::pid);
        } catch (IOException | NumberFormatException absent) {
            return Optional.empty();
        }
    }

    private static boolean isServerOf(Path directory, ProcessHandle.Info info) {
        boolean postgres =
                info.command().map(command -> command.endsWith("postgres")).orElse(false);
        boolean ours = info.arguments()
                .map(arguments -> List.of(arguments).contains(directory.toString()))
                .orElse(true);
        return postgres && ours;
    }
}
