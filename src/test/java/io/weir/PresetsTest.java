package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.embedded.EmbeddedRedisServer;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import io.weir.testkit.RedisForTests;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Every definition that ships, from the request to the tables. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PresetsTest {
    private final PostgresTestDatabase database = PostgresForTests.freshDatabase();
    private EmbeddedRedisServer redis;
    private RunningWeir weir;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        redis = RedisForTests.startPrivate(directory);
        weir = RunningWeir.start(redis.url(), database.url());
    }

    @AfterAll
    void stop() {
        weir.close();
        redis.close();
    }

    @Test
    void clicksOfALinkAreCountedAndTheLatestIsKept() throws Exception {
        assertThat(weir.post("/api/v1/clicks", RunningWeir.JSON, "{\"linkId\":\"l1\",\"timestamp\":1734633600000}")
                        .body())
                .isEqualTo("{\"accepted\":1}");
        committed(weir.post(
                "/api/v1/clicks?wait=committed",
                RunningWeir.JSON,
                "[{\"linkId\":\"l1\",\"timestamp\":1734633500000,\"count\":3},{\"linkId\":\"l2\"}]"));

        assertThat(database.query(
                        "SELECT id, clicks, extract(epoch FROM last_clicked)::bigint FROM links WHERE id = 'l1'"))
                .containsExactly("l1|4|1734633600");
        assertThat(database.number("SELECT clicks FROM links WHERE id = 'l2'")).isEqualTo(1);
    }

    @Test
    void aViewIsCountedOncePerVisitorForStoriesAndChapters() throws Exception {
        for (String path : List.of("/api/stories/story-1/view", "/api/chapters/chapter-1/view")) {
            HttpResponse<String> first = weir.post(path + "?wait=committed", RunningWeir.JSON, "{\"userId\":\"ada\"}");
            assertThat(first.body()).isEqualTo("{\"success\":true,\"isFirstView\":true,\"viewCount\":1}");
            assertThat(weir.post(path, RunningWeir.JSON, "{\"userId\":\"ada\"}").body())
                    .isEqualTo("{\"success\":true,\"isFirstView\":false,\"viewCount\":1}");
        }
        for (String table : List.of("stories", "chapters")) {
            assertThat(database.query(
                            "SELECT read_count, last_viewed IS NOT NULL, last_synced IS NOT NULL FROM " + table))
                    .containsExactly("1|t|t");
        }
    }

    @Test
    void usageOfAProjectIsSummedInTwoColumns() throws Exception {
        committed(weir.post(
                "/api/v1/usage?wait=committed",
                RunningWeir.JSON,
                "[{\"projectId\":\"p\",\"usageCount\":5,\"clickCount\":2},{\"projectId\":\"p\",\"usageCount\":7,"
                        + "\"clickCount\":1}]"));
        assertThat(database.query("SELECT usage, total_clicks FROM projects WHERE id = 'p'"))
                .containsExactly("12|3");
    }

    @Test
    void eventsOfASessionInheritItAndBecomeRows() throws Exception {
        String session = "7f8a1b7e-93b1-4d0a-9a55-1f6d5f0a4c11";
        String body = "{\"session_id\":\"" + session + "\",\"events\":["
                                                     + "{\"timestamp\":\"2025-01-19T10:00:00Z\",\"event_type\":\"click\",\"page_url\":\"http://example.com\","
                                                     + "\"target_element\":\"button\"},"
                                                     + "{\"timestamp\":\"2025-01-19T10:00:01Z\",\"event_type\":\"view\",\"page_url\":\"http://example.com/2\"}"
                                                     + "]}";
        assertThat(weir.post("/api/v1/track", RunningWeir.JSON, body).statusCode())
                .isEqualTo(202);
        await().untilAsserted(() -> assertThat(database.query("SELECT event_type, page_url, target_element"
                        + " FROM session_events WHERE session_id = '" + session + "' ORDER BY occurred_at"))
                .containsExactly("click|http://example.com|button", "view|http://example.com/2|"));
    }

    @Test
    void aCollectedEventGoesToItsPlatformsTableOnceHoweverOftenItIsSent() throws Exception {
        String web =
                "{\"event_id\":\"e1\",\"type\":\"page\",\"timestamp\":\"2026-01-01T00:00:00Z\",\"platform\":\"web\","
                    + "\"url\":\"https://example.com/\",\"country\":\"DE\",\"city\":\"Berlin\",\"properties\":{\"a\":1}}";
        String mobile = "{\"event_id\":\"e2\",\"type\":\"tap\",\"timestamp\":\"2026-01-01T00:00:00Z\","
                + "\"platform\":\"mobile\",\"os\":\"android\"}";
        String server = "{\"event_id\":\"e3\",\"type\":\"job\",\"timestamp\":\"2026-01-01T00:00:00Z\","
                + "\"platform\":\"server\",\"service\":\"mail\",\"duration_ms\":12}";
        for (int i = 0; i < 3; i++) {
            committed(weir.post("/api/collect?wait=committed", RunningWeir.JSON, web));
        }
        committed(weir.post("/api/collect?wait=committed", RunningWeir.JSON, "[" + mobile + "," + server + "]"));

        assertThat(database.query("SELECT event_id, type, properties FROM events ORDER BY 1"))
                .containsExactly("e1|page|{\"a\": 1}", "e2|tap|", "e3|job|");
        assertThat(database.query("SELECT event_id, url FROM web_events")).containsExactly("e1|https://example.com/");
        assertThat(database.query("SELECT event_id, os FROM mobile_events")).containsExactly("e2|android");
        assertThat(database.query("SELECT event_id, service, duration_ms FROM server_events"))
                .containsExactly("e3|mail|12");
        assertThat(database.query("SELECT event_id, country, city FROM geo_events"))
                .containsExactly("e1|DE|Berlin");
        assertThat(weir.post("/api/collect", RunningWeir.JSON, "{\"type\":\"page\"}")
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void aPageViewIsARowAndCountsForItsPathOnceForEachKey() throws Exception {
        String line =
                "83.149.9.216 - - [17/May/2015:10:05:03 +0000] \"GET /a?b=1 HTTP/1.1\" 200 100 \"-\" \"Mozilla\"\n";
        for (int i = 0; i < 2; i++) {
            committed(
                    weir.post("/api/v1/page-views?wait=committed", "text/plain", line + line, "Idempotency-Key", "k1"));
        }
        assertThat(database.query("SELECT views, bytes, to_char(last_viewed AT TIME ZONE 'UTC', 'HH24:MI:SS')"
                        + " FROM pages WHERE path = '/a?b=1'"))
                .containsExactly("2|200|10:05:03");
        assertThat(database.query("SELECT path, status, bytes, referrer, user_agent, length(visitor)"
                        + " FROM page_views WHERE path = '/a?b=1'"))
                .containsExactly("/a?b=1|200|100||Mozilla|32", "/a?b=1|200|100||Mozilla|32");
    }

    @Test
    void aBadEventQueuesNothingUnlessBadOnesAreToBeKept() throws Exception {
        String body = "{\"linkId\":\"mixed\"}\n{\"linkId\":7}\n{\"linkId\":\"mixed\"}\n";
        HttpResponse<String> refused = weir.post("/api/v1/clicks", "application/x-ndjson", body);
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(refused.body()).contains("\"index\":1", "\"field\":\"linkId\"");

        HttpResponse<String> taken =
                weir.post("/api/v1/clicks?on-invalid=dead-letter&wait=committed", "application/x-ndjson", body);
        assertThat(taken.body()).contains("\"accepted\":2", "\"deadLettered\":1");
        assertThat(database.number("SELECT clicks FROM links WHERE id = 'mixed'"))
                .isEqualTo(2);
        assertThat(database.query("SELECT convert_from(raw, 'UTF8'), reason FROM dead_letter"
                        + " WHERE stream = 'link-clicks' AND raw = '{\"linkId\":7}'"))
                .singleElement()
                .asString()
                .contains("{\"linkId\":7}|")
                .contains("linkId");
    }

    @Test
    void aCountReadAfterTheAnswerIncludesTheEventWithinATenthOfASecond() throws Exception {
        committed(weir.post("/api/v1/clicks?wait=committed", RunningWeir.JSON, "{\"linkId\":\"live\",\"count\":5}"));
        List<Duration> waited = new ArrayList<>();
        for (int i = 1; i <= 10; i++) {
            String total = "\"total\":" + (5 + 2 * i);
            weir.post("/api/v1/clicks", RunningWeir.JSON, "{\"linkId\":\"live\",\"count\":2}");
            Instant answered = Instant.now();
            await().pollInterval(Duration.ofMillis(5))
                    .untilAsserted(() -> assertThat(weir.get("/api/v1/counters/link-clicks/live")
                                    .body())
                            .contains(total));
            waited.add(Duration.between(answered, Instant.now()));
        }
        // any one of them may have met a machine that was busy with something else
        assertThat(Collections.min(waited)).isLessThan(Duration.ofMillis(100));
    }

    @Test
    void healthSaysHowItIs() throws Exception {
        await().untilAsserted(() -> assertThat(weir.get("/health").body())
                .isEqualTo("{\"status\":\"healthy\",\"database\":\"healthy\",\"redis\":\"healthy\",\"queue_depth\":0,"
                        + "\"queue_pending\":0}"));
        assertThat(weir.get("/metrics").body()).contains("jvm_memory_used_bytes");
    }

    private static void committed(HttpResponse<String> response) {
        assertThat(response.body()).contains("\"committed\":true");
        assertThat(response.statusCode()).isEqualTo(200);
    }
}
