package io.weir;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import io.weir.testkit.RedisForTests;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Views of stories that wait for ten minutes to be written: once per visitor and story, counted at once. */
class ViewTest {
    private static final String PATH = "/api/stories/s1/view";

    private final PostgresTestDatabase database = PostgresForTests.freshDatabase();

    private final String prefix = RedisForTests.freshPrefix();

    @SuppressWarnings("NullAway.Init") // each test starts it
    private RunningWeir weir;

    @BeforeEach
    void start(@TempDir Path home) throws Exception {
        DefinitionHome.write(home, """
            weir.streams.story-views {
              redis-key = "%1$sviews"
              partitions = 2
              window { max-delay = 10m }
              ingest { path = "/api/stories/{storyId}/view" }
              fields {
                storyId = { type = text, required = true, max-length = 20 }
                userId = { type = text, max-length = 64, default = "$visitor" }
              }
              entity = storyId
              dedup { key = [storyId, userId], ttl = 1h }
              counters = [
                { table = stories, key { id = storyId }, set { read_count = count }, written-at = last_synced }
              ]
            }
            weir.streams.chapter-views {
              redis-key = "%1$schapters"
              window { cron = "0 3 29 2 *" }
              ingest { path = "/api/chapters/{chapterId}/view" }
              fields { chapterId = { type = long, required = true }, userId = { type = text, default = "$visitor" } }
              entity = chapterId
              dedup { key = [chapterId, userId], ttl = 1h }
              counters = [{ table = chapter_numbers, key { id = chapterId }, set { read_count = count } }]
            }
            """.formatted(prefix));
        database.execute("CREATE TABLE chapter_numbers (id bigint PRIMARY KEY, read_count bigint NOT NULL DEFAULT 0)");
        weir = RunningWeir.start(
                home, RedisForTests.url(), database.url(), Map.of("weir.http.trusted-proxies", List.of("127.0.0.0/8")));
    }

    @AfterEach
    void stop() {
        weir.close();
    }

    private HttpResponse<String> view(String path, String body, String... headers) throws Exception {
        return weir.send("POST", path, body, headers);
    }

    private static String answer(boolean isFirst, long count) {
        return "{\"success\":true,\"isFirstView\":" + isFirst + ",\"viewCount\":" + count + "}";
    }

    @Test
    void aVisitorCountsOncePerStoryAndTheCountIsThereAtOnce() throws Exception {
        HttpResponse<String> first = view(PATH, "{\"userId\":\"ada\"}");
        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(first.body()).isEqualTo(answer(true, 1));
        assertThat(view(PATH, " { \"userId\" : \"ada\", \"more\": 1 } ").body()).isEqualTo(answer(false, 1));
        assertThat(view(PATH, "", "X-User-Id", "ada").body()).isEqualTo(answer(false, 1));
        assertThat(view(PATH, "{}", "X-User-Id", "bob").body()).isEqualTo(answer(true, 2));
        assertThat(view("/api/stories/s2/view", "", "X-User-Id", "bob").body()).isEqualTo(answer(true, 1));
        assertThat(weir.get(PATH).body()).isEqualTo("{\"success\":true,\"viewCount\":2}");
        assertThat(weir.get("/api/stories/none/view").body()).isEqualTo("{\"success\":true,\"viewCount\":0}");
        assertThat(database.query("SELECT * FROM stories")).isEmpty();

        assertThat(view(PATH + "?wait=committed", "", "X-User-Id", "eve").body())
                .isEqualTo(answer(true, 3));
        assertThat(view(PATH + "?wait=committed", "", "X-User-Id", "eve").body())
                .isEqualTo(answer(false, 3));
        assertThat(database.query("SELECT id, read_count FROM stories WHERE id = 's1'"))
                .containsExactly("s1|3");
    }

    @Test
    void whoNamesNobodyIsToldByAddressAndUserAgent() throws Exception {
        assertThat(view(PATH, "", "User-Agent", "one").body()).isEqualTo(answer(true, 1));
        assertThat(view(PATH, "", "User-Agent", "one").body()).isEqualTo(answer(false, 1));
        assertThat(view(PATH, "", "User-Agent", "two").body()).isEqualTo(answer(true, 2));
        assertThat(view(PATH, "", "User-Agent", "one", "X-Forwarded-For", "203.0.113.7")
                        .body())
                .isEqualTo(answer(true, 3));
        assertThat(view(PATH, "", "User-Agent", "one", "X-Forwarded-For", "10.1.1.1, 203.0.113.7")
                        .body())
                .as("what a client claims before its own proxy's word")
                .isEqualTo(answer(false, 3));
        assertThat(view(PATH, "", "User-Agent", "one", "X-Forwarded-For", "203.0.113.8, 127.0.0.9")
                        .body())
                .isEqualTo(answer(true, 4));
    }

    @Test
    void bufferedViewsAreToldAndWrittenOnDemand() throws Exception {
        for (String visitor : List.of("ada", "bob", "eve")) {
            view(PATH, "", "X-User-Id", visitor);
            view(PATH, "", "X-User-Id", visitor);
        }
        view("/api/stories/s2/view", "", "X-User-Id", "ada");
        assertThat(view("/api/chapters/7/view", "", "X-User-Id", "ada").body()).isEqualTo(answer(true, 1));
        assertThat(weir.get("/api/admin/view-stats").body())
                .isEqualTo("{\"bufferedStories\":2,\"bufferedChapters\":1,\"totalBufferedViews\":5}");
        assertThat(database.query("SELECT * FROM stories")).isEmpty();

        Instant before = Instant.now().minusMillis(1);
        assertThat(weir.send("POST", "/api/cron/sync-views", "").body())
                .matches("\\{\"success\":true,\"storiesProcessed\":2,\"chaptersProcessed\":1,"
                        + "\"storyViewsAdded\":4,\"chapterViewsAdded\":1,\"duration\":\\d+}");
        assertThat(database.query("SELECT id, read_count FROM stories ORDER BY id"))
                .containsExactly("s1|3", "s2|1");
        assertThat(database.query("SELECT id, read_count FROM chapter_numbers")).containsExactly("7|1");
        assertThat(database.number("SELECT count(*) FROM stories WHERE last_synced BETWEEN '" + before + "' AND now()"))
                .isEqualTo(2);
        assertThat(weir.get("/api/admin/view-stats").body())
                .isEqualTo("{\"bufferedStories\":0,\"bufferedChapters\":0,\"totalBufferedViews\":0}");
        assertThat(weir.send("POST", "/api/cron/sync-views", "").body())
                .contains("\"storiesProcessed\":0", "\"storyViewsAdded\":0");
        assertThat(weir.get("/api/chapters/7/view").body()).contains("\"viewCount\":1");
        assertThat(view("/api/chapters/x/view", "").body()).contains("\"field\":\"chapterId\"", "integer");
    }

    @Test
    void whatIsNoViewIsRefusedByName() throws Exception {
        assertThat(view(PATH, "[]").body()).contains("Malformed body", "an object, or empty");
        assertThat(view(PATH, "{\"userId\":7}").body()).contains("\"field\":\"userId\"", "must be a string");
        assertThat(view(PATH, "{\"storyId\":\"other\"}").body()).contains("\"field\":\"storyId\"", "given twice");
        assertThat(view("/api/stories/" + "s".repeat(21) + "/view", "").body())
                .contains("\"field\":\"storyId\"", "21 characters");
        assertThat(view(PATH, "", "X-User-Id", "u".repeat(65)).body()).contains("X-User-Id", "65 characters");
        assertThat(view(PATH, "{").statusCode()).isEqualTo(400);
        assertThat(weir.get(PATH).body()).contains("\"viewCount\":0");
    }

    @Test
    void whatRedisForgotIsKnownToTheDatabase() throws Exception {
        view(PATH + "?wait=committed", "", "X-User-Id", "ada");
        try (RedisClient client = RedisClient.create(RedisForTests.url());
                StatefulRedisConnection<String, String> connection = client.connect()) {
            assertThat(connection.sync().keys(prefix + "*:once:*")).hasSize(1).allSatisfy(key -> {
                assertThat(connection.sync().pttl(key)).isBetween(3_500_000L, 3_600_000L);
                connection.sync().del(key);
            });
        }
        assertThat(view(PATH + "?wait=committed", "", "X-User-Id", "ada").statusCode())
                .isEqualTo(200);
        assertThat(database.query("SELECT read_count FROM stories")).containsExactly("1");
    }
}
