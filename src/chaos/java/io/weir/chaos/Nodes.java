package io.weir.chaos;

import io.weir.bench.ServerProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Three Weirs that are a cluster, with the settings that production has, and the balancer before them: clients send to those
 * that say at {@code /ready} that they may.
 */
final class Nodes implements AutoCloseable {
    static final int COUNT = 3;

    private static final Duration WHOLE_TIMEOUT = Duration.ofSeconds(90);
    private static final long LOOK_MILLIS = 100;
    /** How often the balancer asks, and how long it waits for an answer. */
    private static final long BALANCER_MILLIS = 250;

    private static final Duration BALANCER_TIMEOUT = Duration.ofMillis(500);
    /** Some times what the balancer takes to notice. */
    private static final String DRAIN_DELAY = "1500ms";

    private final Site site;
    private final NodeLinks links;
    private final Path home;
    private final AtomicReferenceArray<@Nullable ServerProcess> processes = new AtomicReferenceArray<>(COUNT);
    private final AtomicReferenceArray<@Nullable URI> ready = new AtomicReferenceArray<>(COUNT);
    private final List<Thread> balancers = new ArrayList<>();
    private final HttpClient client = HttpClient.newHttpClient();

    /** Starts none yet. */
    Nodes(Site site) throws IOException {
        this.site = site;
        this.links = new NodeLinks(COUNT);
        this.home = site.directory().resolve("home");
        Path definitions = Files.createDirectories(home.resolve("conf/streams"));
        // and no weir.conf: every timeout is production's
        Files.copy(Site.HOME.resolve("conf/streams/chaos.conf"), definitions.resolve("chaos.conf"));
        for (int node = 0; node < COUNT; node++) {
            int asked = node;
            balancers.add(Thread.ofVirtual().start(() -> balance(asked)));
        }
    }

    NodeLinks links() {
        return links;
    }

    ServerProcess process(int node) {
        ServerProcess process = processes.get(node);
        if (process == null) {
            throw new IllegalStateException("node " + node + " was never started");
        }
        return process;
    }

    /** Starts those that do not run, also those that end meanwhile, and waits until all are one cluster. */
    void startAll() throws InterruptedException {
        long deadline = System.nanoTime() + WHOLE_TIMEOUT.toNanos();
        do {
            for (int node = 0; node < COUNT; node++) {
                ServerProcess process = processes.get(node);
                if (process == null || !process.process().isAlive()) {
                    launch(node);
                }
            }
            Thread.sleep(LOOK_MILLIS);
        } while (!isWhole() && System.nanoTime() < deadline);
        awaitWhole();
    }

    /** Starts a node, or its successor in the same place, without waiting for it. */
    void launch(int node) {
        String seeds = IntStream.range(0, COUNT)
                .mapToObj(seed -> NodeLinks.host(seed) + ":" + links.port(seed))
                .collect(Collectors.joining(","));
        processes.set(
                node,
                site.launchWeir(
                        home,
                        Map.of(
                                "WEIR_CLUSTER_HOST", NodeLinks.host(node),
                                "WEIR_CLUSTER_PORT", Integer.toString(links.port(node)),
                                "WEIR_CLUSTER_BIND_PORT", Integer.toString(links.bindPort(node)),
                                "WEIR_CLUSTER_SEEDS", seeds,
                                "WEIR_DRAIN_DELAY", DRAIN_DELAY),
                        "-Dpekko.remote.artery.advanced.tcp.outbound-client-hostname=" + NodeLinks.host(node),
                        site.logs().resolve("weir-" + (node + 1) + ".log")));
    }

    /** Waits until each node is ready and sees all others. */
    void awaitWhole() throws InterruptedException {
        long deadline = System.nanoTime() + WHOLE_TIMEOUT.toNanos();
        while (!isWhole()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(
                        "the nodes were no whole cluster within " + WHOLE_TIMEOUT + ": " + describe());
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }

    /** Waits until a process has ended, and returns how. */
    int awaitExit(int node, Duration timeout) throws InterruptedException {
        Process process = process(node).process();
        if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException("node " + (node + 1) + " did not end within " + timeout);
        }
        return process.exitValue();
    }

    private boolean isWhole() throws InterruptedException {
        for (int node = 0; node < COUNT; node++) {
            if (ready.get(node) == null || seen(node) != COUNT) {
                return false;
            }
        }
        return true;
    }

    private String describe() throws InterruptedException {
        StringBuilder text = new StringBuilder();
        for (int node = 0; node < COUNT; node++) {
            text.append("node ").append(node + 1);
            text.append(process(node).process().isAlive() ? " runs" : " has ended");
            text.append(ready.get(node) == null ? ", is not ready" : ", is ready");
            text.append(", sees ").append(seen(node)).append("; ");
        }
        return text.toString();
    }

    /** How many nodes a node sees, itself among them. */
    private int seen(int node) throws InterruptedException {
        String metric = "weir_cluster_nodes ";
        String metrics = get(node, "/metrics");
        return metrics.lines()
                .filter(line -> line.startsWith(metric))
                .mapToInt(line -> (int) Double.parseDouble(line.substring(metric.length())))
                .findFirst()
                .orElse(0);
    }

    private void balance(int node) {
        try {
            while (true) {
                URI now = get(node, "/ready").isEmpty() ? null : process(node).http("/");
                if (!java.util.Objects.equals(now, ready.getAndSet(node, now))) {
                    leadClients();
                }
                Thread.sleep(BALANCER_MILLIS);
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void leadClients() {
        List<URI> servers = IntStream.range(0, COUNT)
                .mapToObj(ready::get)
                .filter(java.util.Objects::nonNull)
                .toList();
        // with none left they go on at the old addresses, and are refused
        if (!servers.isEmpty()) {
            site.driver().sendTo(servers);
        }
    }

    /** What a node answers with 200; nothing when it answers otherwise, or not in time. */
    private String get(int node, String path) throws InterruptedException {
        ServerProcess process = processes.get(node);
        if (process == null || !process.ready().isDone() || process.ready().isCompletedExceptionally()) {
            return "";
        }
        try {
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(process.http(path))
                            .timeout(BALANCER_TIMEOUT)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() == 200 ? answer.body() : "";
        } catch (IOException away) {
            return "";
        }
    }

    @Override
    public void close() {
        balancers.forEach(Thread::interrupt);
        links.close();
        client.shutdownNow();
    }
}
