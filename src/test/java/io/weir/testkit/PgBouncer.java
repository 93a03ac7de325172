package io.weir.testkit;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.weir.embedded.FreePort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** The system's pgbouncer before a database, each transaction on whichever server connection is free. */
public final class PgBouncer implements AutoCloseable {
    private static final List<Path> PROGRAMS = Stream.of("/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin")
            .map(directory -> Path.of(directory, "pgbouncer"))
            .toList();

    private final Path settings;
    private final int port;
    private final String database;
    private Process process;

    private PgBouncer(Path settings, int port, String database) throws IOException {
        this.settings = settings;
        this.port = port;
        this.database = database;
        this.process = run();
    }

    /**
     * Starts one. Gives the test up where the system has none; the test needs the tag {@code pgbouncer} then.
     *
     * @param directory for its settings
     * @param serverConnections how many it opens to the database at most
     * @param more lines of its settings
     */
    public static PgBouncer before(PostgresTestDatabase database, Path directory, int serverConnections, String... more)
            throws IOException {
        assumeTrue(
                PROGRAMS.stream().anyMatch(Files::isExecutable),
                "this system has no pgbouncer; apt-get install pgbouncer");
        URI server = URI.create(database.url());
        int port = FreePort.on("127.0.0.1");
        // as Debian ships it, apart from the mode and from where it listens
        String settings = """
            [databases]
            * = host=127.0.0.1 port=%d user=postgres
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = %d
            unix_socket_dir =
            auth_type = any
            pool_mode = transaction
            default_pool_size = %d
            max_client_conn = 200
            %s
            """.formatted(server.getPort(), port, serverConnections, String.join("\n", more));
        Path file = Files.writeString(directory.resolve("pgbouncer-" + port + ".ini"), settings);
        return new PgBouncer(file, port, server.getPath());
    }

    private Process run() throws IOException {
        Path program = PROGRAMS.stream().filter(Files::isExecutable).findFirst().orElseThrow();
        Path log = settings.resolveSibling(settings.getFileName() + ".log");
        ProcessBuilder builder = new ProcessBuilder(program.toString(), settings.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        if ("root".equals(System.getProperty("user.name"))) {
            // it refuses to run as root
            builder.command().addAll(1, List.of("-u", "nobody"));
        }
        Process started = builder.start();
        Awaitility.await().until(() -> {
            if (!started.isAlive()) {
                throw new IllegalStateException("pgbouncer ended: " + Files.readString(log));
            }
            return answers();
        });
        return started;
    }

    private boolean answers() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Where the database is reached through it. */
    public String url() {
        return "postgres://postgres@127.0.0.1:" + port + database;
    }

    /** Ends it at once, and with it all connections. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Starts it again where it was. */
    public void restart() throws IOException {
        process = run();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
