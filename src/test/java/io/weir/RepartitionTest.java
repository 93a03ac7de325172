package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import io.weir.testkit.Patience;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import io.weir.testkit.RedisForTests;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stream gets another number of partitions while events come. */
class RepartitionTest {
    private static final int ENTITIES = 24;
    private static final Duration SOON = Patience.LONG;

    @TempDir
    private Path home;

    private final PostgresTestDatabase database = PostgresForTests.freshDatabase();
    private final String key = RedisForTests.freshPrefix() + "hits";
    private final List<RunningWeir> nodes = new ArrayList<>();
    private final AtomicBoolean sending = new AtomicBoolean(true);
    private final AtomicLong accepted = new AtomicLong();
    private final Queue<String> notAccepted = new ConcurrentLinkedQueue<>();
    private final List<Thread> senders = new ArrayList<>();

    @BeforeEach
    void define() throws Exception {
        database.execute("CREATE TABLE numbered (id bigint GENERATED ALWAYS AS IDENTITY, entity text, number bigint)");
        database.execute("CREATE TABLE latest (entity text PRIMARY KEY, hits bigint, number bigint)");
        define(4);
    }

    @AfterEach
    void stop() throws Exception {
        sending.set(false);
        for (Thread sender : senders) {
            sender.join();
        }
        nodes.forEach(RunningWeir::close);
    }

    @Test
    void onOneNodeEveryEventIsCountedOnceAndInOrderWhileItChangesTwice() throws Exception {
        start(Map.of());
        send();
        changeUnderLoad(1);
        changeUnderLoad(7);
        finish();

        assertExact(7);
        assertThat(nodes.getFirst().get("/metrics").body())
                .contains("weir_layout_partitions{stream=\"hits\"} 7.0")
                .contains("weir_layout_changing{stream=\"hits\"} 0.0")
                .contains("weir_layout_late_total{stream=\"hits\"} 0.0");
        awaitRemoval(7);
        // the ledger goes on telling what became of their events
        String ledger = nodes.getFirst().get("/api/admin/ledger?stream=hits").body();
        assertThat(ledger).contains("\"balanced\":true").contains("\"accepted\":" + accepted.get());
    }

    @Test
    void onThreeNodesEveryEventIsCountedOnceAndInOrder() throws Exception {
        for (int i = 0; i < 3; i++) {
            start(Map.of());
        }
        await().atMost(SOON).untilAsserted(() -> assertThat(running()).hasSize(4));
        send();
        changeUnderLoad(7);
        changeUnderLoad(2);
        finish();

        assertExact(2);
        awaitRemoval(2);
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(running()).containsExactlyInAnyOrder("hits/2000", "hits/2001"));
    }

    @Test
    void aChangedFileIsAppliedByTheNextStart() throws Exception {
        RunningWeir before = start(Map.of("weir.pipeline.drain-timeout", "1s"));
        await().atMost(SOON).until(() -> before.get("/ready").statusCode() == 200);
        try (CursorLock _ = CursorLock.of(database, "hits")) {
            // nothing of it is committed when it stops
            for (int entity = 0; entity < ENTITIES; entity++) {
                assertThat(before.post("/hits", RunningWeir.JSON, hit(entity, 0))
                                .statusCode())
                        .isEqualTo(202);
                accepted.incrementAndGet();
            }
            before.close();
        }
        assertThat(database.number("SELECT count(*) FROM numbered")).isZero();
        nodes.clear();
        define(2);
        RunningWeir after = start(Map.of());
        await().atMost(SOON).until(() -> state(after).contains("\"partitions\":2"));
        assertThat(after.post("/hits?wait=committed", RunningWeir.JSON, hit(0, 1))
                        .statusCode())
                .isEqualTo(200);
        accepted.incrementAndGet();
        assertExact(2);
    }

    /** As after a failover to a standby that lagged, when no process is left that remembers. */
    @Test
    void aChangeThatTheDatabaseForgotGoesOnByWhatRedisKnows() throws Exception {
        RunningWeir before = start(Map.of("weir.pipeline.drain-timeout", "1s"));
        await().atMost(SOON).until(() -> before.get("/ready").statusCode() == 200);
        try (CursorLock _ = CursorLock.of(database, "hits")) {
            for (int entity = 0; entity < ENTITIES; entity++) {
                assertThat(before.post("/hits", RunningWeir.JSON, hit(entity, 0))
                                .statusCode())
                        .isEqualTo(202);
            }
            assertThat(change(before, "hits", "2").statusCode()).isEqualTo(202);
            awaitSealed();
            for (int entity = 0; entity < ENTITIES; entity++) {
                assertThat(before.post("/hits", RunningWeir.JSON, hit(entity, 1))
                                .statusCode())
                        .isEqualTo(202);
            }
            // those that follow would not have to wait for the locks
            await().during(Duration.ofSeconds(2)).until(() -> database.number("SELECT count(*) FROM numbered") == 0);
            accepted.set(2 * ENTITIES);
            before.close();
        }
        nodes.clear();
        database.execute("DELETE FROM stream_layout WHERE generation = 1");
        start(Map.of());
        await().atMost(SOON).until(() -> state(nodes.getFirst()).contains("\"partitions\":2"));
        assertExact(2);
    }

    @Test
    void whatCanNotBeIsRefused() throws Exception {
        RunningWeir weir = start(Map.of());
        assertThat(change(weir, "hits", "0").statusCode()).isEqualTo(400);
        assertThat(change(weir, "hits", "257").body()).contains("between 1 and 256");
        assertThat(change(weir, "hits", "some").body()).contains("partitions");
        assertThat(change(weir, "none", "2").statusCode()).isEqualTo(404);
        assertThat(change(weir, "hits", "4").statusCode()).isEqualTo(200);
        assertThat(state(weir)).contains("\"state\":\"steady\"").contains("\"generation\":0");
        try (CursorLock _ = CursorLock.of(database, "hits")) {
            assertThat(weir.post("/hits", RunningWeir.JSON, hit(1, 0)).statusCode())
                    .isEqualTo(202);
            assertThat(change(weir, "hits", "5").statusCode()).isEqualTo(202);
            assertThat(change(weir, "hits", "6").statusCode()).isEqualTo(409);
            assertThat(state(weir)).contains("\"state\":\"changing\"").contains("\"changingTo\":5");
        }
        await().atMost(SOON).until(() -> state(weir).contains("\"partitions\":5"));
    }

    private void changeUnderLoad(int partitions) throws Exception {
        awaitMore();
        RunningWeir node = nodes.getLast();
        HttpResponse<String> answer = change(node, "hits", Integer.toString(partitions));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        for (RunningWeir each : nodes) {
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(state(each))
                            .contains("\"partitions\":" + partitions)
                            .doesNotContain("changing"));
        }
        awaitMore();
    }

    private void awaitMore() {
        long before = accepted.get();
        await().atMost(SOON).until(() -> accepted.get() > before + 20 * ENTITIES);
    }

    /** Each sender has entities of its own and sends the next event of one when the last was answered, to another node. */
    private void send() {
        for (int sender = 0; sender < ENTITIES / 3; sender++) {
            int first = sender * 3;
            senders.add(Thread.ofVirtual().start(() -> {
                for (int number = 0; sending.get(); number++) {
                    for (int entity = first; entity < first + 3; entity++) {
                        send(nodes.get((number + entity) % nodes.size()), entity, number);
                    }
                }
            }));
        }
    }

    private void send(RunningWeir node, int entity, int number) {
        try {
            HttpResponse<String> answer = node.post("/hits", RunningWeir.JSON, hit(entity, number));
            if (answer.statusCode() == 202) {
                accepted.incrementAndGet();
            } else {
                notAccepted.add(answer.statusCode() + " " + answer.body());
            }
            if (number % 10 == 0) {
                assertCounted(entity, number + 1);
                long total = total(node, entity);
                if (total > number + 1) {
                    notAccepted.add(total + " are counted of " + (number + 1));
                }
            }
        } catch (Exception | AssertionError failure) {
            notAccepted.add(failure.toString());
        }
    }

    /** Nobody else sends events of it: soon all of them are counted, on every node, and never one more. */
    private void assertCounted(int entity, int events) {
        RunningWeir node = nodes.get((events + 1) % nodes.size());
        await().atMost(SOON).untilAsserted(() -> assertThat(total(node, entity)).isGreaterThanOrEqualTo(events));
    }

    private static long total(RunningWeir node, int entity) throws Exception {
        String body = node.get("/api/v1/counters/hits/e" + entity).body();
        Matcher total = Pattern.compile("\"hits\":\\{\"committed\":[^}]*\"total\":(\\d+)")
                .matcher(body);
        assertThat(total.find()).as(body).isTrue();
        return Long.parseLong(total.group(1));
    }

    private void finish() throws Exception {
        sending.set(false);
        for (Thread sender : senders) {
            sender.join();
        }
        assertThat(notAccepted).isEmpty();
    }

    private void assertExact(int partitions) throws Exception {
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(database.number("SELECT count(*) FROM numbered"))
                        .isEqualTo(accepted.get()));
        assertThat(database.query("""
            SELECT entity, id, number FROM (
                SELECT entity, id, number, lag(number) OVER (PARTITION BY entity ORDER BY id) AS before FROM numbered) n
            WHERE number <= before LIMIT 5
            """)).isEmpty();
        assertThat(database.query("""
            SELECT n.entity, count(*), max(n.number) FROM numbered n JOIN latest l ON l.entity = n.entity
            GROUP BY n.entity, l.hits, l.number HAVING count(*) <> l.hits OR max(n.number) <> l.number
            """)).isEmpty();
        for (RunningWeir node : nodes) {
            assertThat(state(node)).contains("\"partitions\":" + partitions);
            String ledger = node.get("/api/admin/ledger?stream=hits").body();
            assertThat(ledger).contains("\"balanced\":true").contains("\"accepted\":" + accepted.get());
            await().atMost(SOON)
                    .untilAsserted(() ->
                            assertThat(node.get("/metrics").body()).contains("weir_log_depth{stream=\"hits\"} 0.0"));
        }
    }

    private void awaitSealed() {
        try (RedisClient redis = RedisClient.create(RedisForTests.url());
                var connection = redis.connect()) {
            for (int partition = 0; partition < 4; partition++) {
                String sealed = key + ":{" + partition + "}";
                await().atMost(SOON)
                        .until(() ->
                                connection.sync().xinfoStream(sealed).toString().contains("18446744073709551615"));
            }
        }
    }

    private void awaitRemoval(int partitions) {
        try (RedisClient redis = RedisClient.create(RedisForTests.url());
                var connection = redis.connect()) {
            // what says that partitions are run has the name of the first that there ever was
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(connection.sync().keys(key + "*"))
                            .filteredOn(found -> !found.endsWith(":run"))
                            .as("the keys of generation 2 alone")
                            .hasSize(partitions)
                            .allMatch(found -> found.startsWith(key + ":g2:")));
        }
        for (RunningWeir node : nodes) {
            await().atMost(SOON).untilAsserted(() -> assertThat(state(node)).contains("\"state\":\"steady\""));
        }
    }

    private List<String> running() {
        return nodes.stream()
                .flatMap(node -> node.server().runningPartitions().stream())
                .toList();
    }

    private static HttpResponse<String> change(RunningWeir node, String stream, String partitions) throws Exception {
        return node.post("/api/admin/streams/" + stream + "/partitions?partitions=" + partitions, RunningWeir.JSON, "");
    }

    private static String state(RunningWeir node) throws Exception {
        return node.get("/api/admin/streams/hits/partitions").body();
    }

    private static String hit(int entity, int number) {
        return "{\"entity\":\"e" + entity + "\",\"number\":" + number + "}";
    }

    private RunningWeir start(Map<String, Object> settings) throws Exception {
        Map<String, Object> all = new HashMap<>(settings);
        if (!nodes.isEmpty()) {
            all.put("weir.cluster.seed-nodes", List.of(nodes.getFirst().server().clusterAddress()));
        }
        RunningWeir node = RunningWeir.start(home, RedisForTests.url(), database.url(), all);
        nodes.add(node);
        return node;
    }

    private void define(int partitions) throws Exception {
        DefinitionHome.write(home, """
            weir.streams.hits {
              redis-key = "%s"
              partitions = %d
              retention = 2s
              window { max-delay = 100ms }
              ingest { path = "/hits" }
              fields {
                entity = { type = text, required = true }
                number = { type = long, required = true }
              }
              entity = entity
              counters = [{ table = latest, key { entity = entity }, set { hits = count, number = "last(number)" } }]
              rows = [{ table = numbered, columns { entity = entity, number = number } }]
            }
            """.formatted(key, partitions));
    }
}
