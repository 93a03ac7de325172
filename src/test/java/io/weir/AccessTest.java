package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.settings.AccessKeyHash;
import io.weir.settings.SettingsException;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import io.weir.testkit.RedisForTests;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A server with write keys. */
class AccessTest {
    private static final String KEY = "wk_of_all";
    private static final String CLICKS_KEY = "wk_of_clicks";
    private static final String ACME_KEY = "wk_of_acme";
    private static final String CLICKS = "/api/v1/streams/clicks/events";
    private static final String USAGE = "/api/v1/usage";
    private static final String CLICK = "{\"linkId\":\"a\"}";

    private static final PostgresTestDatabase DATABASE = PostgresForTests.freshDatabase();

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private static Path home;

    @SuppressWarnings("NullAway.Init") // set before all
    private static RunningWeir weir;

    private static Map<String, Object> keys() {
        Map<String, Object> settings = new HashMap<>();
        settings.put("weir.access.keys.all.hash", AccessKeyHash.of(KEY));
        settings.put("weir.access.keys.clicks.hash", AccessKeyHash.of(CLICKS_KEY));
        settings.put("weir.access.keys.clicks.streams", List.of("clicks"));
        settings.put("weir.access.keys.clicks.origins", List.of("https://clicks.example"));
        settings.put("weir.access.keys.acme.hash", AccessKeyHash.of(ACME_KEY));
        settings.put("weir.access.keys.acme.fields.projectId", "acme");
        settings.put("weir.access.public-streams", List.of("open"));
        settings.put("weir.access.cors-origins", List.of("https://other.example"));
        return settings;
    }

    @BeforeAll
    static void start() throws Exception {
        writeStreams(home);
        weir = RunningWeir.start(home, RedisForTests.url(), DATABASE.url(), keys());
    }

    private static void writeStreams(Path directory) throws Exception {
        DefinitionHome.write(directory, """
            weir.streams.clicks {
              redis-key = "%1$sclicks"
              ingest { path = "/api/v1/clicks" }
              fields { linkId = { type = text, required = true }, count = { type = long, default = 1 } }
              entity = linkId
              counters = [{ table = links, key { id = linkId }, set { clicks = "sum(count)" } }]
            }
            weir.streams.usage {
              redis-key = "%1$susage"
              ingest { path = "/api/v1/usage", body = [object, array, ndjson] }
              fields { projectId = { type = text, required = true }, usageCount = { type = long, default = 1 } }
              entity = projectId
              counters = [{ table = projects, key { id = projectId }, set { usage = "sum(usageCount)" } }]
            }
            weir.streams.stories {
              redis-key = "%1$sstories"
              ingest { path = "/api/stories/{storyId}/view" }
              fields { storyId = { type = text, required = true }, projectId = text }
              entity = storyId
              counters = [{ table = stories, key { id = storyId }, set { read_count = count } }]
            }
            weir.streams.open {
              redis-key = "%1$sopen"
              fields { path = { type = text, required = true } }
              entity = path
              counters = [{ table = pages, key { path = path }, set { views = count } }]
            }
            """.formatted(RedisForTests.freshPrefix()));
    }

    @AfterAll
    static void stop() {
        weir.close();
    }

    private static HttpResponse<String> post(String path, String body, String... headers) throws Exception {
        return weir.post(path, RunningWeir.JSON, body, headers);
    }

    private static String metric(String name) throws Exception {
        return weir.get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(name))
                .findFirst()
                .orElse("");
    }

    @ParameterizedTest
    @CsvSource({
        "/api/v1/streams/clicks/events, Authorization, Bearer wk_of_all",
        "/api/v1/clicks, Authorization, bearer wk_of_clicks",
        "/api/v1/clicks, X-Weir-Key, wk_of_all",
        "/api/v1/clicks?key=wk_of_all, X-Other, x",
        "/api/v1/clicks?wait=committed&key=wk_of_clicks, X-Other, x"
    })
    void aKeyOpensItsStreamsInEachWayOfShowingIt(String path, String header, String value) throws Exception {
        assertThat(post(path, CLICK, header, value).statusCode()).isIn(200, 202);
    }

    @ParameterizedTest
    @CsvSource({
        "POST, /api/v1/streams/clicks/events",
        "POST, /api/v1/clicks",
        "POST, /api/v1/usage",
        "POST, /api/stories/s1/view",
        "GET, /api/stories/s1/view",
        "HEAD, /api/stories/s1/view",
        "GET, /api/v1/counters/clicks/a"
    })
    void withoutAKeyAndWithAWrongOneNobodyGetsIn(String method, String path) throws Exception {
        String body = method.equals("POST") ? CLICK : "";
        HttpResponse<String> none = weir.send(method, path, body);
        HttpResponse<String> wrong = weir.send(method, path + "?key=wk_of_alk", body);

        assertThat(none.statusCode()).isEqualTo(401);
        assertThat(none.headers().firstValue("WWW-Authenticate")).contains("Bearer realm=\"weir\"");
        assertThat(wrong.statusCode()).isEqualTo(401);
        assertThat(wrong.headers().firstValue("WWW-Authenticate"))
                .contains("Bearer realm=\"weir\", error=\"invalid_token\"");
        if (!method.equals("HEAD")) {
            assertThat(none.body()).contains("urn:weir:problem:key-required", "X-Weir-Key");
            assertThat(wrong.body()).contains("urn:weir:problem:key-unknown").doesNotContain("wk_of_alk");
        }
        assertThat(weir.send(method, path, body, "Authorization", "Basic " + KEY)
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void refusalsAndUsesAreCounted() throws Exception {
        post(CLICKS, CLICK);
        post(CLICKS, CLICK, "X-Weir-Key", KEY);

        assertThat(metric("weir_http_refused_total{reason=\"key_required\",stream=\"clicks\"}"))
                .doesNotEndWith(" 0.0");
        assertThat(metric("weir_access_requests_total{key=\"all\"}"))
                .isNotEmpty()
                .doesNotEndWith(" 0.0");
    }

    @Test
    void aKeyIsForItsStreamsOnly() throws Exception {
        HttpResponse<String> refused = post(USAGE, "{\"projectId\":\"x\"}", "X-Weir-Key", CLICKS_KEY);

        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.body()).contains("urn:weir:problem:not-permitted", "usage");
        assertThat(post(CLICKS, CLICK, "X-Weir-Key", ACME_KEY).statusCode())
                .as("a stream without the field that the key belongs to")
                .isEqualTo(403);
    }

    @Test
    void aPublicStreamAndWhatIsNoStreamNeedNoKey() throws Exception {
        assertThat(post("/api/v1/streams/open/events", "{\"path\":\"/\"}").statusCode())
                .isEqualTo(202);
        assertThat(weir.get("/api/v1/counters/open/x").statusCode()).isEqualTo(200);
        assertThat(weir.get("/health").statusCode()).isEqualTo(200);
        assertThat(post("/api/v1/streams/none/events", "{}").statusCode()).isEqualTo(404);
        assertThat(weir.get("/api/v1/counters/none/x").statusCode()).isEqualTo(404);
    }

    @Test
    void eventsGetTheFieldThatTheirKeyBelongsTo() throws Exception {
        HttpResponse<String> taken =
                post(USAGE + "?wait=committed", "[{},{\"projectId\":\"acme\"}]", "X-Weir-Key", ACME_KEY);

        assertThat(taken.body()).isEqualTo("{\"accepted\":2,\"committed\":true}");
        assertThat(DATABASE.query("SELECT id, usage FROM projects WHERE id = 'acme'"))
                .containsExactly("acme|2");
    }

    @Test
    void anEventOfAnotherProjectIsRefusedAsAWholeAndNamed() throws Exception {
        HttpResponse<String> refused =
                post(USAGE, "[{},{\"projectId\":\"globex\",\"usageCount\":9}]", "X-Weir-Key", ACME_KEY);

        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body())
                .contains("urn:weir:problem:invalid-event", "\"index\":1", "\"field\":\"projectId\"", "globex");
        HttpResponse<String> kept =
                post(USAGE + "?on-invalid=dead-letter", "{\"projectId\":\"globex\"}", "X-Weir-Key", ACME_KEY);
        assertThat(kept.statusCode()).isEqualTo(400);
        assertThat(kept.body()).contains("\"field\":\"on-invalid\"");
        assertThat(DATABASE.number("SELECT count(*) FROM dead_letter")).isZero();
        assertThat(weir.get("/api/v1/counters/usage/globex?key=" + KEY).body()).contains("\"total\":0");
    }

    @Test
    void whoSpeaksForOneProjectReadsNoOthersCounts() throws Exception {
        assertThat(weir.get("/api/v1/counters/usage/acme?key=" + ACME_KEY).statusCode())
                .isEqualTo(200);
        assertThat(weir.get("/api/v1/counters/usage/globex?key=" + ACME_KEY).statusCode())
                .isEqualTo(403);
        assertThat(weir.get("/api/v1/counters/usage/globex?key=" + KEY).statusCode())
                .isEqualTo(200);
        // whose story it is, nobody can tell
        assertThat(weir.get("/api/stories/s1/view?key=" + ACME_KEY).statusCode())
                .isEqualTo(403);
        assertThat(weir.get("/api/stories/s1/view?key=" + KEY).statusCode()).isEqualTo(200);
        assertThat(weir.send("POST", "/api/stories/s1/view?key=" + ACME_KEY, "").statusCode())
                .isEqualTo(200);
    }

    @Test
    void aPreflightIsAnsweredForPagesOfAnyKeyAndForNoOther() throws Exception {
        for (String origin : List.of("https://clicks.example", "https://other.example")) {
            HttpResponse<String> answer = weir.send(
                    "OPTIONS",
                    "/api/v1/clicks",
                    "",
                    "Origin",
                    origin,
                    "Access-Control-Request-Method",
                    "POST",
                    "Access-Control-Request-Headers",
                    "content-type,x-weir-key");
            assertThat(answer.statusCode()).isEqualTo(204);
            assertThat(answer.headers().firstValue("Access-Control-Allow-Origin"))
                    .contains(origin);
            assertThat(answer.headers().firstValue("Access-Control-Allow-Methods"))
                    .contains("POST, OPTIONS");
            assertThat(answer.headers()
                            .firstValue("Access-Control-Allow-Headers")
                            .orElse(""))
                    .contains("Content-Type", "Idempotency-Key", "Authorization", "X-Weir-Key", "X-User-Id");
            assertThat(answer.headers().firstValue("Access-Control-Max-Age")).contains("600");
            assertThat(answer.headers().allValues("Vary")).contains("Origin");
        }
        HttpResponse<String> other = weir.send(
                "OPTIONS",
                "/api/v1/clicks",
                "",
                "Origin",
                "https://clicks.example.evil",
                "Access-Control-Request-Method",
                "POST");
        assertThat(other.headers().map().keySet()).noneMatch(name -> name.startsWith("access-control-"));
        assertThat(other.headers().allValues("Vary")).contains("Origin");
    }

    @Test
    void aPageReadsAnswersAndErrors() throws Exception {
        String origin = "https://clicks.example";
        assertReadable(post(CLICKS + "?key=" + CLICKS_KEY, CLICK, "Origin", origin), 202, origin);
        assertReadable(post(CLICKS + "?key=" + CLICKS_KEY, "{}", "Origin", origin), 400, origin);
        assertReadable(post(CLICKS, CLICK, "Origin", origin), 401, origin);
        assertReadable(post("/nowhere", CLICK, "Origin", origin), 404, origin);
        assertThat(weir.send("GET", "/api/admin/ledger", "", "Origin", "https://other.example")
                        .headers()
                        .map()
                        .keySet())
                .as("of an administrative route")
                .noneMatch(name -> name.startsWith("access-control-"));
    }

    private static void assertReadable(HttpResponse<String> answer, int status, String origin) {
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().allValues("Access-Control-Allow-Origin")).containsExactly(origin);
        assertThat(answer.headers().firstValue("Access-Control-Expose-Headers"))
                .hasValueSatisfying(headers -> assertThat(headers).contains("Retry-After", "X-RateLimit-Remaining"));
        assertThat(answer.headers().allValues("Vary")).containsExactly("Origin");
    }

    @Test
    void aKeyOfOnePageIsOfNoUseToAnother() throws Exception {
        HttpResponse<String> refused = post(CLICKS + "?key=" + CLICKS_KEY, CLICK, "Origin", "https://evil.example");

        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.body()).contains("urn:weir:problem:origin-not-allowed", "weir.access.keys.clicks.origins");
        assertThat(refused.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
        assertThat(post(CLICKS, CLICK, "X-Weir-Key", KEY, "Origin", "https://evil.example")
                        .statusCode())
                .as("a key without origins")
                .isEqualTo(202);
    }

    @ParameterizedTest
    @CsvSource({
        "keys.clicks.streams, rivers, no stream",
        "public-streams, rivers, no stream",
        "keys.acme.fields.planet, earth, would open nothing"
    })
    void aKeyThatFitsNoStreamStopsTheStart(String setting, String value, String problem) {
        Map<String, Object> settings = keys();
        settings.put("weir.access." + setting, setting.contains("fields") ? value : List.of(value));
        assertThatThrownBy(() -> RunningWeir.start(home, RedisForTests.url(), DATABASE.url(), settings))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("weir.access.")
                .hasMessageContaining(problem);
    }

    @Test
    void aServerThatOthersReachStartsWithoutKeysOnlyWhenToldTo(@TempDir Path own) throws Exception {
        writeStreams(own);
        String database = PostgresForTests.freshDatabase().url();
        Map<String, Object> settings = new HashMap<>(Map.of("weir.http.host", "0.0.0.0"));
        assertThatThrownBy(() -> RunningWeir.start(own, RedisForTests.url(), database, settings))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("weir.access.open")
                .hasMessageContaining("WEIR_ACCESS_OPEN")
                .hasMessageContaining("./weir keys create");
        settings.put("weir.access.open", "true");
        // nobody can ask at an address that is every one
        try (RunningWeir open = RunningWeir.startUnready(own, RedisForTests.url(), database, settings)) {
            assertThat(open.url()).as("where it listens").startsWith("http://0");
        }
        settings.putAll(keys());
        settings.put("weir.access.open", "false");
        RunningWeir.startUnready(own, RedisForTests.url(), database, settings).close();
    }

    @Test
    void transportSecurityIsSaidWhereItIsSet(@TempDir Path own) throws Exception {
        writeStreams(own);
        String value = "max-age=31536000; includeSubDomains";
        try (RunningWeir secure = RunningWeir.start(
                own,
                RedisForTests.url(),
                PostgresForTests.freshDatabase().url(),
                Map.of("weir.access.strict-transport-security", value))) {
            HttpResponse<String> answer = secure.get("/health");
            assertThat(answer.headers().firstValue("Strict-Transport-Security")).contains(value);
            assertThat(answer.headers().firstValue("Vary"))
                    .as("without pages of other origins")
                    .isEmpty();
        }
    }
}
