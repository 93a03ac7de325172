package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.embedded.EmbeddedPostgresServer;
import io.weir.embedded.EmbeddedRedisServer;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import io.weir.testkit.RedisForTests;
import io.weir.testkit.WeirProcess;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code /ready} and {@code /alive} say, while what they tell of really happens. */
class ProbesTest {
    private static final String CLICK = "{\"linkId\":\"a\"}";

    private final HttpClient client = HttpClient.newHttpClient();
    private EmbeddedRedisServer redis;

    @BeforeEach
    void startRedis(@TempDir Path directory) {
        redis = RedisForTests.startPrivate(directory);
    }

    @AfterEach
    void stop() {
        client.close();
        redis.close();
    }

    private HttpResponse<String> get(String url) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create(url))
                        .timeout(Duration.ofSeconds(3))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private CompletableFuture<HttpResponse<String>> click(String url) {
        return client.sendAsync(
                HttpRequest.newBuilder(URI.create(url + "/api/v1/clicks"))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(CLICK))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private void isReady(String url) {
        await().ignoreException(HttpTimeoutException.class).untilAsserted(() -> {
            HttpResponse<String> ready = get(url + "/ready");
            assertThat(ready.body()).isEqualTo("{\"status\":\"ready\"}");
            assertThat(ready.statusCode()).isEqualTo(200);
        });
    }

    private void isNotReady(String url, String reason, String detail) {
        await().ignoreException(HttpTimeoutException.class).untilAsserted(() -> {
            HttpResponse<String> ready = get(url + "/ready");
            assertThat(ready.body())
                    .startsWith("{\"status\":\"not-ready\",\"reasons\":[{\"reason\":\"" + reason + "\"")
                    .contains(detail);
            assertThat(ready.statusCode()).isEqualTo(503);
        });
    }

    private void isAlive(String url) {
        // a busy machine may let a dispatcher wait for as long as a probe does
        await().ignoreException(HttpTimeoutException.class).untilAsserted(() -> {
            HttpResponse<String> alive = get(url + "/alive");
            assertThat(alive.body()).isEqualTo("{\"status\":\"alive\"}");
            assertThat(alive.statusCode()).isEqualTo(200);
        });
    }

    @Test
    void aNodeIsNotReadyBeforeEachOfItsPartitionsHasStarted() throws Exception {
        PostgresTestDatabase database = PostgresForTests.freshDatabase();
        try (Connection other = database.connect();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("LOCK TABLE stream_cursor IN SHARE MODE");
            // a connection for each of them that waits, and some that don't
            Map<String, Object> settings = Map.of("weir.store.pool-size", 20);
            try (RunningWeir weir = RunningWeir.startUnready(Path.of("."), redis.url(), database.url(), settings)) {
                isNotReady(weir.url(), "starting", "link-clicks/0");
                assertThat(weir.get("/metrics").body()).contains("weir_ready 0.0");
                isAlive(weir.url());
                other.rollback();
                isReady(weir.url());
                assertThat(weir.get("/metrics").body()).contains("weir_ready 1.0");
            }
        }
    }

    @Test
    void aPartitionThatCannotStartSaysWhyAndOneThatRanOnceDoesNotMatter(@TempDir Path home) throws Exception {
        PostgresTestDatabase database = PostgresForTests.freshDatabase();
        DefinitionHome.write(home, "weir.streams.link-clicks { " + DefinitionHome.LINK_CLICKS + " }");
        try (Connection other = database.connect();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("LOCK TABLE stream_cursor IN SHARE MODE");
            Map<String, Object> settings =
                    Map.of("weir.store.lock-timeout", "1s", "weir.pipeline.stopped-retry", "500ms");
            try (RunningWeir weir = RunningWeir.startUnready(home, redis.url(), database.url(), settings)) {
                isNotReady(weir.url(), "starting", "link-clicks/0 (");
                statement.execute("ALTER TABLE stream_cursor RENAME TO moved");
                other.commit();
                isNotReady(weir.url(), "starting", "link-clicks/0 (could not start: ERROR: relation");
                database.execute("ALTER TABLE moved RENAME TO stream_cursor");
                isReady(weir.url());

                // its events are taken and kept, on every node alike: to send them to none would help nobody
                database.execute("ALTER TABLE stream_cursor RENAME TO moved");
                assertThat(click(weir.url()).join().statusCode()).isEqualTo(202);
                await().untilAsserted(() ->
                        assertThat(weir.get("/health").body()).contains("\"stopped\":[\"link-clicks/0: "));
                isReady(weir.url());
                database.execute("ALTER TABLE moved RENAME TO stream_cursor");
            }
        }
    }

    @Test
    void aStopIsToldBeforeThePortClosesAndWhatComesMeanwhileIsCounted() throws Exception {
        PostgresTestDatabase database = PostgresForTests.freshDatabase();
        try (WeirProcess weir = WeirProcess.serve(redis.url(), database.url(), Map.of("WEIR_DRAIN_DELAY", "4s"))) {
            isReady(weir.url());
            weir.askToStop();
            isNotReady(weir.url(), "draining", "being stopped");
            isAlive(weir.url());
            assertThat(click(weir.url()).join().statusCode()).isEqualTo(202);
            weir.terminate();
        }
        assertThat(database.number("SELECT clicks FROM links WHERE id = 'a'")).isEqualTo(1);
    }

    @Test
    void aNodeWhoseEventsAllWaitForRedisIsFullAndAlive() throws Exception {
        PostgresTestDatabase database = PostgresForTests.freshDatabase();
        Map<String, Object> settings = Map.of(
                "weir.log.command-timeout", "30s", "weir.log.max-entry-events", 10, "weir.log.max-waiting-events", 20);
        try (RunningWeir weir = RunningWeir.start(Path.of("."), redis.url(), database.url(), settings)) {
            isReady(weir.url());
            List<CompletableFuture<HttpResponse<String>>> clicks = new ArrayList<>();
            signal("STOP");
            try {
                for (int i = 0; i < 20; i++) {
                    clicks.add(click(weir.url()));
                }
                isNotReady(weir.url(), "full", "100% of weir.log.max-waiting-events");
                isAlive(weir.url());
            } finally {
                signal("CONT");
            }
            for (CompletableFuture<HttpResponse<String>> answer : clicks) {
                assertThat(answer.join().statusCode()).isEqualTo(202);
            }
            isReady(weir.url());
        }
    }

    @Test
    void aNodeIsFullOnceNoStreamHasRoomAndNotBefore(@TempDir Path home) throws Exception {
        PostgresTestDatabase database = PostgresForTests.freshDatabase();
        DefinitionHome.write(home, """
            weir.streams.link-clicks { max-depth = 100, window.max-delay = 100ms, %s }
            weir.streams.usage { max-depth = 10
              ingest { path = "/api/v1/usage" }, fields { id = { type = text, required = true } }, entity = id
              counters = [{ table = projects, key { id = id }, set { usage = count } }]
            }
            """.formatted(DefinitionHome.LINK_CLICKS));
        Map<String, Object> settings = Map.of("weir.store.lock-timeout", "500ms");
        try (RunningWeir weir = RunningWeir.start(home, redis.url(), database.url(), settings)) {
            isReady(weir.url());
            try (CursorLock clicks = CursorLock.of(database, "link-clicks");
                    CursorLock usage = CursorLock.of(database, "usage")) {
                for (int i = 0; i < 10; i++) {
                    assertThat(weir.post("/api/v1/usage", RunningWeir.JSON, "{\"id\":\"p\"}")
                                    .statusCode())
                            .isEqualTo(202);
                }
                assertThat(weir.post("/api/v1/usage", RunningWeir.JSON, "{\"id\":\"p\"}")
                                .statusCode())
                        .isEqualTo(503);
                isReady(weir.url());
                for (int i = 0; i < 95; i++) {
                    assertThat(click(weir.url()).join().statusCode()).isEqualTo(202);
                }
                isNotReady(weir.url(), "full", "max-depth");
                isAlive(weir.url());
                clicks.release();
                usage.release();
            }
            isReady(weir.url());
        }
    }

    @Test
    void whatARestartWouldNotMendMakesItNeitherDeadNorUnready(@TempDir Path directory) throws Exception {
        try (EmbeddedPostgresServer postgres = EmbeddedPostgresServer.start(directory, 0, Duration.ofSeconds(60));
                RunningWeir weir = RunningWeir.start(redis.url(), postgres.url())) {
            isReady(weir.url());
            postgres.stopImmediately();
            redis.kill();
            await().untilAsserted(
                            () -> assertThat(weir.get("/health").statusCode()).isEqualTo(503));
            isAlive(weir.url());
            isReady(weir.url());
            redis.restart();
            postgres.restart();
        }
    }

    @Test
    void aProcessWithoutAFreeThreadIsNotAlive() throws Exception {
        PostgresTestDatabase database = PostgresForTests.freshDatabase();
        try (RunningWeir weir = RunningWeir.start(redis.url(), database.url())) {
            isAlive(weir.url());
            CountDownLatch release = new CountDownLatch(1);
            var dispatcher = weir.server().actorSystem().dispatchers().lookup("pekko.actor.default-dispatcher");
            for (int i = 0; i < 64; i++) {
                dispatcher.execute(() -> awaitUninterruptibly(release));
            }
            try {
                await().until(() -> {
                    try {
                        return get(weir.url() + "/alive").statusCode() != 200;
                    } catch (HttpTimeoutException noAnswer) {
                        return true;
                    }
                });
            } finally {
                release.countDown();
            }
            isAlive(weir.url());
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void signal(String signal) throws Exception {
        new ProcessBuilder("kill", "-" + signal, Long.toString(redis.pid()))
                .start()
                .waitFor();
    }
}
