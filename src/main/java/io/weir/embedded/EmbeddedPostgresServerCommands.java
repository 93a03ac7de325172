package io.weir.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs PostgreSQL's {@code initdb} and {@code pg_ctl} for one data directory. */
final class EmbeddedPostgresServerCommands {
    private record Result(int exitCode, String output) {}

    private final Path installation;
    private final Path dataDirectory;
    private final Path logFile;

    EmbeddedPostgresServerCommands(Path installation, Path dataDirectory, Path logFile) {
        this.installation = installation;
        this.dataDirectory = dataDirectory;
        this.logFile = logFile;
    }

    void initialize() throws IOException {
        Result result = run(
                Duration.ofMinutes(2),
                "initdb",
                "--pgdata=" + dataDirectory,
                "--username=postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--no-instructions",
                // a crash while there are no data yet loses nothing; start() begins anew without PG_VERSION
                "--no-sync");
        if (result.exitCode() != 0) {
            EmbeddedPostgresServerBinaries.deleteTree(dataDirectory);
            throw new EmbeddedPostgresServerException("initdb failed in " + dataDirectory + ": " + result.output());
        }
    }

    void start(Duration timeout) throws IOException {
        if (Files.exists(logFile) && Files.size(logFile) > 10_000_000) {
            Files.delete(logFile);
        }
        long logged = Files.exists(logFile) ? Files.size(logFile) : 0;
        Result result = run(
                timeout.plusSeconds(5),
                "pg_ctl",
                "start",
                "--pgdata=" + dataDirectory,
                "--log=" + logFile,
                "--wait",
                "--timeout=" + Math.max(1, timeout.toSeconds()));
        if (result.exitCode() != 0) {
            stop("immediate", Duration.ofSeconds(5));
            byte[] log = Files.exists(logFile) ? Files.readAllBytes(logFile) : new byte[0];
            int from = (int) Math.max(Math.min(logged, log.length), log.length - 2_000);
            throw new EmbeddedPostgresServerException("PostgreSQL did not start within " + timeout.toSeconds()
                    + " s (log: " + logFile + "): "
                    + new String(log, from, log.length - from, StandardCharsets.UTF_8).strip());
        }
    }

    /** Stops the server and waits for its end; whether it has ended. */
    boolean stop(String mode, Duration timeout) throws IOException {
        return run(
                                timeout.plusSeconds(5),
                                "pg_ctl",
                                "stop",
                                "--pgdata=" + dataDirectory,
                                "--mode=" + mode,
                                "--wait",
                                "--timeout=" + Math.max(1, timeout.toSeconds()))
                        .exitCode()
                == 0;
    }

    private Result run(Duration timeout, String program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        boolean root = "root".equals(System.getProperty("user.name"));
        if (root) {
            // PostgreSQL refuses to run as root; in a user namespace of its own it sees another user, and keeps the
            // file rights of this one
            command.add("unshare");
            command.add("--user");
        }
        command.add(installation.resolve("bin").resolve(program).toString());
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
        builder.environment().put("LC_ALL", "C");
        Path output = Files.createTempFile("weir-" + program, ".log");
        try {
            Process process = builder.redirectOutput(output.toFile()).start();
            process.getOutputStream().close();
            if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                return new Result(-1, program + " did not end within " + timeout.toSeconds() + " s");
            }
            String text = Files.readString(output).strip();
            if (root && process.exitValue() != 0 && text.contains("unshare")) {
                throw new EmbeddedPostgresServerException("PostgreSQL refuses to run as root, and this machine permits"
                        + " no user namespaces: run Weir as another user (" + text + ")");
            }
            return new Result(process.exitValue(), text);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new EmbeddedPostgresServerException("interrupted while waiting for " + program, interrupted);
        } finally {
            Files.deleteIfExists(output);
        }
    }
}
