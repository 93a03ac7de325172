package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import io.weir.testkit.RedisForTests;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Short links over HTTP: their life, their redirects and their clicks, on real servers. */
class ShortLinksTest {
    private final PostgresTestDatabase database = PostgresForTests.freshDatabase();
    private final String prefix = RedisForTests.freshPrefix();

    @TempDir
    @SuppressWarnings("NullAway.Init") // by JUnit
    private Path home;

    @SuppressWarnings("NullAway.Init") // before each test
    private RunningWeir weir;

    @BeforeEach
    void start() throws Exception {
        weir = start(home, Map.of());
    }

    @AfterEach
    void stop() {
        weir.close();
    }

    private RunningWeir start(Path at, Map<String, Object> settings) throws Exception {
        Path streams = Files.createDirectories(at.resolve("conf/streams"));
        Files.writeString(
                streams.resolve("clicks.conf"),
                Files.readString(Path.of("conf/streams/redirect-clicks.conf"))
                        .replace("clicks:stream\"\n", prefix + "clicks\"\n"));
        return start(at, database, settings);
    }

    private RunningWeir start(Path at, PostgresTestDatabase on, Map<String, Object> settings) throws Exception {
        Map<String, Object> all = new HashMap<>(settings);
        all.put("weir.links.cache.redis-prefix", prefix + "link:");
        return RunningWeir.start(at, RedisForTests.url(), on.url(), all);
    }

    private HttpResponse<String> create(String body) throws Exception {
        return weir.send("POST", "/api/v1/links", body);
    }

    private static String location(HttpResponse<String> response) {
        return response.headers().firstValue("Location").orElse("");
    }

    @Test
    void aLinkIsCreatedRedirectsAndTellsItsClicks() throws Exception {
        HttpResponse<String> created =
                create("{\"code\":\"spring\",\"url\":\"https://example.com/a?b=%C3%BC#c\",\"project\":\"acme\"}");
        assertThat(created.statusCode()).isEqualTo(201);
        assertThat(location(created)).isEqualTo("/api/v1/links/spring");
        assertThat(created.body())
                .startsWith(
                        "{\"code\":\"spring\",\"shortUrl\":\"" + weir.url()
                                + "/spring\",\"url\":\"https://example.com/a?b=%C3%BC#c\",\"project\":\"acme\",\"createdAt\":\"")
                .endsWith("\"expiresAt\":null,\"clicks\":0,\"lastClicked\":null}");

        HttpResponse<String> redirect = weir.send(
                "GET",
                "/spring?utm_source=x",
                "",
                "User-Agent",
                RunningWeir.BROWSER + " \"x\"",
                "Referer",
                "https://ref.example/");
        assertThat(redirect.statusCode()).isEqualTo(302);
        assertThat(location(redirect)).isEqualTo("https://example.com/a?b=%C3%BC#c");
        assertThat(redirect.headers().firstValue("Cache-Control")).hasValue("private, no-store, max-age=0");
        assertThat(redirect.headers().firstValue("Referrer-Policy")).hasValue("strict-origin-when-cross-origin");

        // answered, and no clicks
        assertThat(weir.send("HEAD", "/spring", "").statusCode()).isEqualTo(302);
        assertThat(weir.send("GET", "/spring", "", "Sec-Purpose", "prefetch;anonymous-client-ip")
                        .statusCode())
                .isEqualTo(302);
        assertThat(weir.send("GET", "/spring", "", "Purpose", "prefetch").statusCode())
                .isEqualTo(302);
        assertThat(weir.get("/spring").statusCode()).isEqualTo(302);

        await().untilAsserted(() ->
                assertThat(database.query("SELECT clicks FROM short_links")).containsExactly("2"));
        assertThat(database.query(
                        "SELECT short_code, host(address), user_agent, referrer, original_url FROM click_events"
                                + " WHERE referrer IS NOT NULL"))
                .containsExactly("spring|127.0.0.0|" + RunningWeir.BROWSER
                        + " \"x\"|https://ref.example/|https://example.com/a?b=%C3%BC#c");
        assertThat(database.number("SELECT count(*) FROM click_events")).isEqualTo(2);
        assertThat(database.number("SELECT count(*) FROM click_events WHERE clicked_at > now() - interval '1 minute'"))
                .isEqualTo(2);
        assertThat(weir.get("/api/v1/links/spring").body()).contains("\"clicks\":2,\"lastClicked\":\"20");
    }

    @Test
    void aStopRecordsTheClicksThatWereAnswered() throws Exception {
        create("{\"code\":\"many\",\"url\":\"https://example.com/\"}");
        // the rules of enrichment load with the first
        assertThat(weir.get("/many").statusCode()).isEqualTo(302);
        await().untilAsserted(() ->
                assertThat(database.query("SELECT clicks FROM short_links")).containsExactly("1"));
        for (int i = 1; i < 500; i++) {
            assertThat(weir.get("/many").statusCode()).isEqualTo(302);
        }
        weir.close();
        assertThat(database.query("SELECT clicks FROM short_links")).containsExactly("500");
        assertThat(database.number("SELECT count(*) FROM click_events")).isEqualTo(500);
        weir = start(home, Map.of());
    }

    @Test
    void clicksWaitForOthersThatGoToTheLogWithThem() throws Exception {
        weir.close();
        weir = start(home, Map.of("weir.links.clicks.linger", "2s"));
        create("{\"code\":\"many\",\"url\":\"https://example.com/\"}");
        for (int i = 0; i < 60; i++) {
            assertThat(weir.get("/many").statusCode()).isEqualTo(302);
        }
        await().untilAsserted(() ->
                assertThat(database.query("SELECT clicks FROM short_links")).containsExactly("60"));
        try (RedisClient client = RedisClient.create(RedisForTests.url())) {
            assertThat(client.connect().sync().xlen(prefix + "clicks")).isBetween(1L, 20L);
        }
    }

    @Test
    void aGeneratedCodeIsNewEachTimeAndAChosenOneBelongsToWhoHasIt() throws Exception {
        HttpResponse<String> one = create("{\"url\":\"https://example.com/\"}");
        HttpResponse<String> other = create("{\"url\":\"https://example.com/\"}");
        assertThat(one.statusCode()).isEqualTo(201);
        assertThat(one.body()).containsPattern("\"code\":\"[2-9a-zA-Z]{7}\"");
        assertThat(location(other)).isNotEqualTo(location(one));

        String wanted = "{\"code\":\"mine\",\"url\":\"https://example.com/\",\"project\":\"p\"}";
        assertThat(create(wanted).statusCode()).isEqualTo(201);
        // a creation that was sent again
        assertThat(create(wanted).statusCode()).isEqualTo(200);
        HttpResponse<String> taken = create("{\"code\":\"mine\",\"url\":\"https://example.com/other\"}");
        assertThat(taken.statusCode()).isEqualTo(409);
        assertThat(taken.body()).contains("\"field\":\"code\"").contains("mine");
    }

    @Test
    void whatTheServerAnswersItselfIsNoCode() throws Exception {
        for (String code : new String[] {"api", "health", "metrics", "Dashboard", "ready"}) {
            HttpResponse<String> refused = create("{\"code\":\"" + code + "\",\"url\":\"https://example.com/\"}");
            assertThat(refused.statusCode()).as(code).isEqualTo(422);
            assertThat(refused.body()).contains("\"field\":\"code\"");
        }
        assertThat(weir.get("/health").statusCode()).isEqualTo(200);
        assertThat(weir.get("/favicon.ico").statusCode()).isEqualTo(404);
        assertThat(weir.get("/a/b").statusCode()).isEqualTo(404);
        assertThat(weir.send("POST", "/anything", "").statusCode()).isEqualTo(404);
    }

    @Test
    void badInputIsNamed() throws Exception {
        assertRefused("{\"url\":\"ftp://example.com/\"}", 422, "url");
        assertRefused("{}", 422, "url");
        assertRefused("{\"url\":\"https://user:pass@example.com/\"}", 422, "url");
        assertRefused("{\"url\":\"https://example.com/\\r\\nSet-Cookie: a=b\"}", 422, "url");
        assertRefused("{\"url\":\"" + weir.url() + "/other\"}", 422, "url");
        assertRefused("{\"url\":\"https://example.com/\",\"code\":\"a b\"}", 422, "code");
        assertRefused("{\"url\":\"https://example.com/\",\"code\":\"" + "a".repeat(65) + "\"}", 422, "code");
        assertRefused("{\"url\":\"https://example.com/\",\"target\":\"x\"}", 422, "target");
        assertRefused("{\"url\":\"https://example.com/\",\"project\":7}", 422, "project");
        assertRefused("{\"url\":\"https://example.com/\",\"project\":\"\"}", 422, "project");
        assertRefused("{\"url\":\"https://example.com/\",\"expiresAt\":\"tomorrow\"}", 422, "expiresAt");
        assertThat(create("[]").statusCode()).isEqualTo(400);
        assertThat(create("{\"url\":").statusCode()).isEqualTo(400);
        assertThat(create("{\"url\":\"" + "x".repeat(20_000) + "\"}").statusCode())
                .isEqualTo(413);
        assertThat(weir.get("/api/v1/links?limit=5000").statusCode()).isEqualTo(400);
        assertThat(weir.get("/api/v1/links?colour=red").body()).contains("\"field\":\"colour\"");
        assertThat(database.number("SELECT count(*) FROM short_links")).isZero();
    }

    private void assertRefused(String body, int status, String field) throws Exception {
        HttpResponse<String> refused = create(body);
        assertThat(refused.statusCode()).as(body).isEqualTo(status);
        assertThat(refused.body()).contains("\"field\":\"" + field + "\"");
        assertThat(refused.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    }

    @Test
    void aPatchSetsClearsAndLeaves() throws Exception {
        create(
                "{\"code\":\"p\",\"url\":\"https://example.com/1\",\"project\":\"a\",\"expiresAt\":\"2100-01-01T01:00:00+01:00\"}");
        assertThat(weir.send("PATCH", "/api/v1/links/p", "{\"url\":\"https://example.com/2\"}")
                        .body())
                .contains("\"url\":\"https://example.com/2\",\"project\":\"a\"")
                .contains("\"expiresAt\":\"2100-01-01T00:00:00Z\"");
        assertThat(weir.send("PATCH", "/api/v1/links/p", "{\"project\":null,\"expiresAt\":null}")
                        .body())
                .contains("\"url\":\"https://example.com/2\",\"project\":null")
                .contains("\"expiresAt\":null");
        assertThat(weir.send("PATCH", "/api/v1/links/p", "{\"url\":null}").statusCode())
                .isEqualTo(422);
        assertThat(weir.send("PATCH", "/api/v1/links/p", "{\"clicks\":\"9\"}").statusCode())
                .isEqualTo(422);
        assertThat(weir.send("PATCH", "/api/v1/links/none", "{}").statusCode()).isEqualTo(404);
    }

    @Test
    void aLinkThatHasExpiredIsGoneAndOneThatIsNotThereIsNot() throws Exception {
        create("{\"code\":\"old\",\"url\":\"https://example.com/\",\"expiresAt\":\"2020-01-01T00:00:00Z\"}");
        assertThat(weir.get("/old").statusCode()).isEqualTo(410);
        weir.send("PATCH", "/api/v1/links/old", "{\"expiresAt\":null}");
        assertThat(weir.get("/old").statusCode()).isEqualTo(302);

        HttpResponse<String> none = weir.get("/nothing");
        assertThat(none.statusCode()).isEqualTo(404);
        assertThat(none.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        // nobody may keep a 404 for a code that may be a link tomorrow
        assertThat(none.headers().firstValue("Cache-Control")).hasValue("private, no-store, max-age=0");
        create("{\"code\":\"nothing\",\"url\":\"https://example.com/now\"}");
        assertThat(location(weir.get("/nothing"))).isEqualTo("https://example.com/now");

        assertThat(weir.send("DELETE", "/api/v1/links/nothing", "").statusCode())
                .isEqualTo(204);
        assertThat(weir.get("/nothing").statusCode()).isEqualTo(404);
        assertThat(weir.send("DELETE", "/api/v1/links/nothing", "").statusCode())
                .isEqualTo(404);
        create("{\"code\":\"nothing\",\"url\":\"https://example.com/again\"}");
        assertThat(location(weir.get("/nothing"))).isEqualTo("https://example.com/again");
    }

    @Test
    void linksAreListedPageByPageAndByProject() throws Exception {
        for (String code : new String[] {"c", "a", "b", "d"}) {
            create("{\"code\":\"" + code + "\",\"url\":\"https://example.com/\",\"project\":\""
                    + (code.equals("b") ? "y" : "x") + "\"}");
        }
        HttpResponse<String> first = weir.get("/api/v1/links?limit=3");
        assertThat(first.body())
                .containsSubsequence("\"code\":\"a\"", "\"code\":\"b\"", "\"code\":\"c\"", "\"next\":\"c\"")
                .doesNotContain("\"code\":\"d\"");
        assertThat(weir.get("/api/v1/links?limit=3&after=c").body())
                .contains("\"code\":\"d\"")
                .endsWith("\"next\":null}");
        assertThat(weir.get("/api/v1/links?project=y").body())
                .contains("\"code\":\"b\"")
                .doesNotContain("\"code\":\"a\"");
    }

    @Test
    void codesWithoutALinkAreNotLookedForEachTime() throws Exception {
        assertThat(weir.get("/probe").statusCode()).isEqualTo(404);
        // by somebody who tells no cache
        database.execute("INSERT INTO short_links (code, url) VALUES ('probe', 'https://example.com/')");
        assertThat(weir.get("/probe").statusCode()).isEqualTo(404);
        assertThat(lookups("database")).isEqualTo(1);
        assertThat(lookups("memory")).isEqualTo(1);
    }

    private double lookups(String source) throws Exception {
        return weir.get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("weir_link_lookups_total{source=\"" + source))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' ') + 1)))
                .sum();
    }

    @Test
    void aChangeOnOneServerReachesTheOther(@TempDir Path otherHome) throws Exception {
        DefinitionHome.write(
                otherHome,
                "weir.streams.other { redis-key = \"" + prefix + "other\"\n" + DefinitionHome.LINK_CLICKS + "}");
        try (RunningWeir other = start(otherHome, database, Map.of("weir.links.cache.ttl", "1h"))) {
            assertThat(other.get("/shared").statusCode()).isEqualTo(404);
            create("{\"code\":\"shared\",\"url\":\"https://example.com/1\"}");
            // far sooner than its times allow
            await().until(() -> location(other.get("/shared")).equals("https://example.com/1"));
            assertThat(location(weir.get("/shared"))).isEqualTo("https://example.com/1");

            weir.send("PATCH", "/api/v1/links/shared", "{\"url\":\"https://example.com/2\"}");
            assertThat(location(weir.get("/shared"))).isEqualTo("https://example.com/2");
            await().until(() -> location(other.get("/shared")).equals("https://example.com/2"));

            other.send("DELETE", "/api/v1/links/shared", "");
            assertThat(other.get("/shared").statusCode()).isEqualTo(404);
            await().until(() -> weir.get("/shared").statusCode() == 404);
        }
    }

    @Test
    void administrationIsNotEverybodys() throws Exception {
        assertThat(weir.send("GET", "/api/v1/links", "", "X-Forwarded-For", "192.0.2.1")
                        .statusCode())
                .isEqualTo(403);
        assertThat(weir.send("POST", "/api/v1/links", "{}", "Origin", "https://evil.example")
                        .statusCode())
                .isEqualTo(403);
    }
}
