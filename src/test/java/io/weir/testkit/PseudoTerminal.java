package io.weir.testkit;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A {@code weir} command as a process of its own on a pseudo terminal, which the system's {@code script} makes. */
public final class PseudoTerminal implements AutoCloseable {
    private static final Path SCRIPT = Path.of("/usr/bin/script");

    private final Process process;
    private final ByteArrayOutputStream seen = new ByteArrayOutputStream();

    private PseudoTerminal(Process process) {
        this.process = process;
        Thread.ofVirtual().start(() -> {
            try (InputStream out = process.getInputStream()) {
                out.transferTo(seen);
            } catch (IOException ended) {
                // so has the process
            }
        });
    }

    /**
     * Starts a command. Gives the test up where the system has no such program; the test needs the tag {@code terminal}
     * then.
     */
    public static PseudoTerminal weir(Map<String, String> environment, String... words) throws IOException {
        assumeTrue(Files.isExecutable(SCRIPT), "this system has no script; apt-get install bsdutils");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--sun-misc-unsafe-memory-access=allow",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-Dlogback.configurationFile=conf/logback.xml",
                "io.weir.Main"));
        command.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(
                        SCRIPT.toString(),
                        "--quiet",
                        "--return",
                        "--command",
                        command.stream()
                                .map(word -> "'" + word.replace("'", "'\\''") + "'")
                                .collect(Collectors.joining(" ")),
                        "/dev/null")
                .redirectErrorStream(true);
        builder.environment().remove("NO_COLOR");
        builder.environment().put("TERM", "xterm");
        builder.environment()
                .put(
                        "CLASSPATH",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
        builder.environment().putAll(environment);
        return new PseudoTerminal(builder.start());
    }

    /** Everything that was drawn so far. */
    public String seen() {
        return seen.toString(StandardCharsets.UTF_8);
    }

    public void press(char key) throws IOException {
        OutputStream keys = process.getOutputStream();
        keys.write(key);
        keys.flush();
    }

    /** Waits until it has ended by itself, and answers how. */
    public int awaitExit() throws InterruptedException {
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            throw new IllegalStateException("it did not end; it showed " + seen());
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
