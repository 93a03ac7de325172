package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.embedded.EmbeddedRedisServer;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import io.weir.testkit.RedisForTests;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Views while Redis is away, or is not to be used: counted in the database, once, and not again when Redis is back. */
class ViewFallbackTest {
    private final PostgresTestDatabase database = PostgresForTests.freshDatabase();

    @TempDir
    @SuppressWarnings("NullAway.Init") // by JUnit
    private Path directory;

    @SuppressWarnings("NullAway.Init") // before each test
    private EmbeddedRedisServer redis;

    @BeforeEach
    void start() {
        redis = RedisForTests.startPrivate(directory.resolve("redis"));
    }

    @AfterEach
    void stop() {
        redis.close();
    }

    private RunningWeir weir(String ingest, String window) throws Exception {
        Path home = directory.resolve("home");
        DefinitionHome.write(home, """
            weir.streams.story-views {
              partitions = 2
              window { max-delay = %s }
              ingest { path = "/api/stories/{storyId}/view", %s }
              fields {
                storyId = { type = text, required = true }
                userId = { type = text, default = "$visitor" }
                weight = { type = long, default = 1 }
              }
              entity = storyId
              dedup { key = [storyId, userId], ttl = 24h }
              counters = [{ table = stories, key { id = storyId }, set { read_count = "sum(weight)" } }]
            }
            """.formatted(window, ingest));
        // what is in a Redis that stays away can't be committed before the end
        return RunningWeir.start(
                home,
                redis.url(),
                database.url(),
                Map.of("weir.pipeline.max-backoff", "300ms", "weir.pipeline.drain-timeout", "1s"));
    }

    private static HttpResponse<String> view(RunningWeir weir, String story, String visitor) throws Exception {
        return weir.send("POST", "/api/stories/" + story + "/view", "{\"userId\":\"" + visitor + "\"}");
    }

    private static void assertViewed(HttpResponse<String> response, boolean isFirst, long count) {
        assertThat(response.body())
                .isEqualTo("{\"success\":true,\"isFirstView\":" + isFirst + ",\"viewCount\":" + count + "}");
        assertThat(response.statusCode()).isEqualTo(200);
    }

    private void awaitReads(String expected) {
        await().untilAsserted(() -> assertThat(database.query("SELECT id, read_count FROM stories ORDER BY id"))
                .containsExactly(expected.split(" ")));
    }

    @Test
    void whileRedisIsAwayEachVisitorCountsOnceAndNotAgainAfterItsReturn() throws Exception {
        try (RunningWeir weir = weir("fallback = true", "10m")) {
            assertViewed(view(weir, "s1", "ada"), true, 1);
            assertViewed(view(weir, "s1", "bob"), true, 2);
            weir.send("POST", "/api/cron/sync-views", "");
            // in Redis, and not yet in the database
            assertViewed(view(weir, "s1", "eve"), true, 3);
            redis.kill();
            await().until(() -> weir.get("/health").body().contains("\"redis\":\"unhealthy\""));

            assertViewed(view(weir, "s1", "ada"), false, 2);
            assertViewed(view(weir, "s1", "joe"), true, 3);
            assertViewed(view(weir, "s1", "joe"), false, 3);
            assertViewed(view(weir, "s1", "eve"), true, 4);
            assertThat(weir.get("/api/stories/s1/view").body()).isEqualTo("{\"success\":true,\"viewCount\":4}");
            assertThat(database.query("SELECT read_count FROM stories")).containsExactly("4");

            redis.restart();
            await().until(() -> weir.get("/health").body().contains("\"redis\":\"healthy\""));
            for (String visitor : List.of("ada", "bob", "eve", "joe")) {
                assertThat(view(weir, "s1", visitor).statusCode()).isEqualTo(200);
            }
            await().until(() -> weir.send("POST", "/api/cron/sync-views", "").statusCode() == 200);
            awaitReads("s1|4");
            assertThat(weir.get("/api/stories/s1/view").body()).contains("\"viewCount\":4");
            assertThat(database.number("SELECT sum(direct_events) FROM stream_cursor"))
                    .isEqualTo(2);
        }
    }

    @Test
    void withoutTheFallbackAViewIsRefusedAndNothingIsWritten() throws Exception {
        try (RunningWeir weir = weir("fallback = false", "1s")) {
            redis.kill();
            await().until(() -> weir.get("/health").body().contains("\"redis\":\"unhealthy\""));
            assertThat(view(weir, "s1", "ada").statusCode()).isEqualTo(503);
            assertThat(database.query("SELECT * FROM stories")).isEmpty();
        }
    }

    @Test
    void whereRedisIsOffItIsNotEvenAsked() throws Exception {
        try (RunningWeir weir = weir("redis = false", "1s")) {
            assertViewed(view(weir, "s1", "ada"), true, 1);
            assertViewed(view(weir, "s1", "ada"), false, 1);
            redis.kill();
            assertViewed(view(weir, "s1", "bob"), true, 2);
            HttpResponse<String> waited =
                    weir.send("POST", "/api/stories/s1/view?wait=committed", "{\"userId\":\"eve\"}");
            assertViewed(waited, true, 3);
            await().untilAsserted(() -> assertThat(weir.get("/metrics").body())
                    .contains("weir_store_direct_total{stream=\"story-views\"} 3.0"));
        }
    }

    @Test
    void manyAtOnceShareTransactionsAndABadOneHurtsNobodyElse() throws Exception {
        database.execute("CREATE TABLE commits (n bigserial);"
                + " CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS"
                + " $$ BEGIN INSERT INTO commits DEFAULT VALUES; RETURN NULL; END $$");
        try (RunningWeir weir = weir("redis = false", "1s");
                Connection other = database.connect();
                Statement statement = other.createStatement();
                ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            database.execute("CREATE TRIGGER note AFTER UPDATE OF direct_events ON stream_cursor"
                    + " FOR EACH STATEMENT EXECUTE FUNCTION note();"
                    + " ALTER TABLE stories ADD CHECK (read_count < 1000)");
            await().until(() -> database.number("SELECT count(*) FROM stream_cursor WHERE epoch > 0") == 2);
            // what comes while a transaction waits goes together into the next
            other.setAutoCommit(false);
            statement.execute("SELECT 1 FROM stream_cursor FOR UPDATE");
            List<Future<Integer>> answers = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                String story = "s" + i % 4;
                boolean bad = i % 100 == 50;
                String visitor = (bad ? "bad" : "v") + i % 80;
                String body = "{\"userId\":\"" + visitor + "\",\"weight\":" + (bad ? 5_000 : 1) + "}";
                answers.add(clients.submit(() -> weir.send("POST", "/api/stories/" + story + "/view", body)
                        .statusCode()));
            }
            await().until(() -> weir.get("/metrics").body().matches("(?s).*\nweir_http_concurrent 20[01]\\.0\n.*"));
            other.rollback();
            for (Future<Integer> answer : answers) {
                assertThat(answer.get()).isEqualTo(200);
            }
            assertThat(database.query("SELECT event_key, sqlstate FROM dead_letter ORDER BY 1"))
                    .containsExactly("s2/bad50|23514", "s2/bad70|23514");
            assertThat(database.number("SELECT sum(read_count) FROM stories")).isEqualTo(80);
            assertThat(database.number("SELECT count(*) FROM commits")).isLessThan(100);
        }
    }
}
