package io.weir.testkit;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.resource.ClientResources;
import io.weir.embedded.RedisExecutableForTests;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.awaitility.Awaitility;

/** A Redis of a test's own, with the options that the test wants: a node of a cluster, a replica, a sentinel. */
public final class RedisProcess implements AutoCloseable {
    /** Of all questions: their threads take longer to start than an answer does. */
    private static final ClientResources RESOURCES = ClientResources.create();

    private static final Duration TIMEOUT = Patience.LONG;

    private final Path directory;
    private final List<String> command;
    private final int port;
    private Process process;

    private RedisProcess(Path directory, List<String> command, int port, Process process) {
        this.directory = directory;
        this.command = command;
        this.port = port;
        this.process = process;
    }

    /** Starts it in a directory of its own and waits until it answers. */
    public static RedisProcess start(Path directory, int port, String... options) {
        try {
            Files.createDirectories(directory);
            List<String> command = new ArrayList<>();
            command.add(RedisExecutableForTests.locate(directory).toString());
            command.addAll(List.of(options));
            command.addAll(List.of("--bind", "127.0.0.1", "--port", Integer.toString(port)));
            RedisProcess redis = new RedisProcess(directory, command, port, launch(directory, command));
            redis.awaitAnswer();
            return redis;
        } catch (IOException problem) {
            throw new UncheckedIOException(problem);
        }
    }

    private static Process launch(Path directory, List<String> command) throws IOException {
        return new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("redis.log").toFile()))
                .start();
    }

    private void awaitAnswer() {
        Awaitility.await().atMost(TIMEOUT).ignoreExceptions().until(() -> "PONG".equals(ask(redis -> redis.ping())));
    }

    public int port() {
        return port;
    }

    public String hostAndPort() {
        return "127.0.0.1:" + port;
    }

    /** Talks to it past Weir. */
    public <T> T ask(Function<RedisCommands<String, String>, T> work) {
        RedisURI uri = RedisURI.builder()
                .withHost("127.0.0.1")
                .withPort(port)
                .withTimeout(Duration.ofSeconds(20))
                .build();
        try (RedisClient client = RedisClient.create(RESOURCES, uri);
                var connection = client.connect()) {
            return work.apply(connection.sync());
        }
    }

    /** Ends it without any warning, as a crash would. */
    public void kill() {
        process.destroyForcibly();
        awaitEnd();
    }

    /** Starts it again after {@link #kill}, with what it wrote to its disk. */
    public void restart() {
        try {
            process = launch(directory, command);
        } catch (IOException problem) {
            throw new UncheckedIOException(problem);
        }
        awaitAnswer();
    }

    /** Sends it a signal, such as STOP. */
    public void signal(String name) {
        try {
            int code = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new IllegalStateException("kill -" + name + " ended with " + code);
            }
        } catch (IOException problem) {
            throw new UncheckedIOException(problem);
        } catch (InterruptedException problem) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(problem);
        }
    }

    @Override
    public void close() {
        kill();
    }

    private void awaitEnd() {
        try {
            if (!process.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("Redis, process " + process.pid() + ", does not end");
            }
        } catch (InterruptedException problem) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(problem);
        }
    }
}
