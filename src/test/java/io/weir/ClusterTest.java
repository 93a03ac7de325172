package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.embedded.FreePort;
import io.weir.testkit.FaultProxy;
import io.weir.testkit.Patience;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import io.weir.testkit.RedisForTests;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.PoisonPill;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several nodes in one process, on one Redis and one database. */
class ClusterTest {
    private static final int PARTITIONS = 6;
    private static final int ENTITIES = 24;
    private static final Duration SOON = Patience.LONG;

    @TempDir
    private Path home;

    private final PostgresTestDatabase database = PostgresForTests.freshDatabase();
    private final List<RunningWeir> nodes = new ArrayList<>();

    @BeforeEach
    void define() throws Exception {
        define("");
    }

    @AfterEach
    void stop() {
        nodes.forEach(RunningWeir::close);
    }

    @Test
    void partitionsSpreadOverTheNodesAndAnyNodeTakesEventsAndAnswersForAll() throws Exception {
        startThree();
        awaitSpread(nodes);

        for (int i = 0; i < 10 * ENTITIES; i++) {
            RunningWeir node = nodes.get(i % 3);
            HttpResponse<String> answer = i % 5 == 0
                    ? node.post("/hits?wait=committed", RunningWeir.JSON, hit(i % ENTITIES))
                    : node.post("/hits", RunningWeir.JSON, hit(i % ENTITIES));
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(i % 5 == 0 ? 200 : 202);
            // what a node has taken it also counts, wherever the partition runs
            if (i % 5 == 0) {
                assertThat(total(nodes.get((i + 1) % 3), i % ENTITIES)).isEqualTo(i / ENTITIES + 1);
            }
        }
        for (RunningWeir node : nodes) {
            for (int entity = 0; entity < ENTITIES; entity++) {
                int asked = entity;
                await().atMost(SOON)
                        .untilAsserted(() -> assertThat(total(node, asked)).isEqualTo(10));
            }
        }
        await().atMost(SOON).until(() -> database.number("SELECT sum(clicks) FROM links") == 10 * ENTITIES);
        assertThat(nodes.getFirst().get("/api/admin/ledger").body()).contains("\"balanced\":true");
        for (RunningWeir node : nodes) {
            assertThat(node.get("/health").statusCode()).isEqualTo(200);
            // also where other nodes run some of the partitions
            await().atMost(SOON).until(() -> node.get("/ready").statusCode() == 200);
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(node.get("/metrics").body())
                            .contains("weir_log_depth{stream=\"hits\"} 0.0")
                            .contains("weir_cluster_partitions "
                                    + node.server().runningPartitions().size() + ".0"));
            tellsOfAll(node, 10 * ENTITIES);
        }
        aNodeThatDoesNotAnswerIsNamed();
    }

    private static void tellsOfAll(RunningWeir node, int events) {
        // a node that is busy may answer too late
        await().atMost(SOON).untilAsserted(() -> {
            assertThat(node.get("/api/admin/nodes").body())
                    .contains("\"accepted\":" + events / 3, "\"stopped\":[],\"paused\":[],\"alerts\":[")
                    .doesNotContain("\"answers\":false");
            assertThat(snapshot(node))
                    .contains("\"accepted\":%d,\"committed\":%d,\"depth\":0,\"flushes\":".formatted(events, events));
            WeirCommandLine.Outcome status = weir(node, "status", "--table");
            assertThat(status.out().lines())
                    .filteredOn(line -> line.contains(" up "))
                    .hasSize(3);
            assertThat(status.exitCode()).isZero();
        });
    }

    private void aNodeThatDoesNotAnswerIsNamed() {
        RunningWeir asked = nodes.getFirst();
        String silent = nodes.getLast().server().clusterAddress();
        nodes.getLast()
                .server()
                .actorSystem()
                .actorSelection("/system/node-reporter")
                .tell(PoisonPill.getInstance(), ActorRef.noSender());
        String without = "without the figures of " + silent + ", which does not answer" + System.lineSeparator();
        await().atMost(SOON).untilAsserted(() -> {
            assertThat(asked.get("/api/admin/nodes").body())
                    .contains("\"node\":\"" + silent + "\",\"status\":\"Up\",\"reachable\":true,\"answers\":false}");
            WeirCommandLine.Outcome status = weir(asked, "status", "--table");
            assertThat(status.out()).containsPattern(silent + " +no answer +- +- +- +-");
            assertThat(status.err()).isEqualTo("weir: Weir is not healthy on " + silent + System.lineSeparator());
            assertThat(status.exitCode()).isEqualTo(1);
            assertThat(weir(asked, "top", "--table").out()).startsWith(without);
            assertThat(weir(asked, "top").err()).isEqualTo("weir: " + without);
        });
    }

    private static String snapshot(RunningWeir node) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient();
                Stream<String> lines = client.send(
                                HttpRequest.newBuilder(URI.create(node.url() + "/api/admin/live"))
                                        .build(),
                                HttpResponse.BodyHandlers.ofLines())
                        .body()) {
            return lines.iterator().next();
        }
    }

    private static WeirCommandLine.Outcome weir(RunningWeir node, String... words) {
        return WeirCommandLine.run(
                Stream.concat(Stream.of(words), Stream.of("--url", node.url())).toArray(String[]::new));
    }

    /** Each is asked for at all nodes, two of which don't run its partition. */
    @Test
    void anyNodeTellsLiveCountsWhereverTheirPartitionRuns() throws Exception {
        startThree();
        awaitSpread(nodes);
        try (HttpClient client = HttpClient.newHttpClient()) {
            for (RunningWeir node : nodes) {
                for (int entity = 0; entity < 2; entity++) {
                    long before = total(node, entity);
                    URI feed = URI.create(node.url() + "/api/v1/live/hits/e" + entity);
                    try (Stream<String> lines = client.send(
                                    HttpRequest.newBuilder(feed).build(), HttpResponse.BodyHandlers.ofLines())
                            .body()) {
                        Iterator<String> told =
                                lines.filter(line -> line.startsWith("data: ")).iterator();
                        assertThat(told.next()).contains("\"total\":" + before);
                        assertThat(send(nodes.getFirst(), entity)).isEqualTo(202);
                        await().atMost(SOON).until(() -> told.next().contains("\"total\":" + (before + 1)));
                    }
                }
            }
        }
    }

    @Test
    void aNodeThatLeavesUnderLoadHandsItsPartitionsOverAndNothingIsLostOrCountedTwice() throws Exception {
        startThree();
        awaitSpread(nodes);
        AtomicLong accepted = new AtomicLong();
        AtomicBoolean sending = new AtomicBoolean(true);
        List<Thread> senders = new ArrayList<>();
        // the one that leaves takes none: what is in doubt when a connection closes is another test's
        for (RunningWeir node : nodes.subList(0, 2)) {
            senders.add(Thread.ofVirtual().start(() -> {
                for (int i = 0; sending.get(); i++) {
                    if (send(node, i % ENTITIES) == 202) {
                        accepted.incrementAndGet();
                    }
                }
            }));
        }
        await().atMost(SOON).until(() -> accepted.get() > 300);
        // asked at the node that takes none
        assertThat(weir(nodes.getLast(), "top", "hits").out())
                .matches("\\[\\{\"stream\":\"hits\",\"acceptedPerSecond\":[1-9].*\\R");
        RunningWeir leaving = nodes.removeLast();
        leaving.close();
        assertThat(leaving.server().runningPartitions()).isEmpty();
        awaitSpread(nodes);
        long moved = accepted.get();
        await().atMost(SOON).until(() -> accepted.get() > moved + 100);
        sending.set(false);
        for (Thread sender : senders) {
            sender.join();
        }
        await().atMost(SOON).until(() -> database.number("SELECT sum(clicks) FROM links") >= accepted.get());
        long sum = 0;
        for (int entity = 0; entity < ENTITIES; entity++) {
            sum += total(nodes.getFirst(), entity);
        }
        assertThat(sum).isEqualTo(accepted.get());
        assertThat(database.number("SELECT sum(clicks) FROM links")).isEqualTo(accepted.get());
    }

    @Test
    void aNodeThatOnlyTakesEventsRunsNoPartitionAndHoldsTheStreamsLimitAllTheSame() throws Exception {
        define("max-depth = 50");
        RunningWeir worker = start(Map.of("weir.cluster.roles", List.of("worker")));
        RunningWeir ingest = start(Map.of("weir.cluster.roles", "ingest", "weir.cluster.depth-interval", "50ms"));
        await().atMost(SOON).until(() -> worker.server().runningPartitions().size() == PARTITIONS);

        // far more than the limit, committed as they come; one that finds room for a part alone is sent again
        for (int i = 0; i < 10; i++) {
            int round = i;
            await().atMost(SOON).untilAsserted(() -> {
                HttpResponse<String> answer = ingest.post(
                        "/hits?wait=committed", RunningWeir.JSON, hits(20), "Idempotency-Key", "round-" + round);
                assertThat(answer.statusCode())
                        .as("round %d: %s", round, answer.body())
                        .isEqualTo(200);
            });
        }
        assertThat(database.number("SELECT sum(clicks) FROM links")).isEqualTo(200);
        assertThat(ingest.server().runningPartitions()).isEmpty();
        // it has room again once it has asked how much of that is committed
        await().atMost(SOON).until(() -> ingest.get("/ready").statusCode() == 200);

        // the worker takes none, and says so in a way that senders try again
        HttpResponse<String> refused = worker.post("/hits", RunningWeir.JSON, hit(1));
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.body()).contains("does not take events");
        assertThat(worker.get("/health").statusCode()).isEqualTo(200);
        assertThat(worker.get("/api/admin/ledger").statusCode()).isEqualTo(200);

        // nothing is committed any more
        try (CursorLock _ = CursorLock.of(database, "hits")) {
            await().atMost(SOON)
                    .until(() ->
                            ingest.post("/hits", RunningWeir.JSON, hits(20)).statusCode() == 503);
            assertThat(ingest.get("/health").body()).contains("\"status\":\"healthy\"");
            assertThat(ingest.get("/metrics").body()).contains("weir_log_depth{stream=\"hits\"} 0.0");
        }
        await().atMost(SOON)
                .until(() -> ingest.post("/hits", RunningWeir.JSON, hit(1)).statusCode() == 202);
    }

    @Test
    void aNodeThatListensElsewhereThanWhereItIsReachedIsJoinedAllTheSame() throws Exception {
        int listens = FreePort.on("127.0.0.1");
        try (FaultProxy door = new FaultProxy(listens)) {
            start(Map.of("weir.cluster.port", door.port(), "weir.cluster.bind-port", listens));
            assertThat(nodes.getFirst().server().clusterAddress()).isEqualTo("127.0.0.1:" + door.port());
            start(Map.of());
            awaitSpread(nodes);
            for (RunningWeir node : nodes) {
                await().atMost(SOON)
                        .untilAsserted(
                                () -> assertThat(node.get("/metrics").body()).contains("weir_cluster_nodes 2.0"));
            }
            nodes.removeLast().close();
            awaitSpread(nodes);
        }
    }

    /** One that was cut off, ended itself and is started again too early: a second cluster would fight the first for ever. */
    @ParameterizedTest
    @ValueSource(strings = {"", ",127.0.0.1:1"})
    void aFirstSeedThatReachesNobodyBeginsNoClusterWhilePartitionsAreRunElsewhere(String others) throws Exception {
        RunningWeir running = start(Map.of());
        awaitSpread(List.of(running));
        // until it has said so in Redis, which it does four times a second
        await().during(Duration.ofSeconds(1))
                .until(() -> running.server().runningPartitions().size() == PARTITIONS);
        int port = FreePort.on("127.0.0.1");
        RunningWeir alone = start(Map.of(
                "weir.cluster.port",
                port,
                "weir.cluster.seed-nodes",
                "127.0.0.1:" + port + others,
                "pekko.cluster.seed-node-timeout",
                "200ms"));
        await().during(Duration.ofSeconds(3)).untilAsserted(() -> {
            assertThat(alone.server().runningPartitions()).isEmpty();
            assertThat(running.server().runningPartitions()).hasSize(PARTITIONS);
        });
        // it takes events for those who run them
        assertThat(send(alone, 1)).isEqualTo(202);
        await().atMost(SOON).until(() -> database.number("SELECT coalesce(sum(clicks), 0) FROM links") == 1);

        nodes.remove(running);
        running.close();
        awaitSpread(List.of(alone));
    }

    private void startThree() throws Exception {
        for (int i = 0; i < 3; i++) {
            start(Map.of());
        }
    }

    private RunningWeir start(Map<String, Object> settings) throws Exception {
        Map<String, Object> all = new HashMap<>(settings);
        all.put("weir.queries.live.interval", "100ms");
        if (!nodes.isEmpty()) {
            all.putIfAbsent(
                    "weir.cluster.seed-nodes", List.of(nodes.getFirst().server().clusterAddress()));
        }
        RunningWeir node = RunningWeir.startUnready(home, RedisForTests.url(), database.url(), all);
        nodes.add(node);
        return node;
    }

    /** Waits until every partition runs on one node and each node has its share. */
    private static void awaitSpread(List<RunningWeir> nodes) {
        await().atMost(SOON).untilAsserted(() -> {
            List<String> all = nodes.stream()
                    .flatMap(node -> node.server().runningPartitions().stream())
                    .toList();
            assertThat(all)
                    .containsExactlyInAnyOrderElementsOf(Stream.iterate(0, i -> i + 1)
                            .limit(PARTITIONS)
                            .map(i -> "hits/" + i)
                            .toList());
            assertThat(nodes)
                    .allSatisfy(node ->
                            assertThat(node.server().runningPartitions()).isNotEmpty());
        });
    }

    private static int send(RunningWeir node, int entity) {
        try {
            return node.post("/hits", RunningWeir.JSON, hit(entity)).statusCode();
        } catch (Exception failure) {
            throw new AssertionError(failure);
        }
    }

    private static long total(RunningWeir node, int entity) throws Exception {
        String body = node.get("/api/v1/counters/hits/e" + entity).body();
        assertThat(body).contains("\"total\":");
        return Long.parseLong(body.replaceFirst(".*\"total\":(\\d+).*", "$1"));
    }

    private static String hit(int entity) {
        return "{\"linkId\":\"e" + entity + "\"}";
    }

    private static String hits(int count) {
        return Stream.iterate(0, i -> i + 1)
                .limit(count)
                .map(ClusterTest::hit)
                .toList()
                .toString();
    }

    private void define(String more) throws Exception {
        DefinitionHome.write(home, """
            weir.streams.hits {
              redis-key = "%s"
              partitions = %d
              %s
              window { max-delay = 100ms }
              ingest { path = "/hits" }
              fields { linkId = { type = text, required = true } }
              entity = linkId
              counters = [{ table = links, key { id = linkId }, set { clicks = count } }]
            }
            """.formatted(RedisForTests.freshPrefix(), PARTITIONS, more));
    }
}
