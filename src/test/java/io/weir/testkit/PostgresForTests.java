package io.weir.testkit;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.embedded.EmbeddedPostgresServer;
import io.weir.settings.StoreSettings;
import io.weir.store.Database;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One PostgreSQL for all tests of a JVM, started when the first asks for it and gone with the JVM. */
public final class PostgresForTests {
    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
    private static final String TEMPLATE = "weir_template";
    private static final AtomicInteger DATABASES = new AtomicInteger();
    private static @Nullable EmbeddedPostgresServer server;

    private PostgresForTests() {}

    /** A new database with Weir's tables and those of its presets, otherwise empty. */
    public static PostgresTestDatabase freshDatabase() {
        return create(TEMPLATE);
    }

    /** A new database without any table. */
    public static PostgresTestDatabase emptyDatabase() {
        return create("template1");
    }

    private static PostgresTestDatabase create(String template) {
        EmbeddedPostgresServer running = server();
        String name = "test_" + DATABASES.incrementAndGet();
        // two copies of one template at once would refuse each other
        synchronized (PostgresForTests.class) {
            execute(running, "CREATE DATABASE " + name + " TEMPLATE " + template);
        }
        return new PostgresTestDatabase("postgres://postgres@127.0.0.1:" + running.port() + "/" + name);
    }

    private static synchronized EmbeddedPostgresServer server() {
        if (server == null) {
            Path directory = Path.of(
                    System.getProperty("java.io.tmpdir"),
                    "weir-test-postgres-" + ProcessHandle.current().pid());
            EmbeddedPostgresServer started =
                    EmbeddedPostgresServer.start(directory.resolve("data"), 0, START_TIMEOUT, false);
            removeAfterThisJvm(directory);
            execute(started, "CREATE DATABASE " + TEMPLATE);
            String url = "postgres://postgres@127.0.0.1:" + started.port() + "/" + TEMPLATE;
            try (Database template = Database.open(settings(url), new SimpleMeterRegistry())) {
                template.migrate();
            }
            server = started;
        }
        return server;
    }

    /** Settings for a URL, with timeouts that a test can wait for, and two rows a statement. */
    public static StoreSettings settings(String url) {
        return settings(url, Duration.ofSeconds(2), Duration.ofSeconds(1));
    }

    /** The same with other limits for locks. */
    public static StoreSettings settings(String url, Duration lockTimeout, Duration startLockTimeout) {
        return new StoreSettings(
                url,
                4,
                2,
                Duration.ofSeconds(2),
                Duration.ofSeconds(20),
                lockTimeout,
                startLockTimeout,
                Duration.ofSeconds(30),
                Duration.ofMinutes(10),
                Duration.ofMinutes(10));
    }

    /**
     * Ends the server and removes its data once this JVM is gone. A shutdown hook would not do: it does not run when a
     * JVM is killed, and the test runner does not wait for it.
     */
    private static void removeAfterThisJvm(Path directory) {
        String script = """
            trap '' INT TERM HUP
            while kill -0 "$1" 2>/dev/null; do sleep 1; done
            kill -QUIT "$(head -n 1 "$2/data/postmaster.pid")"
            while [ -e "$2/data/postmaster.pid" ] && kill -0 "$(head -n 1 "$2/data/postmaster.pid")"; do sleep 1; done
            rm -rf "$2"
            """;
        try {
            new ProcessBuilder(
                            "sh",
                            "-c",
                            script,
                            "remove-test-postgres",
                            Long.toString(ProcessHandle.current().pid()),
                            directory.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .getOutputStream()
                    .close();
        } catch (IOException problem) {
            throw new UncheckedIOException(problem);
        }
    }

    private static void execute(EmbeddedPostgresServer server, String sql) {
        try (Connection connection = DriverManager.getConnection(server.jdbcUrl());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException problem) {
            throw new IllegalStateException(sql, problem);
        }
    }
}
