package io.weir.bench;

import io.weir.embedded.EmbeddedPostgresServer;
import io.weir.embedded.EmbeddedRedisServer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Redis and PostgreSQL of their own for a run, set up and as durable as those of {@code weir up}. */
final class Servers implements AutoCloseable {
    private static final Duration START_TIMEOUT = Duration.ofMinutes(1);

    private final Path directory;
    private final Thread atExit = new Thread(this::stopAll, "bench-cleanup");
    private @Nullable EmbeddedRedisServer redis;
    private @Nullable EmbeddedPostgresServer postgres;

    private Servers(Path directory) {
        this.directory = directory;
    }

    static Servers start(Path directory) {
        Servers servers = new Servers(directory);
        Runtime.getRuntime().addShutdownHook(servers.atExit);
        servers.startRedis();
        servers.startPostgres();
        return servers;
    }

    void startRedis() {
        EmbeddedRedisServer stopped = redis;
        if (stopped == null) {
            redis = EmbeddedRedisServer.start(directory.resolve("redis"), 0, START_TIMEOUT);
        } else {
            stopped.restart();
        }
    }

    void stopRedis() {
        redisServer().close();
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
        return ProcessHandle.of(redisServer().pid()).stream();
    }

    /** The server and what it has started. */
    Stream<ProcessHandle> postgresProcesses() {
        return ProcessHandle.of(postgres().pid()).stream()
                .flatMap(server -> Stream.concat(Stream.of(server), server.descendants()));
    }

    String redisUrl() {
        return redisServer().url();
    }

    int redisPort() {
        return redisServer().port();
    }

    String databaseUrl() {
        return postgres().url();
    }

    RedisClient redis() {
        return new RedisClient("127.0.0.1", redisPort());
    }

    Connection database() throws SQLException {
        return DriverManager.getConnection(postgres().jdbcUrl());
    }

    private EmbeddedRedisServer redisServer() {
        return Objects.requireNonNull(redis, "Redis was not started");
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
        if (redis != null) {
            redis.close();
        }
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
