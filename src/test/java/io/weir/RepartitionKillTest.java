package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import io.weir.embedded.EmbeddedRedisServer;
import io.weir.testkit.Patience;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import io.weir.testkit.RedisForTests;
import io.weir.testkit.WeirProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Weir is killed while a stream gets another number of partitions, and goes on with that when it is started anew. */
class RepartitionKillTest {
    private static final int ENTITIES = 12;
    private static final Duration SOON = Patience.LONG;

    @TempDir
    private Path home;

    private final PostgresTestDatabase database = PostgresForTests.freshDatabase();
    private final HttpClient client = HttpClient.newHttpClient();
    private final Set<String> accepted = ConcurrentHashMap.newKeySet();
    private final Set<String> unknown = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService senders = Executors.newScheduledThreadPool(ENTITIES);
    private EmbeddedRedisServer redis;
    private volatile WeirProcess weir;

    @BeforeEach
    void start() throws Exception {
        database.execute("CREATE TABLE numbered (id bigint GENERATED ALWAYS AS IDENTITY, entity text, number bigint)");
        DefinitionHome.write(home, """
            weir.streams.hits {
              partitions = 3
              window { max-delay = 100ms }
              ingest { path = "/hits" }
              fields {
                entity = { type = text, required = true }
                number = { type = long, required = true }
              }
              entity = entity
              rows = [{ table = numbered, columns { entity = entity, number = number } }]
            }
            """);
        redis = RedisForTests.startPrivate(home.resolve("redis"));
        weir = serve();
        for (int entity = 0; entity < ENTITIES; entity++) {
            int sent = entity;
            AtomicInteger number = new AtomicInteger();
            // without a pause they would leave a process that starts no processor
            var _ = senders.scheduleWithFixedDelay(
                    () -> send(sent, number.getAndIncrement()), 0, 5, TimeUnit.MILLISECONDS);
        }
        awaitMore();
    }

    @AfterEach
    void stop() throws Exception {
        stopSending();
        weir.close();
        client.close();
        redis.close();
    }

    @Test
    void whenItIsAnnounced() throws Exception {
        database.execute("INSERT INTO stream_layout (stream, generation, partitions, stated) VALUES ('hits', 1, 5, 3)");
        restart();
        assertChangedTo(5);
    }

    @Test
    void whenPartitionsAreSealedAndNotDrained() throws Exception {
        try (CursorLock _ = CursorLock.of(database, "hits")) {
            assertThat(change(1)).isEqualTo(202);
            await().atMost(SOON).until(() -> sealed() == 3);
            // they go where they will stay
            awaitMore();
            weir.kill();
        }
        assertThat(database.number("SELECT count(*) FROM stream_layout WHERE activated_at IS NULL"))
                .isEqualTo(1);
        weir = serve();
        assertChangedTo(1);
    }

    @Test
    void whenWhatFollowsBecomesActive() throws Exception {
        assertThat(change(5)).isEqualTo(202);
        await().atMost(SOON)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> database.number(
                                "SELECT count(*) FROM stream_layout WHERE generation = 1 AND activated_at IS NOT NULL")
                        == 1);
        restart();
        assertChangedTo(5);
    }

    @ParameterizedTest
    @ValueSource(longs = 1)
    void atAnyMoment(long seed) throws Exception {
        assertThat(change(2)).isEqualTo(202);
        // the moment that is tried, and nothing that is waited for
        Thread.sleep(new Random(seed).nextInt(700));
        restart();
        assertChangedTo(2);
    }

    private void restart() throws Exception {
        weir.kill();
        weir = serve();
    }

    private WeirProcess serve() throws IOException {
        return WeirProcess.serve(redis.url(), database.url(), Map.of("JAVA_TOOL_OPTIONS", "-Dweir.home=" + home));
    }

    private void assertChangedTo(int partitions) throws Exception {
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(database.query("""
                    SELECT partitions FROM stream_layout WHERE activated_at IS NOT NULL ORDER BY generation DESC LIMIT 1
                    """)).containsExactly(Integer.toString(partitions)));
        awaitMore();
        stopSending();
        // commits what there is
        weir.terminate();
        List<String> rows = database.query("SELECT entity, number FROM numbered ORDER BY id");
        assertThat(rows).doesNotHaveDuplicates().containsAll(accepted);
        Set<String> surplus = new HashSet<>(rows);
        surplus.removeAll(accepted);
        assertThat(unknown).containsAll(surplus);
        assertThat(database.query("""
            SELECT entity, id, number FROM (
                SELECT entity, id, number, lag(number) OVER (PARTITION BY entity ORDER BY id) AS before FROM numbered) n
            WHERE number <= before LIMIT 5
            """)).isEmpty();
    }

    private void awaitMore() {
        int before = accepted.size();
        await().atMost(SOON).until(() -> accepted.size() > before + 20 * ENTITIES);
    }

    private void send(int entity, int number) {
        String event = "e" + entity + "|" + number;
        try {
            int status = post("/hits", "{\"entity\":\"e" + entity + "\",\"number\":" + number + "}");
            (status == 202 ? accepted : unknown).add(event);
        } catch (IOException noAnswer) {
            unknown.add(event);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void stopSending() throws InterruptedException {
        senders.shutdown();
        assertThat(senders.awaitTermination(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    private int change(int partitions) throws IOException, InterruptedException {
        return post("/api/admin/streams/hits/partitions?partitions=" + partitions, "");
    }

    private int post(String path, String body) throws IOException, InterruptedException {
        return client.send(
                        HttpRequest.newBuilder(URI.create(weir.url() + path))
                                .timeout(Duration.ofSeconds(20))
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    /** How many of the first partitions take nothing any more. */
    private long sealed() {
        try (RedisClient lettuce = RedisClient.create(redis.url());
                var connection = lettuce.connect()) {
            long sealed = 0;
            for (int partition = 0; partition < 3; partition++) {
                List<Object> info = connection.sync().xinfoStream("hits:{" + partition + "}");
                sealed += info.get(info.indexOf("last-generated-id") + 1)
                                .equals("18446744073709551615-18446744073709551615")
                        ? 1
                        : 0;
            }
            return sealed;
        }
    }
}
