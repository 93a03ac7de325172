package io.weir.testkit;

import io.lettuce.core.RedisClient;
import io.weir.embedded.EmbeddedRedisServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** The Redis that all tests of a run share: started when first used, stopped and removed when the JVM ends. */
public final class RedisForTests {
    private static final AtomicInteger PREFIXES = new AtomicInteger();

    private RedisForTests() {}

    /** The URL of the shared server. Nothing but a test's own keys may be changed on it. */
    public static String url() {
        return Shared.SERVER.url();
    }

    /** A prefix for keys that no other test uses. */
    public static String freshPrefix() {
        return "test-" + PREFIXES.incrementAndGet() + "-";
    }

    /** Starts a server that belongs to one test, which may kill it. Its data ends with the test's directory. */
    public static EmbeddedRedisServer startPrivate(Path directory) {
        return EmbeddedRedisServer.start(directory, 0, Duration.ofSeconds(30));
    }

    /**
     * Has a server that is about to be killed write down what it was told before it answers. With {@code everysec} it may
     * keep that in memory for two seconds, while an fsync of its file is under way.
     */
    public static void keepAll(EmbeddedRedisServer server) {
        try (RedisClient client = RedisClient.create(server.url());
                var connection = client.connect()) {
            connection.sync().configSet("appendfsync", "always");
        }
    }

    private static final class Shared {
        static final EmbeddedRedisServer SERVER = start();

        private static EmbeddedRedisServer start() {
            try {
                Path directory = Files.createTempDirectory(Path.of("target"), "redis-");
                EmbeddedRedisServer server = startPrivate(directory);
                Runtime.getRuntime()
                        .addShutdownHook(new Thread(
                                () -> {
                                    server.close();
                                    delete(directory);
                                },
                                "redis-for-tests"));
                return server;
            } catch (IOException problem) {
                throw new UncheckedIOException(problem);
            }
        }

        private static void delete(Path directory) {
            try (Stream<Path> files = Files.walk(directory)) {
                List<Path> deepestFirst =
                        files.sorted(Comparator.reverseOrder()).toList();
                for (Path file : deepestFirst) {
                    Files.delete(file);
                }
            } catch (IOException problem) {
                throw new UncheckedIOException(problem);
            }
        }
    }
}
