package io.weir.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A process that prints its URLs as {@code name URL}, one a line, and then {@code ready}: Weir, or a baseline. */
public final class ServerProcess implements AutoCloseable {
    private static final Duration START_TIMEOUT = Duration.ofMinutes(2);
    private static final Duration STOP_TIMEOUT = Duration.ofMinutes(1);
    private static final String HEAP = "512m";
    /** And not what a library logs that quotes an address. */
    private static final Pattern URL_LINE = Pattern.compile("([a-z-]+) +([a-z]+://\\S+)\\s*");

    private final Process process;
    private final Map<String, URI> urls = new ConcurrentHashMap<>();
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final long startedNanos = System.nanoTime();

    private ServerProcess(List<String> command, Map<String, String> environment, ProcessBuilder.Redirect log) {
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectError(log);
            builder.environment().putAll(environment);
            this.process = builder.start();
        } catch (IOException problem) {
            throw new UncheckedIOException(problem);
        }
        Thread reader = new Thread(this::read, "output of " + command.getFirst());
        reader.setDaemon(true);
        reader.start();
    }

    private ServerProcess started(Path log) {
        try {
            ready.get(START_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
            return this;
        } catch (Exception problem) {
            close();
            throw new IllegalStateException("a process did not start; its log is " + log, problem);
        }
    }

    /** Weir itself, as production starts it. */
    static ServerProcess weir(Servers servers, Path log) {
        return weir(servers, Path.of("").toAbsolutePath(), log);
    }

    /** The same with a configuration of its own. */
    static ServerProcess weir(Servers servers, Path home, Path log) {
        return launchWeir(
                        Map.of(
                                "REDIS_URL",
                                servers.redisUrl(),
                                "DATABASE_URL",
                                servers.databaseUrl(),
                                "WEIR_HTTP_PORT",
                                "0",
                                "WEIR_HEAP",
                                HEAP,
                                "JAVA_OPTS",
                                "-Dweir.home=" + home),
                        ProcessBuilder.Redirect.to(log.toFile()))
                .started(log);
    }

    /** One of several nodes, the first of which is everybody's seed, with a configuration of its own. */
    static ServerProcess node(Servers servers, int number, int seedPort, Path home, Path log) {
        return launchWeir(
                        Map.of(
                                "REDIS_URL",
                                servers.redisUrl(),
                                "DATABASE_URL",
                                servers.databaseUrl(),
                                "WEIR_HTTP_PORT",
                                "0",
                                "WEIR_HEAP",
                                HEAP,
                                "WEIR_CLUSTER_HOST",
                                "127.0.0." + number,
                                "WEIR_CLUSTER_PORT",
                                number == 1 ? Integer.toString(seedPort) : "0",
                                "WEIR_CLUSTER_SEEDS",
                                "127.0.0.1:" + seedPort,
                                "JAVA_OPTS",
                                "-Dweir.home=" + home),
                        ProcessBuilder.Redirect.to(log.toFile()))
                .started(log);
    }

    /** The same with an environment of the caller's, and without waiting until it is ready. */
    public static ServerProcess launchWeir(Map<String, String> environment, ProcessBuilder.Redirect log) {
        return new ServerProcess(List.of(Path.of("weir").toAbsolutePath().toString(), "serve"), environment, log);
    }

    /** A main class of the bench, in a JVM with the flags that Weir gets. */
    static ServerProcess java(Class<?> main, Path log) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx" + HEAP);
        command.add("-XX:+UseParallelGC");
        command.add("-XX:NewRatio=1");
        command.add("-XX:GCTimeRatio=999");
        command.add("-XX:+UseCompactObjectHeaders");
        command.add("--sun-misc-unsafe-memory-access=allow");
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(main.getName());
        return new ServerProcess(command, Map.of(), ProcessBuilder.Redirect.to(log.toFile())).started(log);
    }

    private void read() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Matcher url = URL_LINE.matcher(line);
                if (url.matches()) {
                    urls.putIfAbsent(url.group(1), URI.create(url.group(2)));
                } else if (line.equals("ready")) {
                    ready.complete(null);
                }
            }
            ready.completeExceptionally(new IllegalStateException("ended before it was ready"));
        } catch (IOException | IllegalArgumentException problem) {
            ready.completeExceptionally(problem);
        }
    }

    /** Completes when the process says that it is ready, exceptionally when it ends before. */
    public CompletableFuture<Void> ready() {
        return ready;
    }

    /** The process itself, for who sends it signals. */
    public Process process() {
        return process;
    }

    /** Where its HTTP server has {@code path}. */
    public URI http(String path) {
        URI base = urls.get("http");
        if (base == null) {
            throw new IllegalStateException("no line \"http URL\" was printed");
        }
        return base.resolve(path);
    }

    /** Has it collect its garbage, so that what is measured next does not pay for what was before. */
    void collectGarbage() throws IOException, InterruptedException {
        Process collection = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(process.pid()),
                        "GC.run")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!collection.waitFor(STOP_TIMEOUT.toSeconds(), TimeUnit.SECONDS) || collection.exitValue() != 0) {
            throw new IllegalStateException("garbage was not collected");
        }
    }

    /** When the process was started, in {@link System#nanoTime()}. */
    long startedNanos() {
        return startedNanos;
    }

    /** Ends the process as an operator would, and by force after a minute. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
