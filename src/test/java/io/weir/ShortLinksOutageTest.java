package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.embedded.EmbeddedPostgresServer;
import io.weir.embedded.EmbeddedRedisServer;
import io.weir.testkit.PostgresTestDatabase;
import io.weir.testkit.RedisForTests;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Redirects while Redis is killed, and PostgreSQL with it: answered, and every click of theirs counted once. */
class ShortLinksOutageTest {
    private static final String ALWAYS_ASK = "1ms";

    private EmbeddedRedisServer redis;
    private EmbeddedPostgresServer postgres;
    private Path home;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        redis = RedisForTests.startPrivate(directory.resolve("redis"));
        RedisForTests.keepAll(redis);
        postgres = EmbeddedPostgresServer.start(directory.resolve("postgres"), 0, Duration.ofSeconds(60));
        home = directory.resolve("home");
        Path streams = Files.createDirectories(home.resolve("conf/streams"));
        Files.copy(Path.of("conf/streams/redirect-clicks.conf"), streams.resolve("redirect-clicks.conf"));
    }

    @AfterEach
    void stop() {
        redis.close();
        postgres.close();
    }

    private RunningWeir weir(Map<String, Object> settings) throws Exception {
        return RunningWeir.start(home, redis.url(), postgres.url(), settings);
    }

    private static void create(RunningWeir weir, String code) throws Exception {
        assertThat(weir.send(
                                "POST",
                                "/api/v1/links",
                                "{\"code\":\"" + code + "\",\"url\":\"https://example.com/" + code + "\"}")
                        .statusCode())
                .isEqualTo(201);
    }

    private static int click(RunningWeir weir, String code, int times) throws Exception {
        for (int i = 0; i < times; i++) {
            HttpResponse<String> redirect = weir.get("/" + code);
            assertThat(redirect.statusCode()).isEqualTo(302);
            assertThat(redirect.headers().firstValue("Location")).hasValue("https://example.com/" + code);
        }
        return times;
    }

    private void awaitClicks(long expected) {
        PostgresTestDatabase database = new PostgresTestDatabase(postgres.url());
        await().ignoreExceptions()
                .untilAsserted(() -> assertThat(database.query(
                                "SELECT (SELECT count(*) FROM click_events), (SELECT sum(clicks) FROM short_links)"))
                        .containsExactly(expected + "|" + expected));
    }

    @Test
    void withRedisKilledEveryLinkRedirectsAndEveryClickIsCountedOnce() throws Exception {
        try (RunningWeir weir = weir(Map.of("weir.pipeline.max-backoff", "300ms"))) {
            create(weir, "cached");
            create(weir, "cold");
            int clicks = click(weir, "cached", 50);
            redis.kill();
            clicks += click(weir, "cached", 50);
            // from the table, which is all that is left
            clicks += click(weir, "cold", 50);
            PostgresTestDatabase database = new PostgresTestDatabase(postgres.url());
            await().until(() -> database.number("SELECT sum(direct_events) FROM stream_cursor") > 0);
            redis.restart();
            clicks += click(weir, "cold", 50);
            awaitClicks(clicks);
        }
    }

    @Test
    void withBothKilledWhatIsInMemoryRedirectsAndItsClicksAreCountedOnTheirReturn() throws Exception {
        try (RunningWeir weir = weir(Map.of(
                "weir.links.cache.ttl", ALWAYS_ASK,
                "weir.links.clicks.keep-for", "2m",
                "weir.pipeline.max-backoff", "300ms"))) {
            create(weir, "cached");
            create(weir, "cold");
            int clicks = click(weir, "cached", 20);
            redis.kill();
            postgres.stopImmediately();
            clicks += click(weir, "cached", 100);
            HttpResponse<String> cold = weir.get("/cold");
            assertThat(cold.statusCode()).isEqualTo(503);
            assertThat(cold.headers().firstValue("Retry-After")).isPresent();
            assertThat(weir.get("/api/v1/links/cached").statusCode()).isEqualTo(503);
            postgres.restart();
            redis.restart();
            awaitClicks(clicks);
            await().ignoreExceptions().until(() -> weir.get("/cold").statusCode() == 302);
            awaitClicks(clicks + 1L);
        }
    }

    @Test
    void clicksBeyondTheirBoundAreDroppedAndCountedAndTheirRedirectsAreNot() throws Exception {
        try (RunningWeir weir =
                weir(Map.of("weir.links.clicks.max-in-flight", 10, "weir.links.clicks.keep-for", "2m"))) {
            create(weir, "cached");
            int clicks = click(weir, "cached", 1);
            awaitClicks(clicks);
            redis.kill();
            postgres.stopImmediately();
            click(weir, "cached", 30);
            // each is recorded after its redirect
            await().untilAsserted(() -> assertThat(weir.get("/metrics").body())
                    .contains("weir_link_clicks_total{outcome=\"dropped_full\"} 20.0")
                    .contains("weir_link_clicks_in_flight 10.0"));
            postgres.restart();
            redis.restart();
            awaitClicks(clicks + 10L);
        }
    }

    @Test
    void aTableThatIsNoTableOfLinksStopsTheStart() {
        assertThat(org.assertj.core.api.Assertions.catchThrowable(
                        () -> weir(Map.of("weir.links.table", "stream_cursor"))))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("links.table = stream_cursor");
    }
}
