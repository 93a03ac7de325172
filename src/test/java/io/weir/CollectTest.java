package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import io.weir.testkit.RedisForTests;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Analytics collection as it ships, line by line of what its clients and operators rely on. */
class CollectTest {
    private static final String PATH = "/api/collect";
    private static final String STATUS = "/api/cron/queue-status";
    private static final String PROCESS = "/api/cron/process-events";
    private static final String[] SECRET = {"Authorization", "Bearer s3cret-of-the-crons"};
    private static final String EVENT = "{\"type\":\"view\",\"timestamp\":\"2025-01-19T10:00:00Z\"}";

    private final PostgresTestDatabase database = PostgresForTests.freshDatabase();

    @SuppressWarnings("NullAway.Init") // each test starts it
    private RunningWeir weir;

    @BeforeEach
    void start(@TempDir Path home) throws Exception {
        start(home, "100ms");
    }

    private void start(Path home, String maxDelay) throws Exception {
        DefinitionHome.write(
                home,
                Files.readString(Path.of("conf/streams/collect.conf"))
                        .replace("\"analytics:events\"", '"' + RedisForTests.freshPrefix() + "events\"")
                        .replace("max-delay = 100ms", "max-delay = " + maxDelay));
        weir = RunningWeir.start(
                home, RedisForTests.url(), database.url(), Map.of("weir.http.cron-secret", "s3cret-of-the-crons"));
    }

    @AfterEach
    void stop() {
        weir.close();
    }

    private static String events(int count) {
        return IntStream.range(0, count).mapToObj(i -> EVENT).collect(Collectors.joining(",", "[", "]"));
    }

    private long windows() throws Exception {
        return database.number("SELECT coalesce(sum(windows), 0) FROM stream_cursor WHERE stream = 'collect'");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {"timestamp":"2025-01-19T10:00:00Z"} | "field":"type"
        {"type":"view"}                      | "field":"timestamp"
        {"type":"view","timestamp":"soon"}   | "field":"timestamp"
        {"type":5,"timestamp":1737280800000} | "field":"type"
        {"type":                             | "title":"Malformed body"
        """)
    void whatLacksATypeOrATimeIsAnInvalidEvent(String body, String why) throws Exception {
        HttpResponse<String> answer = weir.post(PATH, RunningWeir.JSON, body);
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(answer.body()).contains(why).endsWith(",\"error\":\"Invalid event\"}");
    }

    @Test
    void anEventGoesToTheTableOfItsPlatformAndToThatOfPlaces() throws Exception {
        for (String platform : List.of("web", "mobile", "ios", "android", "server", "tv")) {
            String body = "{\"type\":\"t\",\"timestamp\":1737280800000,\"platform\":\"" + platform + "\",\"url\":\"u\","
                    + "\"os\":\"o\",\"host\":\"h\",\"country\":\"DE\"}";
            assertThat(weir.post(PATH, RunningWeir.JSON, body).statusCode()).isEqualTo(202);
        }
        assertThat(weir.post(PATH + "?wait=committed", RunningWeir.JSON, EVENT).statusCode())
                .isEqualTo(200);
        assertThat(database.query(
                        "SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM web_events WHERE url = 'u'),"
                                + " (SELECT count(*) FROM mobile_events WHERE os = 'o'),"
                                + " (SELECT count(*) FROM server_events WHERE host = 'h'),"
                                + " (SELECT count(*) FROM geo_events WHERE country = 'DE')"))
                .containsExactly("7|1|3|1|6");
    }

    @Test
    void theQueuesStatusIsAWarningAboveAThousand() throws Exception {
        assertThat(weir.get(STATUS).statusCode()).isEqualTo(401);
        Instant before = Instant.now().minusMillis(1);
        HttpResponse<String> idle = weir.send("GET", STATUS, "", SECRET);
        assertThat(idle.statusCode()).isEqualTo(200);
        assertThat(idle.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(idle.body()).matches("\\{\"queue_length\":0,\"status\":\"ok\",\"timestamp\":\"[0-9T:.-]+Z\"}");
        assertThat(Instant.parse(idle.body().replaceAll(".*\"timestamp\":\"|\"}", "")))
                .isBetween(before, Instant.now());
        try (CursorLock _ = CursorLock.of(database, "collect")) {
            weir.post(PATH, RunningWeir.JSON, events(1000));
            assertThat(weir.send("GET", STATUS, "", SECRET).body())
                    .startsWith("{\"queue_length\":1000,\"status\":\"ok\",");
            weir.post(PATH, RunningWeir.JSON, EVENT);
            assertThat(weir.send("GET", STATUS, "", SECRET).body())
                    .startsWith("{\"queue_length\":1001,\"status\":\"warning\",");
        }
        await().untilAsserted(
                        () -> assertThat(weir.send("GET", STATUS, "", SECRET).body())
                                .startsWith("{\"queue_length\":0,\"status\":\"ok\","));
    }

    @Test
    void eventsAreProcessedAtOnceWhenAScheduleAsks(@TempDir Path slow) throws Exception {
        weir.close();
        start(slow, "10m");
        weir.post(PATH, RunningWeir.JSON, events(3));
        assertThat(weir.send("POST", PROCESS, "").statusCode()).isEqualTo(401);
        HttpResponse<String> processed = weir.send("POST", PROCESS, "", SECRET);
        assertThat(processed.statusCode()).isEqualTo(200);
        assertThat(processed.body())
                .matches("\\{\"success\":true,\"processed\":3,\"errors\":0,\"lastProcessedId\":\"\\d+-\\d+\","
                        + "\"streamInfo\":\\{\"length\":0,\"firstEntryId\":null,\"lastEntryId\":null},"
                        + "\"message\":\"Successfully processed 3 events\"}");
        assertThat(database.number("SELECT count(*) FROM events")).isEqualTo(3);
        assertThat(weir.send("GET", PROCESS, "", SECRET).body()).contains("\"processed\":0");
    }

    @Test
    void windowsHoldAHundredEventsAndMoreWhenManyWait() throws Exception {
        assertThat(weir.post(PATH + "?wait=committed", RunningWeir.JSON, EVENT).statusCode())
                .isEqualTo(200);
        long before = windows();
        try (CursorLock _ = CursorLock.of(database, "collect")) {
            for (int i = 0; i < 20; i++) {
                assertThat(weir.post(PATH, RunningWeir.JSON, events(500)).statusCode())
                        .isEqualTo(202);
            }
        }
        await().untilAsserted(() ->
                assertThat(database.number("SELECT count(*) FROM events")).isEqualTo(10_001));
        // of entries of up to 500 events; of a hundred events each it would be a hundred transactions, 20 of an entry
        // each
        assertThat(windows() - before).isLessThan(15);
    }

    @Test
    void anEventIsInThePartOfItsDayAndSentAgainWithAnotherTimeStaysThere() throws Exception {
        LocalDate today = LocalDate.now(ZoneOffset.UTC);
        String tomorrow = today.plusDays(1).format(DateTimeFormatter.BASIC_ISO_DATE);
        await().untilAsserted(() -> assertThat(database.query("SELECT inhparent::regclass, count(*) FROM pg_inherits"
                        + " WHERE inhparent::regclass::text LIKE '%events' GROUP BY 1 ORDER BY 1"))
                .containsExactlyInAnyOrder(
                        "events|5", "web_events|5", "mobile_events|5", "server_events|5", "geo_events|5"));
        for (String time : List.of(today.plusDays(1) + "T00:00:00Z", today + "T23:59:59.9Z", "2019-01-01T00:00:00Z")) {
            assertThat(weir.post(
                                    PATH + "?wait=committed",
                                    RunningWeir.JSON,
                                    "{\"event_id\":\"e1\",\"type\":\"t\",\"timestamp\":\"" + time
                                            + "\",\"platform\":\"web\"}")
                            .statusCode())
                    .isEqualTo(200);
        }
        assertThat(database.query("SELECT tableoid::regclass, event_id FROM events"))
                .containsExactly("events_" + tomorrow + "|e1");
        assertThat(database.query("SELECT tableoid::regclass, event_id FROM web_events"))
                .containsExactly("web_events_" + tomorrow + "|e1");
        await().untilAsserted(() ->
                assertThat(weir.get("/metrics").body()).contains("weir_table_partitions_ahead{table=\"events\"} 3.0"));
    }
}
