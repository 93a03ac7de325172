package io.weir.embedded;

import io.weir.settings.SettingsException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real Redis as a child process, bound to 127.0.0.1, with durable data in a directory of its own.
 *
 * <p>It lives in a process group of its own, so that Ctrl-C on the terminal reaches Weir alone, which drains before it
 * closes Redis. If Weir is killed, the next start on the directory finds the orphan and shuts it down cleanly first.
 */
public final class EmbeddedRedisServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedRedisServer.class);
    private static final Duration POLL = Duration.ofMillis(10);
    private static final Duration PROBE_TIMEOUT = Duration.ofMillis(500);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);
    private static final int FREE_PORT_ATTEMPTS = 5;
    private static final String ADDRESS = "127.0.0.1";
    private static final String LOG_FILE = "redis.log";

    /** Directories in use by this process: a second attempt to lock one would let go of the first one's lock. */
    private static final Set<Path> IN_USE = ConcurrentHashMap.newKeySet();

    private final Path directory;
    private final Path executable;
    private final Duration startTimeout;
    private int port;
    private @Nullable Process process;
    private @Nullable FileChannel lock;

    private EmbeddedRedisServer(Path directory, Path executable, int port, Duration startTimeout) {
        this.directory = directory;
        this.executable = executable;
        this.port = port;
        this.startTimeout = startTimeout;
    }

    /**
     * Starts Redis and waits until it has loaded its data.
     *
     * @param dataDirectory Redis' own directory, made when missing
     * @param port 0 for any free one
     * @throws SettingsException when the port is in use
     * @throws IllegalStateException when another Weir uses the directory, or Redis does not start in time
     */
    public static EmbeddedRedisServer start(Path dataDirectory, int port, Duration startTimeout) {
        try {
            Path directory = Files.createDirectories(
                            dataDirectory.toAbsolutePath().normalize())
                    .toRealPath();
            EmbeddedRedisServer server = new EmbeddedRedisServer(
                    directory, EmbeddedRedisServerExecutable.locate(directory), port, startTimeout);
            server.start();
            return server;
        } catch (IOException problem) {
            throw new UncheckedIOException("Redis could not be started in " + dataDirectory, problem);
        }
    }

    public String url() {
        return "redis://127.0.0.1:" + port();
    }

    public synchronized int port() {
        return port;
    }

    /** The process ID of the server. */
    public synchronized long pid() {
        if (process == null) {
            throw new IllegalStateException("Redis of " + directory + " is stopped");
        }
        return process.pid();
    }

    /** Starts it again on the same directory and port after {@link #kill} or {@link #close}. */
    public synchronized void restart() {
        if (process != null) {
            throw new IllegalStateException("Redis of " + directory + " runs");
        }
        try {
            start();
        } catch (IOException problem) {
            throw new UncheckedIOException("Redis could not be started in " + directory, problem);
        }
    }

    /** Ends it without any warning, as a crash would. For tests. */
    public synchronized void kill() {
        if (process != null) {
            process.destroyForcibly();
            awaitEnd(process, STOP_TIMEOUT);
            ended();
        }
    }

    /** Has it write its log to the disk and end, and waits for that. */
    @Override
    public synchronized void close() {
        if (process != null) {
            process.destroy();
            if (!awaitEnd(process, STOP_TIMEOUT)) {
                LOG.warn("Redis, process {}, did not end in {}: killing it", process.pid(), STOP_TIMEOUT);
                process.destroyForcibly();
                awaitEnd(process, STOP_TIMEOUT);
            }
            ended();
        }
    }

    private synchronized void start() throws IOException {
        lockDirectory();
        try {
            Path portFile = directory.resolve("redis.port");
            Path pidFile = directory.resolve("redis.pid");
            EmbeddedRedisServerOrphan.shutDown(directory, executable, pidFile, portFile, STOP_TIMEOUT);
            boolean anyPort = port == 0;
            for (int attempt = 1; ; attempt++) {
                port = anyPort ? FreePort.on(ADDRESS) : checkedFree(port);
                Files.deleteIfExists(pidFile);
                // before the start: an orphan must be found by it, whenever Weir is killed
                Files.writeString(portFile, Integer.toString(port));
                process = launch();
                if (awaitServing(process)) {
                    LOG.info("Redis of {} serves on port {} as process {}", directory, port, process.pid());
                    return;
                }
                if (!anyPort || attempt == FREE_PORT_ATTEMPTS) {
                    throw new IllegalStateException("Redis ended at its start: " + lastLogLines());
                }
            }
        } catch (InterruptedException problem) {
            Thread.currentThread().interrupt();
            abandon();
            throw new IllegalStateException("interrupted while Redis started", problem);
        } catch (IOException | RuntimeException problem) {
            abandon();
            throw problem;
        }
    }

    private Process launch() throws IOException {
        List<String> command = new ArrayList<>(ownProcessGroup());
        command.add(executable.toString());
        // paths are relative to the working directory, so that none has to be quoted
        command.addAll(List.of("--dir", "./", "--pidfile", "redis.pid", "--daemonize", "no"));
        command.addAll(List.of("--bind", ADDRESS, "--port", Integer.toString(port), "--protected-mode", "yes"));
        command.addAll(List.of("--appendonly", "yes", "--appendfsync", "everysec", "--aof-load-truncated", "yes"));
        command.addAll(List.of("--save", "", "--maxmemory-policy", "noeviction"));
        return new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve(LOG_FILE).toFile()))
                .start();
    }

    /** What to put before a command so that it runs outside the terminal's process group; it keeps its process ID. */
    private static List<String> ownProcessGroup() {
        for (String setsid : List.of("/usr/bin/setsid", "/bin/setsid")) {
            if (Files.isExecutable(Path.of(setsid))) {
                return List.of(setsid);
            }
        }
        if (Files.isExecutable(Path.of("/usr/bin/perl"))) {
            return List.of("/usr/bin/perl", "-e", "setpgrp(0, 0); exec { $ARGV[0] } @ARGV or die $!");
        }
        LOG.warn("Neither setsid nor perl is in /usr/bin: Ctrl-C will end Redis before Weir has drained");
        return List.of();
    }

    private boolean awaitServing(Process started) throws InterruptedException {
        long deadlineNanos = System.nanoTime() + startTimeout.toNanos();
        while (started.isAlive()) {
            if (EmbeddedRedisServerProbe.serves(port, PROBE_TIMEOUT)) {
                return true;
            }
            if (System.nanoTime() - deadlineNanos > 0) {
                throw new IllegalStateException("Redis did not serve within " + startTimeout + ": " + lastLogLines());
            }
            Thread.sleep(POLL);
        }
        return false;
    }

    private void lockDirectory() throws IOException {
        if (!IN_USE.add(directory)) {
            throw inUse();
        }
        // Held until the process ends, however it ends. Redis itself locks nothing.
        FileChannel channel;
        try {
            channel = FileChannel.open(
                    directory.resolve("redis.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException problem) {
            IN_USE.remove(directory);
            throw problem;
        }
        if (channel.tryLock() == null) {
            channel.close();
            IN_USE.remove(directory);
            throw inUse();
        }
        lock = channel;
    }

    private IllegalStateException inUse() {
        return new IllegalStateException(
                directory + " is in use by another Weir: stop it, or set WEIR_DATA_DIR to another directory");
    }

    private void abandon() {
        if (process != null) {
            process.destroyForcibly();
            awaitEnd(process, STOP_TIMEOUT);
        }
        ended();
    }

    private void ended() {
        process = null;
        FileChannel held = lock;
        lock = null;
        if (held != null) {
            IN_USE.remove(directory);
            try {
                held.close();
            } catch (IOException problem) {
                LOG.debug("The lock of {} was not closed", directory, problem);
            }
        }
    }

    private static boolean awaitEnd(Process process, Duration timeout) {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    return process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
                } catch (InterruptedException problem) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static int checkedFree(int port) {
        if (FreePort.isFree(ADDRESS, port)) {
            return port;
        }
        throw new SettingsException(
                "embedded.redis-port",
                "127.0.0.1:" + port + " is in use by another program: set WEIR_REDIS_PORT to a free port, or to 0"
                        + " for any");
    }

    private String lastLogLines() {
        try {
            List<String> lines = Files.readAllLines(directory.resolve(LOG_FILE));
            return String.join(" | ", lines.subList(Math.max(0, lines.size() - 5), lines.size()));
        } catch (IOException problem) {
            return "see " + directory.resolve(LOG_FILE);
        }
    }
}
