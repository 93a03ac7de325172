package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.weir.contract.ApiContract;
import io.weir.embedded.EmbeddedRedisServer;
import io.weir.http.ApiDescription;
import io.weir.pipeline.PartitionContext;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import io.weir.testkit.RedisForTests;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * Every route of a server with the definitions that ship is in the description, and answers as that says; and what users of
 * older systems call is answered to the letter. docs/migration.md says which test holds which of their calls.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ContractTest {
    private static final String SECRET = "s3cret";
    private static final String SESSION = "7f8a1b7e-93b1-4d0a-9a55-1f6d5f0a4c11";

    private final PostgresTestDatabase database = PostgresForTests.freshDatabase();
    private final SortedSet<String> called = new TreeSet<>();
    private final Logger partitions = (Logger) LoggerFactory.getLogger(PartitionContext.class);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private EmbeddedRedisServer redis;
    private RunningWeir weir;
    private ApiContract contract;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        log.start();
        partitions.addAppender(log);
        partitions.setLevel(Level.DEBUG);
        redis = RedisForTests.startPrivate(directory);
        weir = RunningWeir.start(Path.of("."), redis.url(), database.url(), Map.of("weir.http.cron-secret", SECRET));
        contract = new ApiContract(weir.get(ApiDescription.PATH).body());
    }

    @AfterAll
    void stop() {
        partitions.detachAppender(log);
        partitions.setLevel(null);
        weir.close();
        redis.close();
    }

    /** Calls a route, and holds the answer against the description. */
    private HttpResponse<String> call(String route, String path, String body, String... headers) throws Exception {
        called.add(route);
        String method = route.substring(0, route.indexOf(' '));
        return contract.check(route, weir.send(method, path, body, headers));
    }

    private HttpResponse<String> call(String route, String body) throws Exception {
        return call(route, route.substring(route.indexOf(' ') + 1), body);
    }

    private static void answered(HttpResponse<String> answer, int status, String pattern) {
        assertThat(answer.body()).matches(pattern);
        assertThat(answer.statusCode()).isEqualTo(status);
    }

    private HttpResponse<String> cron(String route) throws Exception {
        return call(route, route.substring(route.indexOf(' ') + 1), "", "Authorization", "Bearer " + SECRET);
    }

    @Test
    @Order(1)
    void everyRouteIsDescribedAndEveryDescribedRouteIsServed() {
        SortedSet<String> served = weir.server().routes().stream()
                .map(route -> route.replaceAll("/streams/[^/{]+/", "/streams/{stream}/")
                        .replace("...}", "}"))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(contract.operations().keySet()).containsExactlyElementsOf(served);
    }

    @Test
    @Order(2)
    void clicksAndUsageAreTakenAndFlushed() throws Exception {
        answered(
                call("POST /api/v1/clicks", "{\"linkId\":\"l\",\"timestamp\":1734633600000,\"count\":3}"),
                202,
                "\\{\"accepted\":1}");
        call("POST /api/v1/clicks", "/api/v1/clicks?on-invalid=dead-letter", "[{\"linkId\":\"l\"},{\"linkId\":7}]");
        call(
                "POST /api/v1/usage",
                "{\"projectId\":\"p\",\"timestamp\":1734633600000,\"usageCount\":5,\"clickCount\":2}");
        String flushed = "\\{\"success\":true,\"processed\":\\d+,\"errors\":\\d+,\"lastProcessedId\":\"\\d+-\\d+\","
                + "\"streamInfo\":\\{\"length\":0,\"firstEntryId\":null,\"lastEntryId\":null},"
                + "\"message\":\"Successfully processed \\d+ %s updates\"}";
        for (String method : new String[] {"GET ", "POST "}) {
            answered(cron(method + "/api/cron/links/click-updates-queue"), 200, flushed.formatted("click"));
            answered(cron(method + "/api/cron/projects/usage-updates-queue"), 200, flushed.formatted("usage"));
        }
        assertThat(call("POST /api/cron/links/click-updates-queue", "").statusCode())
                .isEqualTo(401);
        assertThat(database.query("SELECT id, clicks FROM links")).containsExactly("l|4");
        assertThat(database.query("SELECT id, usage, total_clicks FROM projects"))
                .containsExactly("p|5|2");
        answered(
                call("GET /api/admin/streams/{stream}/info", "/api/admin/streams/link-clicks/info", ""),
                200,
                "\\{\"length\":0,\"firstEntryId\":null,\"lastEntryId\":null}");
    }

    @Test
    @Order(2)
    void viewsAreCountedOnceAndSynced() throws Exception {
        for (String kind : new String[] {"stories/{storyId}", "chapters/{chapterId}"}) {
            String path = "/api/" + kind.replaceAll("\\{.*}", "one") + "/view";
            answered(
                    call("POST /api/" + kind + "/view", path, "{\"userId\":\"ada\"}"),
                    200,
                    "\\{\"success\":true,\"isFirstView\":true,\"viewCount\":1}");
            answered(
                    call("POST /api/" + kind + "/view", path, "", "X-User-Id", "ada"),
                    200,
                    "\\{\"success\":true,\"isFirstView\":false,\"viewCount\":1}");
            answered(call("GET /api/" + kind + "/view", path, ""), 200, "\\{\"success\":true,\"viewCount\":1}");
            assertThat(call("POST /api/" + kind + "/view", path, "[]").statusCode())
                    .isEqualTo(400);
        }
        answered(
                call("GET /api/admin/view-stats", ""),
                200,
                "\\{\"bufferedStories\":\\d+,\"bufferedChapters\":\\d+,\"totalBufferedViews\":\\d+}");
        for (String method : new String[] {"GET ", "POST "}) {
            answered(
                    cron(method + "/api/cron/sync-views"),
                    200,
                    "\\{\"success\":true,\"storiesProcessed\":\\d+,\"chaptersProcessed\":\\d+,\"storyViewsAdded\":\\d+,"
                            + "\"chapterViewsAdded\":\\d+,\"duration\":\\d+}");
        }
        assertThat(database.query("SELECT read_count FROM stories UNION ALL SELECT read_count FROM chapters"))
                .containsExactly("1", "1");
    }

    @Test
    @Order(2)
    void sessionsAreTrackedAndHealthIsTold() throws Exception {
        assertThat(call(
                                "POST /api/v1/track",
                                "{\"session_id\":\"" + SESSION
                                        + "\",\"events\":[{\"timestamp\":\"2025-01-19T10:00:00Z\","
                                        + "\"event_type\":\"click\",\"page_url\":\"http://example.com\","
                                        + "\"target_element\":\"button\"}]}")
                        .statusCode())
                .isEqualTo(202);
        assertThat(call("POST /api/v1/track", "{\"session_id\":\"nobody\",\"events\":[]}")
                        .statusCode())
                .isEqualTo(400);
        await().untilAsserted(() -> answered(
                call("GET /health", ""),
                200,
                "\\{\"status\":\"healthy\",\"database\":\"healthy\",\"redis\":\"healthy\",\"queue_depth\":0,"
                        + "\"queue_pending\":0}"));
        assertThat(call("GET /metrics", "").body()).contains("weir_log_depth{stream=\"session-events\"}");
        await().untilAsserted(() -> answered(call("GET /ready", ""), 200, "\\{\"status\":\"ready\"}"));
        answered(call("GET /alive", ""), 200, "\\{\"status\":\"alive\"}");
    }

    @Test
    @Order(2)
    void analyticsAreCollected() throws Exception {
        assertThat(call(
                                "POST /api/collect",
                                "{\"type\":\"page_view\",\"timestamp\":1737280800000,\"platform\":\"web\"}")
                        .statusCode())
                .isEqualTo(202);
        HttpResponse<String> refused = call("POST /api/collect", "{\"type\":\"page_view\"}");
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("\"title\":\"Invalid event\"", "\"field\":\"timestamp\"");
    }

    @Test
    @Order(2)
    void everyStreamTakesEventsAndCountersAreAnswered() throws Exception {
        String events = "POST /api/v1/streams/{stream}/events";
        call(
                events,
                "/api/v1/streams/page-views/events?wait=committed",
                "{\"path\":\"/x\",\"bytes\":5}",
                "Idempotency-Key",
                "k");
        assertThat(call(events, "/api/v1/streams/none/events", "{}").statusCode())
                .isEqualTo(404);
        assertThat(call(events, "/api/v1/streams/page-views/events", "{}", "Content-Type", "text/html")
                        .statusCode())
                .isEqualTo(415);
        assertThat(call("POST /api/v1/page-views", "[" + "{\"path\":\"/\"},".repeat(1001) + "{\"path\":\"/\"}]")
                        .statusCode())
                .isEqualTo(413);
        String counters = "GET /api/v1/counters/{stream}/{entity}";
        assertThat(call(counters, "/api/v1/counters/page-views//x", "").body()).contains("\"committed\":5");
        assertThat(call(counters, "/api/v1/counters/none/x", "").statusCode()).isEqualTo(404);
        queriesAnswer();
    }

    private void queriesAnswer() throws Exception {
        call("GET /api/v1/counters/{stream}/{entity}/series", "/api/v1/counters/page-views/%2Fx/series", "");
        call("GET /api/v1/top/{stream}", "/api/v1/top/page-views", "");
        call("GET /badge/{stream}/{entity}", "/badge/page-views//x.svg", "");
        call("GET /api/v1/live/{stream}/{entity}", "/api/v1/live/none/x", "");
    }

    @Test
    @Order(2)
    void administrationAnswersAsDescribed() throws Exception {
        call("GET /api/admin/alerts", "");
        call("GET /api/admin/ledger", "");
        assertThat(call("GET /api/admin/ledger", "/api/admin/ledger?stream=none", "")
                        .statusCode())
                .isEqualTo(404);
        call("POST /api/admin/ledger/baseline", "/api/admin/ledger/baseline?stream=link-clicks", "");
        call("GET /api/admin/verify", "/api/admin/verify?stream=page-views", "");
        call("GET /api/admin/streams/{stream}/tail", "/api/admin/streams/none/tail", "");
        String replay = "POST /api/admin/streams/{stream}/replay";
        call(replay, "/api/admin/streams/page-views/replay?from=0&to=1&dry-run", "");
        assertThat(call(replay, "/api/admin/streams/page-views/replay", "").statusCode())
                .isEqualTo(400);
        String backfill = "POST /api/admin/streams/{stream}/backfill";
        call(backfill, "/api/admin/streams/page-views/backfill?counter=pages.bytes&source=rows", "");
        assertThat(call(backfill, "/api/admin/streams/none/backfill", "").statusCode())
                .isEqualTo(404);
        String recount = "POST /api/admin/streams/{stream}/recount";
        assertThat(call(recount, "/api/admin/streams/page-views/recount?counter=pages.bytes", "")
                        .statusCode())
                .isEqualTo(200);
        assertThat(call(recount, "/api/admin/streams/link-clicks/recount", "").statusCode())
                .as("of a stream without rows")
                .isEqualTo(409);
        String partitionsOf = "/api/admin/streams/chapter-views/partitions";
        call("GET /api/admin/streams/{stream}/partitions", partitionsOf, "");
        String repartition = "POST /api/admin/streams/{stream}/partitions";
        assertThat(call(repartition, partitionsOf + "?partitions=0", "").statusCode())
                .isEqualTo(400);
        assertThat(call(repartition, partitionsOf + "?partitions=2", "").statusCode())
                .isEqualTo(202);
        assertThat(call("GET /api/admin/alerts", "/api/admin/alerts", "", "X-Forwarded-For", "203.0.113.7")
                        .statusCode())
                .isEqualTo(403);
        assertThat(call("GET /openapi.yaml", "").headers().firstValue("Content-Type"))
                .hasValue("application/yaml");
    }

    @Test
    @Order(2)
    void linksLeadOnAndAreManaged() throws Exception {
        String links = "POST /api/v1/links";
        assertThat(call(links, "{\"code\":\"sale\",\"url\":\"https://example.com/sale\"}")
                        .statusCode())
                .isEqualTo(201);
        assertThat(call(links, "{\"code\":\"sale\",\"url\":\"https://example.com/sale\"}")
                        .statusCode())
                .isEqualTo(200);
        assertThat(call(links, "{\"code\":\"sale\",\"url\":\"https://example.com/other\"}")
                        .statusCode())
                .isEqualTo(409);
        assertThat(call(links, "{\"url\":\"nowhere\"}").statusCode()).isEqualTo(422);
        HttpResponse<String> redirect = call("GET /{code}", "/sale", "");
        assertThat(redirect.statusCode()).isEqualTo(302);
        assertThat(redirect.headers().firstValue("Location")).hasValue("https://example.com/sale");
        assertThat(call("GET /{code}", "/none", "").statusCode()).isEqualTo(404);
        call("GET /api/v1/links", "");
        call("GET /api/v1/links/{code}", "/api/v1/links/sale", "");
        call("PATCH /api/v1/links/{code}", "/api/v1/links/sale", "{\"expiresAt\":\"2020-01-01T00:00:00Z\"}");
        await().untilAsserted(() ->
                assertThat(call("GET /{code}", "/sale", "").statusCode()).isEqualTo(410));
        assertThat(call("DELETE /api/v1/links/{code}", "/api/v1/links/sale", "").statusCode())
                .isEqualTo(204);
        assertThat(call("DELETE /api/v1/links/{code}", "/api/v1/links/sale", "").statusCode())
                .isEqualTo(404);
    }

    @Test
    @Order(2)
    void theQueueOfAnalyticsIsToldAndFlushed() throws Exception {
        answered(
                cron("GET /api/cron/queue-status"),
                200,
                "\\{\"queue_length\":\\d+,\"status\":\"ok\",\"timestamp\":\"[0-9T:.-]+Z\"}");
        for (String method : new String[] {"GET ", "POST "}) {
            answered(
                    cron(method + "/api/cron/process-events"),
                    200,
                    "\\{\"success\":true,\"processed\":\\d+,\"errors\":\\d+,\"lastProcessedId\":.*,\"streamInfo\":.*,"
                            + "\"message\":\"Successfully processed \\d+ events\"}");
        }
    }

    @Test
    @Order(2)
    void aPixelSaysWhatIsWrong() throws Exception {
        assertThat(call("GET /p.gif", "/p.gif", "").statusCode()).isEqualTo(400);
        assertThat(call("GET /p.gif", "/p.gif?stream=none", "").statusCode()).isEqualTo(404);
    }

    @Test
    @Order(3)
    void deadLettersAnswerAsDescribed() throws Exception {
        call(
                "POST /api/v1/clicks",
                "/api/v1/clicks?on-invalid=dead-letter&wait=committed",
                "[{\"linkId\":8},{\"linkId\":9}]");
        String id = call("GET /api/admin/dead-letters", "").body().replaceFirst("(?s).*?\"id\":(\\d+).*", "$1");
        String one = "/api/admin/dead-letters/{id}";
        String path = "/api/admin/dead-letters/" + id;
        call("GET " + one, path, "");
        assertThat(call("GET " + one, "/api/admin/dead-letters/999999", "").statusCode())
                .isEqualTo(404);
        assertThat(call("PUT " + one, path, "{\"linkId\":9}").statusCode()).isEqualTo(422);
        call("PUT " + one, path, "{\"linkId\":\"nine\"}");
        assertThat(call("POST " + one + "/replay", path + "/replay", "").statusCode())
                .isEqualTo(202);
        call("GET /api/admin/dead-letters/counts", "");
        call("POST /api/admin/dead-letters/replay", "/api/admin/dead-letters/replay?stream=link-clicks", "");
        call("POST /api/admin/dead-letters/discard", "/api/admin/dead-letters/discard?stream=link-clicks", "");
        await().untilAsserted(
                        () -> assertThat(call("GET " + one, path, "").body()).contains("\"state\":\"replayed\""));
        assertThat(call("POST " + one + "/discard", path + "/discard", "").statusCode())
                .isEqualTo(409);
    }

    @Test
    @Order(4)
    void healthSaysWhenRedisIsAway() throws Exception {
        RedisForTests.keepAll(redis);
        redis.kill();
        await().untilAsserted(() -> answered(
                call("GET /health", ""),
                503,
                "\\{\"status\":\"unhealthy\",\"database\":\"healthy\",\"redis\":\"unhealthy\",\"queue_depth\":\\d+,"
                        + "\"queue_pending\":\\d+}"));
        HttpResponse<String> refused = call("POST /api/v1/clicks", "{\"linkId\":\"a\"}");
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.headers().firstValue("Retry-After")).hasValue("1");
        redis.restart();
        await().untilAsserted(
                        () -> assertThat(call("GET /health", "").statusCode()).isEqualTo(200));
    }

    /** After Redis was away, which ends every worker and begins another. */
    @Test
    @Order(5)
    void workersSayWhatTheyDo() {
        for (String expected : List.of(
                "INFO session-events/\\d starts: epoch 1, cursor 0-0, depth 0, pending of predecessors 0",
                "DEBUG session-events/\\d: wrote 1 events up to \\d+-\\d+: 1 applied, 0 known before, 0 dead letters",
                "INFO session-events/\\d stops: cursor \\d+-\\d+",
                "INFO session-events/\\d starts: epoch [2-9], .*")) {
            await().untilAsserted(() -> assertThat(lines()).as(expected).anyMatch(line -> line.matches(expected)));
        }
    }

    @Test
    @Order(4)
    void theDashboardIsServed() throws Exception {
        answered(call("GET /dashboard", ""), 200, "(?s)<!doctype html>.*");
        call("GET /dashboard/{file}", "/dashboard/app.js", "");
        call("GET /dashboard/{file}", "/dashboard/none.js", "");
        call("GET /api/admin/nodes", "");
        called.add("GET /api/admin/live"); // a GET would go on for ever
        contract.check("GET /api/admin/live", weir.send("HEAD", "/api/admin/live", ""));
    }

    private List<String> lines() {
        return List.copyOf(log.list).stream()
                .map(line -> line.getLevel() + " " + line.getFormattedMessage())
                .toList();
    }

    @Test
    @Order(5)
    void everyDescribedRouteWasCalled() {
        assertThat(contract.operations().keySet()).containsExactlyElementsOf(called);
    }
}
