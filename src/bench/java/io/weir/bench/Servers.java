package io.weir.bench;

import io.weir.embedded.EmbeddedPostgresServer;
import io.weir.embedded.FreePort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import redis.embedded.RedisExecProvider;

/** Redis and PostgreSQL of their own for a run, set up and as durable as those of {@code weir up}. */
final class Servers implements AutoCloseable {
    private static final Duration START_TIMEOUT = Duration.ofMinutes(1);

    private final Path directory;
    private final int redisPort = FreePort.on("127.0.0.1");
    private final Thread atExit = new Thread(this::stopAll, "bench-cleanup");
    private @Nullable Process redis;
    private @Nullable EmbeddedPostgresServer postgres;

    private Servers(Path directory) {
        this.directory = directory;
    }

    static Servers start(Path directory) throws IOException {
        Servers servers = new Servers(directory);
        Runtime.getRuntime().addShutdownHook(servers.atExit);
        servers.startRedis();
        servers.startPostgres();
        return servers;
    }

    void startRedis() throws IOException {
        redis = new ProcessBuilder(
                        RedisExecProvider.defaultProvider().get().getAbsolutePath(),
                        "--port",
                        Integer.toString(redisPort),
                        "--bind",
                        "127.0.0.1",
                        "--dir",
                        directory.toString(),
                        "--appendonly",
                        "yes",
                        "--appendfsync",
                        "everysec",
                        "--save",
                        "",
                        "--maxmemory-policy",
                        "noeviction")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        Path.of("target", "bench-logs", "redis.log").toFile()))
                .start();
        long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
        for (; ; ) {
            try (RedisClient client = redis()) {
                if (client.call("PING").equals("PONG")) {
                    return;
                }
            } catch (UncheckedIOException notYet) {
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException("Redis did not start: " + directory.resolve("redis.log"), notYet);
                }
            }
            pause();
        }
    }

    void stopRedis() {
        Process running = redis;
        redis = null;
        if (running != null) {
            running.destroy();
            try {
                if (!running.waitFor(20, TimeUnit.SECONDS)) {
                    running.destroyForcibly();
                }
            } catch (InterruptedException interrupted) {
                running.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
    }

    void startPostgres() {
        EmbeddedPostgresServer stopped = postgres;
        if (stopped == null) {
            postgres = EmbeddedPostgresServer.start(directory.resolve("postgres"), 0, START_TIMEOUT);
        } else {
            stopped.restart();
        }
    }

    void stopPostgres() {
        postgres().stop();
    }

    Stream<ProcessHandle> redisProcess() {
        Process running = redis;
        return running == null ? Stream.empty() : Stream.of(running.toHandle());
    }

    /** The server and what it has started. */
    Stream<ProcessHandle> postgresProcesses() {
        return ProcessHandle.of(postgres().pid()).stream()
                .flatMap(server -> Stream.concat(Stream.of(server), server.descendants()));
    }

    String redisUrl() {
        return "redis://127.0.0.1:" + redisPort;
    }

    int redisPort() {
        return redisPort;
    }

    String databaseUrl() {
        return postgres().url();
    }

    RedisClient redis() {
        return new RedisClient("127.0.0.1", redisPort);
    }

    Connection database() throws SQLException {
        return DriverManager.getConnection(postgres().jdbcUrl());
    }

    private EmbeddedPostgresServer postgres() {
        return Objects.requireNonNull(postgres, "PostgreSQL was not started");
    }

    /** Empties both, as after an installation. No Weir may run. */
    void reset() throws SQLException {
        try (Connection connection = database();
                Statement statement = connection.createStatement()) {
            statement.execute("DROP SCHEMA public CASCADE");
            statement.execute("CREATE SCHEMA public");
            statement.execute("CHECKPOINT");
        }
        try (RedisClient client = redis()) {
            client.call("FLUSHALL");
        }
    }

    @Override
    public void close() {
        stopAll();
        Runtime.getRuntime().removeShutdownHook(atExit);
    }

    private void stopAll() {
        stopRedis();
        if (postgres != null) {
            postgres.close();
        }
    }

    static void pause() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }
}
