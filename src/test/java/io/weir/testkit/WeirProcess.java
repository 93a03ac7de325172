package io.weir.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Weir as a process of its own, on free ports, for tests that kill it. */
public final class WeirProcess implements AutoCloseable {
    private static final int STOP_SECONDS = 60;
    private static final Path LOG = Path.of("target/weir-process.log");

    private final Process process;
    private final Map<String, String> urls = new HashMap<>();

    private WeirProcess(Process process) throws IOException {
        this.process = process;
        List<String> lines = new ArrayList<>();
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        for (String line = out.readLine(); !"ready".equals(line); line = out.readLine()) {
            if (line == null) {
                throw new IllegalStateException(
                        "Weir ended with " + exitCode(process) + " before it was ready:\n" + String.join("\n", lines));
            }
            lines.add(line);
            String[] words = line.split(" ", 2);
            if (words.length == 2) {
                urls.put(words[0], words[1]);
            }
        }
        // what else it says must not fill the pipe
        Thread.ofVirtual().start(() -> out.lines().forEach(line -> {}));
    }

    private static int exitCode(Process process) throws IOException {
        try {
            return process.waitFor();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
    }

    /** Starts {@code weir serve} and returns when it is ready. */
    public static WeirProcess serve(String redisUrl, String databaseUrl) throws IOException {
        return serve(redisUrl, databaseUrl, Map.of());
    }

    /** The same with more environment variables. */
    public static WeirProcess serve(String redisUrl, String databaseUrl, Map<String, String> more) throws IOException {
        return serve(redisUrl, databaseUrl, more, LOG);
    }

    /** The same with its log in a file of its own. */
    public static WeirProcess serve(String redisUrl, String databaseUrl, Map<String, String> more, Path log)
            throws IOException {
        Map<String, String> environment = new HashMap<>(more);
        environment.put("REDIS_URL", redisUrl);
        environment.put("DATABASE_URL", databaseUrl);
        return start("serve", environment, log);
    }

    /** Starts {@code weir up} with its data in a directory and returns when it is ready. */
    public static WeirProcess up(Path dataDirectory) throws IOException {
        return start(
                "up",
                Map.of(
                        "WEIR_DATA_DIR", dataDirectory.toString(),
                        "WEIR_REDIS_PORT", "0",
                        "WEIR_PG_PORT", "0"),
                LOG);
    }

    private static WeirProcess start(String command, Map<String, String> environment, Path log) throws IOException {
        Files.createDirectories(log.toAbsolutePath().getParent());
        List<String> words = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--sun-misc-unsafe-memory-access=allow",
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx256m",
                // it lives for seconds: the optimising compiler would take twice the processor until it is ready
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC"));
        words.addAll(ProcessClassPath.options());
        words.addAll(List.of("-Dlogback.configurationFile=conf/logback.xml", "io.weir.Main", command));
        ProcessBuilder builder =
                new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment);
        builder.environment().put("WEIR_HTTP_PORT", "0");
        return new WeirProcess(builder.start());
    }

    public String url() {
        return url("http");
    }

    /** What the process printed behind a word: http, redis, postgres or cluster. */
    public String url(String name) {
        String url = urls.get(name);
        if (url == null) {
            throw new IllegalStateException("Weir printed no " + name + ": " + urls);
        }
        return url;
    }

    public long pid() {
        return process.pid();
    }

    /** Ends it at once, as a power cut does. */
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** Asks it to stop, as a supervisor does, and does not wait. */
    public void askToStop() {
        process.destroy();
    }

    /** Stops it where it stands, as a frozen machine does. */
    public void freeze() throws IOException, InterruptedException {
        signal("STOP");
    }

    /** Lets it go on. */
    public void thaw() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
    }

    /** Waits until it has ended by itself, and answers how. */
    public int awaitExit() throws InterruptedException {
        if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("Weir did not end");
        }
        return process.exitValue();
    }

    /** Asks it to stop and waits until it has. */
    public void terminate() throws InterruptedException {
        askToStop();
        if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("Weir did not stop");
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
