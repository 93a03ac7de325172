package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.embedded.EmbeddedRedisServer;
import io.weir.testkit.Patience;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import io.weir.testkit.RedisForTests;
import io.weir.testkit.WeirProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three processes are a cluster; one of them is killed, or stands still, under load. */
class KilledNodeTest {
    private static final int LINKS = 8;

    /** Far above what it takes on a quiet machine, which is printed. */
    private static final Duration TAKEOVER = Patience.LONG;

    /** The 7 s of any takeover and much for a slow machine, but less than a drain may take. */
    private static final Duration WHILE_MOVING = Duration.ofSeconds(30);

    private final PostgresTestDatabase database = PostgresForTests.freshDatabase();
    private final List<WeirProcess> nodes = new CopyOnWriteArrayList<>();
    private final HttpClient client = HttpClient.newHttpClient();
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong unknown = new AtomicLong();

    @TempDir
    private Path directory;

    private EmbeddedRedisServer redis;

    @BeforeEach
    void startThree() throws IOException {
        redis = RedisForTests.startPrivate(directory);
        nodes.add(WeirProcess.serve(redis.url(), database.url()));
        CompletableFuture<WeirProcess> second = CompletableFuture.supplyAsync(this::join);
        nodes.add(join());
        nodes.add(second.join());
        for (WeirProcess node : nodes) {
            await().atMost(TAKEOVER).until(() -> metric(node, "weir_cluster_partitions") > 0);
        }
    }

    /** Another node. */
    private WeirProcess join() {
        try {
            String seed = nodes.getFirst().url("cluster");
            return WeirProcess.serve(redis.url(), database.url(), Map.of("WEIR_CLUSTER_SEEDS", seed));
        } catch (IOException problem) {
            throw new UncheckedIOException(problem);
        }
    }

    @AfterEach
    void stop() {
        nodes.forEach(WeirProcess::close);
        client.close();
        redis.close();
    }

    @Test
    void whatANodeHadAcceptedIsCountedOnceThoughItIsKilled() throws Exception {
        WeirProcess victim = worker();
        ScheduledExecutorService senders = send();
        await().atMost(TAKEOVER).until(() -> accepted.get() > 300);

        victim.kill();
        nodes.remove(victim);
        awaitTakeover(victim, "killed");
        finish(senders);
        assertExact();
    }

    /**
     * It stands still while partitions move away from it, to a node that has just joined: Pekko waits for a node that is to
     * hand partitions over, and for one that it knows to be gone as long as for any.
     */
    @Test
    void aNodeThatStandsStillWhilePartitionsMoveIsReplacedAndEndsItsProcessWhenItWakes() throws Exception {
        WeirProcess victim = worker();
        ScheduledExecutorService senders = send();
        await().atMost(TAKEOVER).until(() -> accepted.get() > 300);
        nodes.add(join());
        await().atMost(TAKEOVER).until(() -> metric(nodes.getFirst(), "weir_cluster_nodes") == 4);

        victim.freeze();
        nodes.remove(victim);
        awaitAllElsewhere(victim);
        awaitTakeover(victim, "frozen");
        victim.thaw();
        assertThat(victim.awaitExit()).isEqualTo(1);
        finish(senders);
        assertExact();
    }

    private void awaitAllElsewhere(WeirProcess victim) {
        long startedNanos = System.nanoTime();
        await().atMost(WHILE_MOVING)
                .until(() -> database.number("SELECT count(*) FROM stream_cursor WHERE split_part(owner, '@', 1) = '"
                                + victim.pid() + "'")
                        == 0);
        System.out.printf(
                "all partitions of a frozen node run elsewhere after %d ms%n",
                (System.nanoTime() - startedNanos) / 1_000_000);
    }

    /** The node that counts clicks, once no partition is moving any more. */
    private WeirProcess worker() throws Exception {
        assertThat(post(nodes.getFirst(), "{\"linkId\":\"first\"}", "?wait=committed"))
                .isEqualTo(200);
        await().atMost(TAKEOVER).until(() -> {
            List<Double> partitions = new ArrayList<>();
            for (WeirProcess node : nodes) {
                partitions.add(metric(node, "weir_cluster_partitions"));
            }
            return Collections.max(partitions) - Collections.min(partitions) <= 2;
        });
        long owner = owner();
        return nodes.stream()
                .filter(node -> node.pid() == owner)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no node is process " + owner));
    }

    /** The process that committed clicks last; an owner's name begins with it. */
    private long owner() throws SQLException {
        return database.number(
                "SELECT split_part(owner, '@', 1)::bigint FROM stream_cursor WHERE stream = 'link-clicks'");
    }

    private void awaitTakeover(WeirProcess victim, String what) throws SQLException {
        long startedNanos = System.nanoTime();
        await().atMost(TAKEOVER)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> post(nodes.getFirst(), "{\"linkId\":\"after\"}", "?wait=committed") == 200);
        System.out.printf(
                "a node was %s; its partition committed again after %d ms%n",
                what, (System.nanoTime() - startedNanos) / 1_000_000);
        assertThat(owner()).as("the process that runs the partition now").isNotEqualTo(victim.pid());
    }

    private void assertExact() throws Exception {
        await().atMost(TAKEOVER)
                .until(() -> database.number("SELECT sum(clicks) FROM links WHERE id LIKE 'l%'") >= accepted.get());
        for (WeirProcess node : nodes) {
            node.terminate();
        }
        assertThat(database.number("SELECT sum(clicks) FROM links WHERE id LIKE 'l%'"))
                .as("accepted %d, unknown %d", accepted.get(), unknown.get())
                .isBetween(accepted.get(), accepted.get() + unknown.get());
    }

    /** To the nodes that survive. Without a pause they would leave a node that starts no processor. */
    private ScheduledExecutorService send() {
        ScheduledExecutorService senders = Executors.newScheduledThreadPool(LINKS);
        for (int link = 0; link < LINKS; link++) {
            String body = "{\"linkId\":\"l" + link + "\"}";
            int number = link;
            var _ = senders.scheduleWithFixedDelay(
                    () -> {
                        List<WeirProcess> now = List.copyOf(nodes);
                        int status = postOrZero(now.get(number % now.size()), body);
                        (status == 202 ? accepted : unknown).incrementAndGet();
                    },
                    0,
                    10,
                    TimeUnit.MILLISECONDS);
        }
        return senders;
    }

    private void finish(ScheduledExecutorService senders) throws InterruptedException {
        long before = accepted.get();
        await().atMost(TAKEOVER).until(() -> accepted.get() > before + 100);
        senders.shutdown();
        assertThat(senders.awaitTermination(TAKEOVER.toSeconds(), TimeUnit.SECONDS))
                .isTrue();
    }

    private int postOrZero(WeirProcess node, String body) {
        try {
            return post(node, body, "");
        } catch (IOException noAnswer) {
            return 0;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }

    private int post(WeirProcess node, String body, String query) throws IOException, InterruptedException {
        return client.send(
                        HttpRequest.newBuilder(URI.create(node.url() + "/api/v1/clicks" + query))
                                .timeout(Duration.ofSeconds(40))
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    private double metric(WeirProcess node, String name) throws Exception {
        String metrics = client.send(
                        HttpRequest.newBuilder(URI.create(node.url() + "/metrics"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
        return metrics.lines()
                .filter(line -> line.startsWith(name + " ") || line.startsWith(name.replace("}", ",")))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
