package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.embedded.EmbeddedRedisServer;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import io.weir.testkit.RedisForTests;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client that sends its requests again, on a stream that counts and has no rows. */
class IdempotencyTest {
    private final PostgresTestDatabase database = PostgresForTests.freshDatabase();
    private EmbeddedRedisServer redis;

    @BeforeEach
    void startRedis(@TempDir Path directory) {
        redis = RedisForTests.startPrivate(directory);
    }

    @AfterEach
    void stopRedis() {
        redis.close();
    }

    @Test
    void whatIsSentAgainWithItsKeyCountsOnceAlsoAtTheSameTimeAndAcrossARestart() throws Exception {
        String body = "[{\"linkId\":\"a\"},{\"linkId\":\"b\",\"count\":2}]";
        try (RunningWeir weir = RunningWeir.start(redis.url(), database.url())) {
            List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
            for (int request = 0; request < 20; request++) {
                for (int copy = 0; copy < 3; copy++) {
                    String key = "request-" + request;
                    answers.add(CompletableFuture.supplyAsync(() -> send(weir, body, key)));
                }
            }
            for (CompletableFuture<HttpResponse<String>> answer : answers) {
                assertThat(answer.join().statusCode()).isEqualTo(202);
                assertThat(answer.join().body()).isEqualTo("{\"accepted\":2}");
            }
        }
        try (RunningWeir weir = RunningWeir.start(redis.url(), database.url())) {
            HttpResponse<String> again =
                    weir.post("/api/v1/clicks?wait=committed", RunningWeir.JSON, body, "Idempotency-Key", "request-7");
            assertThat(again.statusCode()).isEqualTo(200);
            assertThat(again.body()).isEqualTo("{\"accepted\":2,\"committed\":true}");
        }
        assertThat(database.query("SELECT id, clicks FROM links ORDER BY id")).containsExactly("a|20", "b|40");
        assertThat(database.query("SELECT committed_events, deduplicated_events FROM stream_cursor"
                        + " WHERE stream = 'link-clicks'"))
                .containsExactly("40|82");
    }

    @Test
    void aFieldIsAKeyWithoutAnyTableForIt(@TempDir Path home) throws Exception {
        DefinitionHome.write(
                home,
                "weir.streams.link-clicks {"
                        + DefinitionHome.LINK_CLICKS.replace("count =", "id = text\n  count =")
                        + "\n key = id\n dedup { window = 1h }\n partitions = 3 }");
        try (RunningWeir weir = RunningWeir.start(home, redis.url(), database.url(), Map.of())) {
            for (int i = 0; i < 30; i++) {
                String body = "{\"linkId\":\"l" + i % 10 + "\",\"id\":\"e" + i % 10 + "\"}";
                assertThat(weir.post("/api/v1/clicks", RunningWeir.JSON, body).statusCode())
                        .isEqualTo(202);
            }
            await().untilAsserted(() -> assertThat(
                            database.number("SELECT sum(committed_events + deduplicated_events) FROM stream_cursor"))
                    .isEqualTo(30));
            assertThat(database.number("SELECT sum(clicks) FROM links")).isEqualTo(10);
        }
    }

    @Test
    void theDaysToComeAreThereBeforeTheyAreNeeded() throws Exception {
        try (RunningWeir weir = RunningWeir.start(redis.url(), database.url())) {
            assertThat(weir.get("/health").statusCode()).isEqualTo(200);
            await().untilAsserted(() -> assertThat(database.query(
                            "SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'event_key'::regclass"))
                    .hasSize(3));
        }
    }

    private static HttpResponse<String> send(RunningWeir weir, String body, String key) {
        try {
            return weir.post("/api/v1/clicks", RunningWeir.JSON, body, "Idempotency-Key", key);
        } catch (Exception problem) {
            throw new IllegalStateException(problem);
        }
    }
}
