package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.embedded.EmbeddedPostgresServer;
import io.weir.embedded.EmbeddedRedisServer;
import io.weir.testkit.PostgresTestDatabase;
import io.weir.testkit.RedisForTests;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that goes away and comes back costs no restart, no event and no double. */
class OutageTest {
    private EmbeddedRedisServer redis;
    private EmbeddedPostgresServer postgres;

    @BeforeEach
    void start(@TempDir Path directory) {
        redis = RedisForTests.startPrivate(directory.resolve("redis"));
        postgres = EmbeddedPostgresServer.start(directory.resolve("postgres"), 0, Duration.ofSeconds(60));
    }

    @AfterEach
    void stop() {
        redis.close();
        postgres.close();
    }

    @Test
    void aDatabaseThatIsStoppedMakesTheDepthGrowAndIsCaughtUpWithExactly() throws Exception {
        try (RunningWeir weir = RunningWeir.start(redis.url(), postgres.url())) {
            int sent = 0;
            sent += send(weir, 50);
            postgres.stopImmediately();
            Instant until = Instant.now().plusSeconds(4);
            while (Instant.now().isBefore(until)) {
                sent += send(weir, 20);
            }
            assertThat(weir.get("/health").statusCode()).isEqualTo(503);
            postgres.restart();

            int expected = sent;
            PostgresTestDatabase database = new PostgresTestDatabase(postgres.url());
            await().ignoreExceptions()
                    .untilAsserted(() -> assertThat(database.number("SELECT clicks FROM links WHERE id = 'a'"))
                            .isEqualTo(expected));
            await().untilAsserted(
                            () -> assertThat(weir.get("/health").statusCode()).isEqualTo(200));
        }
    }

    @Test
    void aRedisThatIsKilledIsAnsweredWithinTwoSecondsAndUsedAgainAtOnce() throws Exception {
        try (RunningWeir weir = RunningWeir.start(redis.url(), postgres.url())) {
            int sent = send(weir, 50);
            RedisForTests.keepAll(redis);
            redis.kill();
            int unknown = 0;
            List<Duration> waited = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                Instant asked = Instant.now();
                HttpResponse<String> refused = weir.post("/api/v1/clicks", RunningWeir.JSON, "{\"linkId\":\"a\"}");
                waited.add(Duration.between(asked, Instant.now()));
                assertThat(refused.statusCode()).isEqualTo(503);
                assertThat(refused.headers().firstValue("Retry-After")).isPresent();
                unknown += refused.body().contains("may have been") ? 1 : 0;
            }
            // any one of them may have met a machine that was busy with something else
            assertThat(Collections.min(waited)).isLessThan(Duration.ofSeconds(2));
            assertThat(Collections.max(waited)).isLessThan(Duration.ofSeconds(10));
            redis.restart();
            await().until(() -> weir.post("/api/v1/clicks", RunningWeir.JSON, "{\"linkId\":\"b\"}")
                            .statusCode()
                    == 202);
            sent += send(weir, 50);

            int expected = sent;
            int atMost = sent + unknown;
            PostgresTestDatabase database = new PostgresTestDatabase(postgres.url());
            await().ignoreExceptions()
                    .untilAsserted(() -> assertThat(database.number("SELECT clicks FROM links WHERE id = 'a'"))
                            .isBetween((long) expected, (long) atMost));
        }
    }

    @Test
    void aStreamAtItsDepthIsRefusedAndNothingThatWasAcceptedIsLost(@TempDir Path home) throws Exception {
        DefinitionHome.write(home, "weir.streams.link-clicks { max-depth = 100 , " + DefinitionHome.LINK_CLICKS + " }");
        try (RunningWeir weir = RunningWeir.start(home, redis.url(), postgres.url(), Map.of())) {
            postgres.stopImmediately();
            int accepted = 0;
            HttpResponse<String> last;
            do {
                last = weir.post("/api/v1/clicks", RunningWeir.JSON, "{\"linkId\":\"a\"}");
                accepted += last.statusCode() == 202 ? 1 : 0;
            } while (last.statusCode() == 202 && accepted < 1000);
            assertThat(accepted).isEqualTo(100);
            assertThat(last.statusCode()).isEqualTo(503);
            assertThat(last.headers().firstValue("Retry-After")).isPresent();

            postgres.restart();
            PostgresTestDatabase database = new PostgresTestDatabase(postgres.url());
            await().ignoreExceptions()
                    .untilAsserted(() -> assertThat(database.number("SELECT clicks FROM links WHERE id = 'a'"))
                            .isEqualTo(100));
            await().until(() -> weir.post("/api/v1/clicks", RunningWeir.JSON, "{\"linkId\":\"a\"}")
                            .statusCode()
                    == 202);
        }
    }

    private static int send(RunningWeir weir, int requests) throws Exception {
        for (int i = 0; i < requests; i++) {
            assertThat(weir.post("/api/v1/clicks", RunningWeir.JSON, "{\"linkId\":\"a\"}")
                            .statusCode())
                    .isEqualTo(202);
        }
        return requests;
    }
}
