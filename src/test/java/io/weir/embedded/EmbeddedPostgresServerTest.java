package io.weir.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedPostgresServerTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    private static String ask(EmbeddedPostgresServer server, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(server.jdbcUrl());
                Statement statement = connection.createStatement()) {
            if (!statement.execute(sql)) {
                return "";
            }
            ResultSet row = statement.getResultSet();
            row.next();
            return row.getString(1);
        }
    }

    /** A process that has ended may still be listed until its parent has asked for its exit code. */
    private static boolean isRunning(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().command())
                .isPresent();
    }

    @Test
    void dataOutliveTheServerAndItsSettingsAreWeirs() throws SQLException {
        Path data = directory.resolve("pg");
        EmbeddedPostgresServer first = EmbeddedPostgresServer.start(data, 0, TIMEOUT);
        long pid = first.pid();
        try {
            assertThat(ask(first, "SHOW server_version")).startsWith("18.");
            assertThat(ask(first, "SHOW fsync")).isEqualTo("on");
            assertThat(ask(first, "SHOW server_encoding")).isEqualTo("UTF8");
            assertThat(ask(first, "SHOW listen_addresses")).isEqualTo("127.0.0.1");
            assertThat(ask(first, "SHOW shared_buffers")).isEqualTo("256MB");
            ask(first, "CREATE TABLE kept AS SELECT 7 AS n");
        } finally {
            first.close();
        }
        first.close();
        assertThat(isRunning(pid)).isFalse();
        try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(data, 0, TIMEOUT, false)) {
            assertThat(ask(server, "SELECT n FROM kept")).isEqualTo("7");
            assertThat(ask(server, "SHOW fsync")).isEqualTo("off");
            int port = server.port();
            server.stopImmediately();
            assertThatThrownBy(() -> ask(server, "SELECT 1")).isInstanceOf(SQLException.class);
            server.restart();
            assertThat(server.port()).isEqualTo(port);
            assertThat(ask(server, "SELECT n FROM kept")).isEqualTo("7");
        }
    }

    @Test
    void aServerLeftByAKilledJvmIsStoppedAndItsDataAreKept() throws Exception {
        Path data = directory.resolve("pg");
        Process jvm = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Abandons.class.getName(),
                        data.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("jvm.log").toFile())
                .start();
        assertThat(jvm.waitFor(60, TimeUnit.SECONDS)).isTrue();
        long orphan = Long.parseLong(Files.readString(directory.resolve("pid")));
        assertThat(isRunning(orphan)).isTrue();
        try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(data, 0, TIMEOUT, false)) {
            assertThat(isRunning(orphan)).isFalse();
            assertThat(ask(server, "SELECT n FROM kept")).isEqualTo("9");
        }
    }

    @Test
    void aPidFileOfAnotherProgramDoesNotBlockAStart() throws IOException, SQLException {
        Path data = directory.resolve("pg");
        EmbeddedPostgresServer.start(data, 0, TIMEOUT, false).close();
        Files.write(
                data.resolve("postmaster.pid"),
                List.of(Long.toString(ProcessHandle.current().pid()), data.toString(), "1", "5432", "", "127.0.0.1"));
        try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(data, 0, TIMEOUT, false)) {
            assertThat(ask(server, "SELECT 1")).isEqualTo("1");
        }
    }

    @Test
    void aPortInUseNamesTheVariableToSet() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() ->
                            EmbeddedPostgresServer.start(directory.resolve("pg"), taken.getLocalPort(), TIMEOUT, false))
                    .isInstanceOf(EmbeddedPostgresServerException.class)
                    .hasMessageContaining("port " + taken.getLocalPort())
                    .hasMessageContaining("WEIR_PG_PORT");
        }
    }

    @Test
    void aDirectoryInUseIsRefusedAndTheServerInItGoesOn() throws SQLException {
        Path data = directory.resolve("pg");
        try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(data, 0, TIMEOUT, false)) {
            assertThatThrownBy(() -> EmbeddedPostgresServer.start(data, 0, TIMEOUT, false))
                    .isInstanceOf(EmbeddedPostgresServerException.class)
                    .hasMessageContaining("another Weir uses");
            assertThat(ask(server, "SELECT 1")).isEqualTo("1");
        }
    }

    @Test
    void aDirectoryWithSomethingElseInItIsLeftAlone() throws IOException {
        Path precious = Files.createDirectories(directory.resolve("pg")).resolve("thesis.txt");
        Files.writeString(precious, "do not lose");
        assertThatThrownBy(() -> EmbeddedPostgresServer.start(directory.resolve("pg"), 0, TIMEOUT, false))
                .isInstanceOf(EmbeddedPostgresServerException.class)
                .hasMessageContaining("WEIR_DATA_DIR");
        assertThat(precious).hasContent("do not lose");
    }

    /** Starts a server and dies without a chance to stop it. */
    static final class Abandons {
        private Abandons() {}

        public static void main(String[] arguments) throws Exception {
            Path data = Path.of(arguments[0]);
            EmbeddedPostgresServer server = EmbeddedPostgresServer.start(data, 0, TIMEOUT, false);
            ask(server, "CREATE TABLE kept AS SELECT 9 AS n");
            Files.writeString(data.resolveSibling("pid"), Long.toString(server.pid()));
            Runtime.getRuntime().halt(1);
        }
    }
}
