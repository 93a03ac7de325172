package io.weir.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisClient;
import io.weir.settings.SettingsException;
import io.weir.testkit.RedisForTests;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedRedisServerTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    @Test
    void whatWasWrittenSurvivesAStopAndAKill() throws InterruptedException {
        EmbeddedRedisServer server = EmbeddedRedisServer.start(directory, 0, TIMEOUT);
        try {
            int port = server.port();
            set(server, "a");
            server.close();
            server.restart();
            set(server, "b");
            RedisForTests.keepAll(server);
            server.kill();
            server.restart();
            assertThat(server.port()).isEqualTo(port);
            assertThat(get(server, "a")).isEqualTo("a");
            assertThat(get(server, "b")).isEqualTo("b");
        } finally {
            server.close();
        }
        assertThat(directory.resolve("redis.pid")).doesNotExist();
    }

    @Test
    void itIsDurableAndNeverEvicts() {
        try (EmbeddedRedisServer server = EmbeddedRedisServer.start(directory, 0, TIMEOUT);
                RedisClient client = RedisClient.create(server.url());
                var connection = client.connect()) {
            assertThat(connection.sync().configGet("appendonly", "appendfsync", "maxmemory-policy", "save", "bind"))
                    .containsEntry("appendonly", "yes")
                    .containsEntry("appendfsync", "everysec")
                    .containsEntry("maxmemory-policy", "noeviction")
                    .containsEntry("save", "")
                    .containsEntry("bind", "127.0.0.1");
        }
    }

    @Test
    void aTruncatedLogLoads() throws IOException, InterruptedException {
        try (EmbeddedRedisServer server = EmbeddedRedisServer.start(directory, 0, TIMEOUT)) {
            set(server, "a");
            server.kill();
            try (Stream<Path> files = Files.list(directory.resolve("appendonlydir"))) {
                Path increments = files.filter(file -> file.toString().endsWith(".incr.aof"))
                        .findFirst()
                        .orElseThrow();
                Files.writeString(increments, "*3\r\n$3\r\nSET\r\n$1\r\nb\r\n$5\r\nhal", StandardOpenOption.APPEND);
            }
            server.restart();
            assertThat(get(server, "a")).isEqualTo("a");
        }
    }

    @Test
    void theServerOfAKilledProcessIsShutDownFirst() throws Exception {
        Process parent = startInAnotherProcess();
        long orphan;
        try {
            orphan = awaitOrphanOf(parent);
        } finally {
            parent.destroyForcibly().waitFor();
        }
        assertThat(ProcessHandle.of(orphan))
                .hasValueSatisfying(process -> assertThat(process.isAlive()).isTrue());
        try (EmbeddedRedisServer server = EmbeddedRedisServer.start(directory, 0, TIMEOUT)) {
            assertThat(get(server, "from the other")).isEqualTo("from the other");
            assertThat(server.pid()).isNotEqualTo(orphan);
            assertThat(isGone(orphan)).isTrue();
        }
    }

    @Test
    void aServerThatIsFrozenAndOrphanedIsEnded() throws Exception {
        Process parent = startInAnotherProcess();
        long orphan;
        try {
            orphan = awaitOrphanOf(parent);
            new ProcessBuilder("kill", "-STOP", Long.toString(orphan)).start().waitFor();
        } finally {
            parent.destroyForcibly().waitFor();
        }
        try (EmbeddedRedisServer server = EmbeddedRedisServer.start(directory, 0, TIMEOUT)) {
            assertThat(get(server, "from the other")).isEqualTo("from the other");
            assertThat(isGone(orphan)).isTrue();
        }
    }

    @Test
    void aDirectoryInUseByALivingWeirIsRefusedAndItsServerLeftAlone() throws Exception {
        Process other = startInAnotherProcess();
        try {
            long itsServer = awaitOrphanOf(other);
            assertThatThrownBy(() -> EmbeddedRedisServer.start(directory, 0, TIMEOUT))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("in use by another Weir");
            assertThat(isGone(itsServer)).isFalse();
        } finally {
            other.destroyForcibly().waitFor();
        }
        EmbeddedRedisServer.start(directory, 0, TIMEOUT).close();
    }

    @Test
    void aDirectoryIsUsedOnceInAProcess() {
        try (EmbeddedRedisServer server = EmbeddedRedisServer.start(directory, 0, TIMEOUT)) {
            assertThatThrownBy(() -> EmbeddedRedisServer.start(directory, 0, TIMEOUT))
                    .hasMessageContaining("in use by another Weir");
            set(server, "a");
        }
    }

    @Test
    void whatAnEarlierServerLeftBehindDoesNotBlock() throws IOException, InterruptedException {
        // this very process is alive and no Redis; nobody listens on port 1
        Files.writeString(
                directory.resolve("redis.pid"),
                Long.toString(ProcessHandle.current().pid()));
        Files.writeString(directory.resolve("redis.port"), "1");
        try (EmbeddedRedisServer server = EmbeddedRedisServer.start(directory, 0, TIMEOUT)) {
            set(server, "a");
        }
    }

    @Test
    void theRedisOfAnotherDirectoryIsLeftAlone(@TempDir Path otherDirectory) throws IOException {
        try (EmbeddedRedisServer other = EmbeddedRedisServer.start(otherDirectory, 0, TIMEOUT)) {
            Files.writeString(directory.resolve("redis.port"), Integer.toString(other.port()));
            Files.writeString(directory.resolve("redis.pid"), Long.toString(other.pid()));
            try (EmbeddedRedisServer server = EmbeddedRedisServer.start(directory, 0, TIMEOUT)) {
                set(server, "a");
                set(other, "a");
            }
        }
    }

    @Test
    void aPortInUseIsNamedWithItsSetting() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            assertThatThrownBy(() -> EmbeddedRedisServer.start(directory, taken.getLocalPort(), TIMEOUT))
                    .isInstanceOf(SettingsException.class)
                    .hasMessageContaining("WEIR_REDIS_PORT")
                    .hasMessageContaining(Integer.toString(taken.getLocalPort()));
        }
        EmbeddedRedisServer.start(directory, 0, TIMEOUT).close();
    }

    @Test
    void itStandsOutsideTheProcessGroupThatControlCReaches() throws IOException, InterruptedException {
        try (EmbeddedRedisServer server = EmbeddedRedisServer.start(directory, 0, TIMEOUT)) {
            assertThat(processGroup(server.pid()))
                    .isNotEqualTo(processGroup(ProcessHandle.current().pid()));
        }
    }

    @Test
    void theExecutableIsUnpackedOnceUnderConcurrentStarts() throws IOException {
        List<CompletableFuture<Path>> unpacked = new ArrayList<>();
        for (int start = 0; start < 4; start++) {
            unpacked.add(CompletableFuture.supplyAsync(() -> {
                try {
                    return EmbeddedRedisServerExecutable.locateIn(directory.resolve("cache"));
                } catch (IOException problem) {
                    throw new UncheckedIOException(problem);
                }
            }));
        }
        assertThat(unpacked.stream().map(CompletableFuture::join).distinct()).hasSize(1);
        try (Stream<Path> files = Files.list(directory.resolve("cache"))) {
            assertThat(files).singleElement().satisfies(file -> assertThat(file).isExecutable());
        }
    }

    /** Starts a server on the directory, sets a key, and waits to be killed. */
    public static void main(String[] arguments) throws InterruptedException {
        EmbeddedRedisServer server = EmbeddedRedisServer.start(Path.of(arguments[0]), 0, TIMEOUT);
        set(server, "from the other");
        System.out.println("up " + server.pid());
        Thread.sleep(Duration.ofMinutes(5));
    }

    private Process startInAnotherProcess() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        EmbeddedRedisServerTest.class.getName(),
                        directory.toString())
                .redirectErrorStream(true)
                .start();
    }

    private static long awaitOrphanOf(Process parent) throws IOException {
        try (var lines = parent.inputReader(StandardCharsets.UTF_8)) {
            return lines.lines()
                    .filter(line -> line.startsWith("up "))
                    .map(line -> Long.parseLong(line.substring(3)))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** Whether the process has ended; one that nobody reaped has. */
    private static boolean isGone(long pid) {
        try {
            String status = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            return status.substring(status.lastIndexOf(')') + 2).startsWith("Z");
        } catch (IOException problem) {
            return ProcessHandle.of(pid).isEmpty();
        }
    }

    private static String processGroup(long pid) throws IOException, InterruptedException {
        Process ps = new ProcessBuilder("ps", "-o", "pgid=", "-p", Long.toString(pid)).start();
        try (InputStream output = ps.getInputStream()) {
            String group = new String(output.readAllBytes(), StandardCharsets.US_ASCII).strip();
            ps.waitFor();
            assertThat(group).isNotEmpty();
            return group;
        }
    }

    private static void set(EmbeddedRedisServer server, String key) {
        try (RedisClient client = RedisClient.create(server.url());
                var connection = client.connect()) {
            connection.sync().set(key, key);
        }
    }

    private static String get(EmbeddedRedisServer server, String key) {
        try (RedisClient client = RedisClient.create(server.url());
                var connection = client.connect()) {
            return connection.sync().get(key);
        }
    }
}
