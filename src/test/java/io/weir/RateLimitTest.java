package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.weir.embedded.EmbeddedRedisServer;
import io.weir.settings.SettingsException;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.RedisForTests;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two whole servers that share one Redis limit together. */
class RateLimitTest {
    private static final String LIMITED = "/metrics";
    /** Long enough that nothing is counted in memory because this machine is busy. */
    private static final Map<String, Object> PATIENT = Map.of("weir.redis.command-timeout", "5s");

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @Test
    void ofManyRequestsAtOnceOverTwoServersExactlyTheLimitPasses(@TempDir Path home) throws Exception {
        try (RunningWeir one = start(home, RedisForTests.url(), PATIENT);
                RunningWeir other = start(home, RedisForTests.url(), PATIENT)) {
            for (int round = 0; round < 10; round++) {
                List<HttpResponse<String>> answers = send(List.of(one, other), 150, freshKey());
                assertThat(answers)
                        .filteredOn(answer -> answer.statusCode() == 200)
                        .hasSize(100);
                assertThat(answers)
                        .filteredOn(answer -> answer.statusCode() == 429)
                        .hasSize(50);
                assertThat(answers)
                        .allSatisfy(answer -> assertThat(answer.headers().firstValue("X-RateLimit-Limit"))
                                .contains("100"));
                List<Long> remaining = answers.stream()
                        .filter(answer -> answer.statusCode() == 200)
                        .map(answer -> Long.parseLong(answer.headers()
                                .firstValue("X-RateLimit-Remaining")
                                .orElseThrow()))
                        .sorted()
                        .toList();
                assertThat(remaining)
                        .as("each place was given once")
                        .isEqualTo(
                                IntStream.range(0, 100).mapToObj(Long::valueOf).toList());
            }
        }
    }

    @Test
    void whileRedisIsAwayEachServerLimitsAloneAndAfterwardsBothTogetherAgain(@TempDir Path directory) throws Exception {
        try (EmbeddedRedisServer redis = RedisForTests.startPrivate(directory.resolve("redis"));
                RunningWeir one = start(directory, redis.url(), PATIENT);
                RunningWeir other = start(directory, redis.url(), PATIENT)) {
            List<RunningWeir> both = List.of(one, other);
            awaitMode(both, 0);
            assertThat(passed(both, 150, freshKey())).isEqualTo(100);

            String midway = freshKey();
            List<HttpResponse<String>> before = send(both, 40, midway);
            assertThat(before)
                    .allSatisfy(answer -> assertThat(answer.statusCode()).isEqualTo(200));
            CompletableFuture<Void> kill = CompletableFuture.runAsync(redis::kill);
            long passed = 0;
            while (!kill.isDone() || !inMode(both, 1)) {
                passed += passed(both, 10, midway);
            }
            passed += passed(both, 400, midway);
            // what was left in Redis at the most, and then each server its own hundred
            assertThat(passed).isBetween(200L, 260L);
            assertThat(passed(both, 400, freshKey())).isEqualTo(200);

            redis.restart();
            awaitMode(both, 0);
            for (int round = 0; round < 3; round++) {
                assertThat(passed(both, 150, freshKey())).isEqualTo(100);
            }
        }
    }

    @Test
    void withoutRedisEachServerLimitsAlone(@TempDir Path home) throws Exception {
        Map<String, Object> settings = Map.of("weir.rate-limits.redis-enabled", "false");
        try (RunningWeir weir = start(home, RedisForTests.url(), settings)) {
            assertThat(passed(List.of(weir), 150, freshKey())).isEqualTo(100);
            assertThat(weir.get("/metrics").body())
                    .contains("weir_rate_limit_in_memory 1.0")
                    .contains("weir_rate_limit_requests_total{mode=\"memory\",outcome=\"limited\",rule=\"metrics\"}"
                            + " 50.0");
        }
    }

    @Test
    void eventsAreNotLimitedUnlessARuleSaysSo(@TempDir Path home) throws Exception {
        Map<String, Object> rule = Map.of("path", "/api/v1/streams/*", "limit", 1, "window", "1h", "key", "address");
        Map<String, Object> settings =
                Map.of("weir.rate-limits.rules", List.of(rule), "weir.redis.command-timeout", "5s");
        try (RunningWeir weir = start(home, RedisForTests.url(), settings)) {
            String click = "{\"linkId\":\"a\"}";
            String limited = "/api/v1/streams/clicks/events";
            assertThat(weir.post(limited, RunningWeir.JSON, click).statusCode()).isEqualTo(202);
            HttpResponse<String> refused = weir.post(limited, RunningWeir.JSON, click);
            assertThat(refused.statusCode()).isEqualTo(429);
            for (int i = 0; i < 5; i++) {
                HttpResponse<String> free = weir.post("/api/v1/clicks", RunningWeir.JSON, click);
                assertThat(free.statusCode()).isEqualTo(202);
                assertThat(free.headers().map()).doesNotContainKey("x-ratelimit-limit");
            }
        }
    }

    @Test
    void aRuleForNoRouteStopsTheStart(@TempDir Path home) {
        Map<String, Object> rule = Map.of("path", "/api/v1/clikcs", "limit", 1, "window", "1h");
        assertThatThrownBy(() -> start(home, RedisForTests.url(), Map.of("weir.rate-limits.rules", List.of(rule))))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("weir.rate-limits.rules[0].path: is \"/api/v1/clikcs\"");
    }

    /** With a stream and a database of its own, so that two servers share nothing but their limits. */
    private static RunningWeir start(Path home, String redisUrl, Map<String, Object> more) throws Exception {
        String own = RedisForTests.freshPrefix();
        Path ownHome = home.resolve(own);
        DefinitionHome.write(
                ownHome,
                "weir.streams.clicks { redis-key = \"" + own + "clicks\"\n" + DefinitionHome.LINK_CLICKS + "}");
        Map<String, Object> settings = new HashMap<>(more);
        settings.putIfAbsent(
                "weir.rate-limits.rules",
                List.of(Map.of(
                        "name", "metrics",
                        "path", LIMITED,
                        "limit", 100,
                        "window", "10m",
                        "key", "header:X-Test")));
        return RunningWeir.start(
                ownHome, redisUrl, PostgresForTests.freshDatabase().url(), settings);
    }

    private long passed(List<RunningWeir> servers, int requests, String key) {
        List<HttpResponse<String>> answers = send(servers, requests, key);
        assertThat(answers).extracting(HttpResponse::statusCode).as("no errors").isSubsetOf(200, 429);
        return answers.stream().filter(answer -> answer.statusCode() == 200).count();
    }

    /** So many requests at once, in turns. */
    private List<HttpResponse<String>> send(List<RunningWeir> servers, int requests, String key) {
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i = 0; i < requests; i++) {
            HttpRequest request = HttpRequest.newBuilder(
                            URI.create(servers.get(i % servers.size()).url() + LIMITED))
                    .timeout(Duration.ofSeconds(30))
                    .header("X-Test", key)
                    .build();
            answers.add(client.sendAsync(request, BodyHandlers.ofString()));
        }
        return answers.stream().map(CompletableFuture::join).toList();
    }

    /** Asks each server with a key that nobody else uses, so that it notices whether Redis answers. */
    private void awaitMode(List<RunningWeir> servers, int inMemory) {
        await().until(() -> inMode(servers, inMemory));
    }

    private boolean inMode(List<RunningWeir> servers, int inMemory) {
        return send(servers, servers.size(), freshKey()).stream()
                .allMatch(answer -> answer.body().contains("weir_rate_limit_in_memory " + inMemory + ".0"));
    }

    private static String freshKey() {
        return RedisForTests.freshPrefix();
    }
}
