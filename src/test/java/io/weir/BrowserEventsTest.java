package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.settings.AccessKeyHash;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import io.weir.testkit.RedisForTests;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Events as pages send them: beacons, pixels, and from people who want nothing kept. */
class BrowserEventsTest {
    private static final PostgresTestDatabase DATABASE = PostgresForTests.freshDatabase();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @SuppressWarnings("NullAway.Init") // set before all
    private static RunningWeir weir;

    @BeforeAll
    static void start(@TempDir Path home) throws Exception {
        DATABASE.execute(
                "CREATE TABLE seen (path text PRIMARY KEY, n bigint NOT NULL DEFAULT 0, price double precision,"
                        + " fresh boolean, at timestamptz, more jsonb)");
        DefinitionHome.write(home, """
            weir.streams.seen {
              redis-key = "%1$sseen"
              ingest { pixel = true }
              fields {
                path = { type = text, required = true }
                n = { type = long, default = 1, max = 100 }
                price = double
                fresh = boolean
                at = { type = timestamp, default = now }
                more = json
              }
              entity = path
              counters = [{
                table = seen
                key { path = path }
                set {
                  n = "sum(n)", price = "last(price)", fresh = "last(fresh)", at = "max(at)", more = "last(more)"
                }
              }]
            }
            weir.streams.private {
              redis-key = "%1$sprivate"
              ingest { path = "/private", privacy-signals = honour, pixel = true }
              fields { path = { type = text, required = true } }
              entity = path
              counters = [{ table = pages, key { path = path }, set { views = count } }]
            }
            weir.streams.story-views {
              redis-key = "%1$sviews"
              ingest { path = "/api/stories/{storyId}/view", privacy-signals = honour }
              fields { storyId = { type = text, required = true } }
              entity = storyId
              counters = [{ table = stories, key { id = storyId }, set { read_count = count } }]
            }
            weir.streams.plain {
              redis-key = "%1$splain"
              fields { path = { type = text, required = true } }
              entity = path
              counters = [{ table = pages, key { path = path }, set { bytes = count } }]
            }
            """.formatted(RedisForTests.freshPrefix()));
        weir = RunningWeir.start(
                home,
                RedisForTests.url(),
                DATABASE.url(),
                Map.of(
                        "weir.access.keys.page.hash",
                        AccessKeyHash.of("wk_page"),
                        "weir.access.keys.page.origins",
                        List.of("https://site.example")));
    }

    @AfterAll
    static void stop() {
        weir.close();
    }

    private static HttpResponse<byte[]> pixel(String method, String query, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(weir.url() + "/p.gif?key=wk_page&" + query))
                .method(method, HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    /** What an entity's count is now, committed or not. */
    private static String count(String stream, String entity) throws Exception {
        String body = weir.get("/api/v1/counters/" + stream + "/" + entity + "?key=wk_page")
                .body();
        return body.replaceFirst(".*?\"(n|views|bytes|read_count)\":\\{[^}]*\"total\":([^}]*)}.*", "$2");
    }

    /** An accepted event is counted once its consumer has read it. */
    private static void awaitOne(String stream, String entity) {
        await().untilAsserted(() -> assertThat(count(stream, entity)).isEqualTo("1"));
    }

    private static void assertGif(HttpResponse<byte[]> answer) {
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).contains("image/gif");
        assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
        assertThat(answer.headers().firstValue("Cross-Origin-Resource-Policy")).contains("cross-origin");
    }

    @Test
    void aBeaconIsTakenFromThePageThatItsKeyIsFor() throws Exception {
        // as Chromium sends navigator.sendBeacon(url, JSON.stringify({…})): a text, without preflight, with what it
        // says of itself
        String[] headers = {
            "Origin", "https://site.example",
            "Referer", "https://site.example/",
            "Accept", "*/*",
            "Sec-Fetch-Site", "cross-site",
            "Sec-Fetch-Mode", "no-cors",
            "Sec-Fetch-Dest", "empty"
        };
        String path = "/api/v1/streams/plain/events?key=wk_page";
        HttpResponse<String> taken = weir.post(path, "text/plain;charset=UTF-8", "{\"path\":\"beacon\"}", headers);
        assertThat(taken.statusCode()).isEqualTo(202);
        assertThat(taken.headers().firstValue("Access-Control-Allow-Credentials"))
                .contains("true");
        awaitOne("plain", "beacon");

        headers[1] = "https://evil.example";
        assertThat(weir.post(path, "text/plain;charset=UTF-8", "{\"path\":\"beacon\"}", headers)
                        .statusCode())
                .isEqualTo(403);
        assertThat(weir.post(path, "application/x-www-form-urlencoded", "path=beacon")
                        .statusCode())
                .isEqualTo(415);
        awaitOne("plain", "beacon");
    }

    @Test
    void aPixelIsOneEventOfItsQuery() throws Exception {
        HttpResponse<byte[]> answer = pixel(
                "GET",
                "stream=seen&path=%2Fa+b%26c&n=3&price=1.5e1&fresh=true&at=1772359200000&more=%7B%22a%22%3A%5B1%5D%7D"
                        + "&utm=ignored&_=1");

        assertGif(answer);
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(answer.body()));
        assertThat(answer.body()).hasSize(43);
        assertThat(image.getWidth()).isEqualTo(1);
        assertThat(image.getHeight()).isEqualTo(1);
        assertThat(image.getRGB(0, 0) >>> 24).as("opacity").isZero();
        assertThat(weir.post(
                                "/api/v1/streams/seen/events?wait=committed&key=wk_page",
                                RunningWeir.JSON,
                                "{\"path\":\"x\"}")
                        .statusCode())
                .isEqualTo(200);
        assertThat(DATABASE.query("SELECT path, n, price, fresh, extract(epoch FROM at)::bigint, more FROM seen"
                        + " WHERE path LIKE '/a%'"))
                .containsExactly("/a b&c|3|15|t|1772359200|{\"a\": [1]}");
    }

    @Test
    void aParameterWithoutValueIsLeftOut() throws Exception {
        assertGif(pixel("GET", "stream=seen&path=empty&n=&price=&fresh=&more="));
        awaitOne("seen", "empty");
    }

    @ParameterizedTest
    @CsvSource({
        "stream=seen, invalid-event, path",
        "stream=seen&path=bad&n=many, invalid-event, n",
        "stream=seen&path=bad&n=1.5, invalid-event, n",
        "stream=seen&path=bad&n=101, invalid-event, n",
        "stream=seen&path=bad&price=0x1, invalid-event, price",
        "stream=seen&path=bad&fresh=yes, invalid-event, fresh",
        "stream=seen&path=bad&at=today, invalid-event, at",
        "stream=seen&path=bad&path=good, invalid-parameter, path",
        "path=bad, invalid-parameter, stream"
    })
    void whatIsWrongWithAPixelIsToldAndNothingIsCounted(String query, String type, String field) throws Exception {
        HttpResponse<byte[]> answer = pixel("GET", query);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(new String(answer.body(), StandardCharsets.UTF_8))
                .contains("urn:weir:problem:" + type, "\"field\":\"" + field + "\"");
        assertThat(count("seen", "bad")).isEqualTo("0");
    }

    @Test
    void aJsonParameterAddsNoOtherField() throws Exception {
        assertGif(pixel("GET", "stream=seen&path=mine&more=1%2C%22n%22%3A50"));
        awaitOne("seen", "mine");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"Sec-Purpose=prefetch", "Sec-Purpose=prefetch;prerender", "Purpose=prefetch", "X-Moz=prefetch"})
    void whatNobodyAskedToSeeIsNotCounted(String header) throws Exception {
        String[] parts = header.split("=");
        assertGif(pixel("GET", "stream=seen&path=ahead", parts));
        assertThat(count("seen", "ahead")).isEqualTo("0");
    }

    @Test
    void headIsAnsweredAndNotCounted() throws Exception {
        HttpResponse<byte[]> head = pixel("HEAD", "stream=seen&path=head");
        assertGif(head);
        assertThat(head.body()).isEmpty();
        assertThat(count("seen", "head")).isEqualTo("0");
        assertThat(metric("weir_pixel_not_counted_total{stream=\"seen\"}")).isPositive();
    }

    @Test
    void onlyAStreamThatSaysSoHasAPixelAndOnlyForAKey() throws Exception {
        assertThat(pixel("GET", "stream=plain&path=x").statusCode()).isEqualTo(404);
        assertThat(pixel("GET", "stream=rivers&path=x").statusCode()).isEqualTo(404);
        assertThat(weir.get("/p.gif?stream=seen&path=nokey").statusCode()).isEqualTo(401);
        assertThat(weir.get("/p.gif?stream=seen&path=nokey&key=other").statusCode())
                .isEqualTo(401);
        assertThat(count("seen", "nokey")).isEqualTo("0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Sec-GPC", "DNT"})
    void nothingIsKeptOfWhoWantsNothingKept(String signal) throws Exception {
        double before = metric("weir_ingest_left_out_total{stream=\"private\"}");
        HttpResponse<String> answer =
                weir.post("/private?key=wk_page", RunningWeir.JSON, "{\"path\":\"" + signal + "\"}", signal, "1");
        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(answer.body()).isEqualTo("{\"accepted\":0}");
        HttpResponse<String> waiting = weir.post(
                "/private?wait=committed&key=wk_page", RunningWeir.JSON, "{\"path\":\"" + signal + "\"}", signal, "1");
        assertThat(waiting.body()).isEqualTo("{\"accepted\":0,\"committed\":true}");
        assertGif(pixel("GET", "stream=private&path=" + signal, signal, "1"));

        assertThat(count("private", signal)).isEqualTo("0");
        assertThat(metric("weir_ingest_left_out_total{stream=\"private\"}")).isEqualTo(before + 3);
        weir.post("/private?key=wk_page", RunningWeir.JSON, "{\"path\":\"" + signal + "\"}", signal, "0");
        awaitOne("private", signal);
        assertThat(weir.get("/api/admin/ledger?stream=private").body()).contains("\"balanced\":true");
    }

    @Test
    void aViewOfWhoWantsNothingKeptIsAnsweredWithTheCountAsItIs() throws Exception {
        String path = "/api/stories/s1/view?key=wk_page";
        assertThat(weir.send("POST", path, "").body()).endsWith("\"viewCount\":1}");
        assertThat(weir.send("POST", path, "", "Sec-GPC", "1").body())
                .isEqualTo("{\"success\":true,\"isFirstView\":false,\"viewCount\":1}");
        assertThat(weir.send("POST", path, "").body()).endsWith("\"viewCount\":2}");
    }

    @Test
    void aStreamThatDoesNotAskCountsThemToo() throws Exception {
        weir.post("/api/v1/streams/plain/events?key=wk_page", RunningWeir.JSON, "{\"path\":\"gpc\"}", "Sec-GPC", "1");
        awaitOne("plain", "gpc");
    }

    private static double metric(String name) throws Exception {
        return weir.get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(name))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
