package io.weir;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.settings.AccessKeyHash;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.RedisForTests;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From events to what is asked of them, by who may ask. */
class QueriesTest {
    private static final String MARCH = "from=2026-03-01T00:00:00Z&to=2026-03-03T00:00:00Z";

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private static Path home;

    @SuppressWarnings("NullAway.Init") // set before all
    private static RunningWeir weir;

    @BeforeAll
    static void start() throws Exception {
        DefinitionHome.write(home, """
            weir.streams.visits {
              redis-key = "%1$svisits"
              fields {
                path = { type = text, required = true }
                at = { type = timestamp, default = now }
                bytes = { type = long, default = 0 }
                visitor = text
              }
              entity = path
              counters = [{
                table = pages
                key { path = path }
                set {
                  views = count
                  bytes = "sum(bytes)"
                }
              }]
              rollups { steps = [hour, day], by = at, uniques = visitor }
            }
            weir.streams.clicks {
              redis-key = "%1$sclicks"
              fields { linkId = { type = text, required = true }, count = { type = long, default = 1 } }
              entity = linkId
              counters = [{ table = links, key { id = linkId }, set { clicks = "sum(count)" } }]
            }
            """.formatted(RedisForTests.freshPrefix()));
        weir = RunningWeir.start(
                home,
                RedisForTests.url(),
                PostgresForTests.freshDatabase().url(),
                Map.of(
                        "weir.rollups.hour-retention",
                        "off",
                        "weir.access.keys.all.hash",
                        AccessKeyHash.of("wk_all"),
                        "weir.access.keys.blog.hash",
                        AccessKeyHash.of("wk_blog"),
                        "weir.access.keys.blog.fields.path",
                        "/blog"));
        String events = """
            {"path":"/","at":"2026-03-01T10:00:00Z","bytes":-5,"visitor":"ada"}
            {"path":"/","at":"2026-03-01T10:59:59.999999Z","bytes":10,"visitor":"grace"}
            {"path":"/","at":"2026-03-01T11:00:00Z","visitor":"ada"}
            {"path":"/blog","at":"2026-03-02T23:59:59Z","bytes":100}
            {"path":"/blog","at":"2026-03-03T00:00:00Z"}
            {"path":"/blog/series","at":"2026-03-02T05:00:00Z","bytes":-7}
            """;
        HttpResponse<String> taken =
                weir.post("/api/v1/streams/visits/events?wait=committed&key=wk_all", "application/x-ndjson", events);
        assertThat(taken.statusCode()).as(taken.body()).isEqualTo(200);
    }

    @AfterAll
    static void stop() {
        weir.close();
    }

    private static HttpResponse<String> ask(String path, String key) throws Exception {
        return weir.send("GET", path, "", "X-Weir-Key", key);
    }

    @Test
    void aSeriesHoldsWhatWasCounted() throws Exception {
        HttpResponse<String> response = ask(
                "/api/v1/counters/visits/%2F/series?step=hour&from=2026-03-01T10:00:00Z&to=2026-03-01T12:30:00Z",
                "wk_all");

        assertThat(response.body())
                .isEqualTo("{\"stream\":\"visits\",\"entity\":\"/\",\"measure\":\"views\",\"step\":\"hour\","
                        + "\"from\":\"2026-03-01T10:00:00Z\",\"to\":\"2026-03-01T13:00:00Z\",\"total\":3,\"buckets\":["
                        + "{\"at\":\"2026-03-01T10:00:00Z\",\"value\":2},{\"at\":\"2026-03-01T11:00:00Z\",\"value\":1},"
                        + "{\"at\":\"2026-03-01T12:00:00Z\",\"value\":0}]}");
        assertThat(ask(
                                "/api/v1/counters/visits/%2Fblog%2Fseries/series?format=csv&measure=bytes&step=day&"
                                        + MARCH,
                                "wk_all")
                        .body())
                .isEqualTo("at,value\r\n2026-03-01T00:00:00Z,0\r\n2026-03-02T00:00:00Z,-7\r\n");
    }

    @Test
    void whoCameInTwoHoursCountsOnce() throws Exception {
        assertThat(ask(
                                "/api/v1/counters/visits/%2F/series?measure=uniques&from=2026-03-01T10:00:00Z"
                                        + "&to=2026-03-01T12:00:00Z",
                                "wk_all")
                        .body())
                .contains(
                        "\"total\":{\"estimate\":2,",
                        "{\"at\":\"2026-03-01T10:00:00Z\",\"estimate\":2,",
                        "{\"at\":\"2026-03-01T11:00:00Z\",\"estimate\":1,");
    }

    @Test
    void theGreatestAreThoseThatWereCountedMost() throws Exception {
        assertThat(ask("/api/v1/top/visits?format=csv&" + MARCH, "wk_all").body())
                .startsWith("entity,value\r\n/,3\r\n")
                .contains("/blog,1\r\n", "/blog/series,1\r\n");
        assertThat(ask("/api/v1/top/visits?format=csv&measure=bytes&" + MARCH, "wk_all")
                        .body())
                .isEqualTo("entity,value\r\n/blog,100\r\n/,5\r\n/blog/series,-7\r\n");
        assertThat(ask("/api/v1/top/visits?limit=1&from=2026-03-02T23:00:00Z&to=2026-03-03T01:00:00Z", "wk_all")
                        .body())
                .contains("\"entities\":[{\"entity\":\"/blog\",\"value\":2}]");
    }

    @Test
    void aReadOfCountersTakesSlashesAndAnEntityThatIsNamedLikeTheRoute() throws Exception {
        assertThat(ask("/api/v1/counters/visits//blog/series", "wk_all").body())
                .contains("\"entity\":\"/blog/series\"");
        assertThat(ask("/api/v1/counters/visits/series", "wk_all").body()).contains("\"entity\":\"series\"");
    }

    @ParameterizedTest
    @CsvSource({"/api/v1/counters/clicks/a/series", "/api/v1/top/clicks"})
    void aStreamWithoutRollupsSaysHowToHaveThem(String path) throws Exception {
        HttpResponse<String> response = ask(path, "wk_all");

        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(response.body()).contains("rollups = [minute, hour, day]");
    }

    @ParameterizedTest
    @CsvSource({
        "/api/v1/counters/visits/%2Fblog/series, 200",
        "/api/v1/counters/visits/%2F/series, 403",
        "/api/v1/top/visits, 403",
        "/badge/visits//blog.svg, 200",
        "/badge/visits//.svg, 403",
        "/api/v1/live/visits//, 403"
    })
    void whoSpeaksForOneEntityReadsThatAlone(String path, int status) throws Exception {
        assertThat(ask(path, "wk_blog").statusCode()).isEqualTo(status);
        assertThat(weir.send("GET", path, "").statusCode()).isEqualTo(401);
        assertThat(ask(path, "wk_unknown").statusCode()).isEqualTo(401);
    }

    @Test
    void aBadgeThatNeedsAKeyIsKeptByItsReaderAlone() throws Exception {
        HttpResponse<String> response = weir.send("GET", "/badge/visits//blog.svg?key=wk_blog", "");

        assertThat(response.headers().firstValue("Cache-Control")).hasValue("private, max-age=10");
        assertThat(response.body()).contains("aria-label=\"views: 2\"");
    }

    @Test
    void aCountIsFollowed() throws Exception {
        assertThat(weir.send("HEAD", "/api/v1/live/visits//blog?key=wk_blog", "")
                        .headers()
                        .firstValue("Content-Type")
                        .orElse(""))
                .startsWith("text/event-stream");
    }
}
