package io.weir.limit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.weir.testkit.FaultProxy;
import io.weir.testkit.RedisForTests;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Limits that several nodes count together in one Redis. */
class SharedLimitTest {
    /** Long enough that nothing is counted in memory because this machine is busy. */
    private static final Duration PATIENT = Duration.ofSeconds(20);

    private static final Duration WINDOW = Duration.ofMinutes(10);

    private static RedisClient client;
    private static StatefulRedisConnection<String, String> connection;

    private final LimiterNode one = LimiterNode.start(RedisForTests.url(), PATIENT);
    private final LimiterNode other = LimiterNode.start(RedisForTests.url(), PATIENT);

    @BeforeAll
    static void connect() {
        client = RedisClient.create(RedisForTests.url());
        connection = client.connect();
    }

    @AfterAll
    static void disconnect() {
        client.close();
    }

    @AfterEach
    void stop() {
        one.close();
        other.close();
    }

    @Test
    void ofManyAtOnceOverTwoNodesExactlyTheLimitPasses() {
        List<RateLimit> limits = limits(100, WINDOW);
        for (int round = 0; round < 30; round++) {
            assertThat(LimiterNode.passed(limits, List.of(one.limiter, other.limiter), 150, "round-" + round))
                    .as("round %d", round)
                    .isEqualTo(100);
        }
        String name = limits.getFirst().name();
        assertThat(one.requests(name, "allowed", "redis") + other.requests(name, "allowed", "redis"))
                .isEqualTo(3_000);
        assertThat(one.requests(name, "limited", "redis") + other.requests(name, "limited", "redis"))
                .isEqualTo(1_500);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5})
    void aDistantRedisChangesNothing(int delayMillis) {
        try (FaultProxy proxy = new FaultProxy(port());
                LimiterNode near = LimiterNode.start(url(proxy), PATIENT);
                LimiterNode far = LimiterNode.start(url(proxy), PATIENT)) {
            proxy.delay(Duration.ofMillis(delayMillis));
            String name = RedisForTests.freshPrefix();
            List<RateLimit> limits =
                    List.of(near.limiter.limit(name, 100, WINDOW), far.limiter.limit(name, 100, WINDOW));
            for (int round = 0; round < 5; round++) {
                assertThat(LimiterNode.passed(limits, List.of(near.limiter, far.limiter), 150, "round-" + round))
                        .isEqualTo(100);
            }
        }
    }

    @Test
    void whatWaitsForOneKeyIsSentTogether() {
        RedisCommands<String, String> commands = connection.sync();
        List<RateLimit> limits = limits(100, WINDOW);
        long before = scriptCalls(commands);
        assertThat(LimiterNode.passed(limits, List.of(one.limiter, other.limiter), 1_000, "crowd"))
                .isEqualTo(100);
        // one compare-and-set for each would be a hundred that succeed, and far more that don't
        assertThat(scriptCalls(commands) - before).isBetween(1L, 60L);
    }

    @Test
    void aVerdictSaysWhatIsLeftAndWhenTheWindowEnds() {
        RateLimit limit = limits(2, WINDOW).getFirst();
        LimitVerdict first = one.tryOnce(limit, "a");
        assertThat(first.allowed()).isTrue();
        assertThat(first.limit()).isEqualTo(2);
        assertThat(first.remaining()).isEqualTo(1);
        assertThat(first.untilReset()).isBetween(WINDOW.minusSeconds(30), WINDOW);
        assertThat(one.tryOnce(limit, "a").remaining()).isZero();
        LimitVerdict refused = one.tryOnce(limit, "a");
        assertThat(refused.allowed()).isFalse();
        assertThat(refused.remaining()).isZero();
        assertThat(refused.untilReset()).isBetween(WINDOW.minusSeconds(30), WINDOW);
        assertThat(one.tryOnce(limit, "b").remaining()).isEqualTo(1);
    }

    @Test
    void nothingComesBackBeforeTheWindowEndsAndAllOfItThen() {
        Duration window = Duration.ofSeconds(2);
        RateLimit limit = limits(2, window).getFirst();
        long startedNanos = System.nanoTime();
        LimitVerdict last = one.tryOnce(limit, "a");
        int passed = 1;
        while (last.allowed() || last.untilReset().compareTo(Duration.ofMillis(300)) > 0) {
            last = one.tryOnce(limit, "a");
            long sinceNanos = System.nanoTime() - startedNanos;
            passed += last.allowed() && sinceNanos < window.toNanos() ? 1 : 0;
            if (sinceNanos > window.toNanos() * 8 / 10) {
                break;
            }
        }
        assertThat(passed).isEqualTo(2);
        await().until(() -> one.tryOnce(limit, "a").allowed());
        assertThat(Duration.ofNanos(System.nanoTime() - startedNanos)).isGreaterThan(Duration.ofMillis(1_900));
        assertThat(one.tryOnce(limit, "a").allowed()).isTrue();
        assertThat(one.tryOnce(limit, "a").allowed()).isFalse();
    }

    @Test
    void keysEndByThemselvesAndHoldNoSecret() {
        RateLimit limit = limits(5, WINDOW).getFirst();
        String secret = "sk-very-secret";
        one.tryOnce(limit, secret);
        RedisCommands<String, String> commands = connection.sync();
        String pattern = "weir:limit:" + limit.name() + ":*";
        List<String> keys = commands.keys(pattern);
        assertThat(keys).hasSize(1);
        assertThat(keys.getFirst()).doesNotContain(secret);
        assertThat(commands.get(keys.getFirst()).toLowerCase(Locale.ROOT)).doesNotContain("secret");
        assertThat(commands.pttl(keys.getFirst())).isBetween(1L, 2 * WINDOW.toMillis());
    }

    @Test
    void aLimitThatWasChangedBeginsAnew() {
        String name = RedisForTests.freshPrefix();
        RateLimit strict = one.limiter.limit(name, 1, WINDOW);
        assertThat(one.tryOnce(strict, "a").allowed()).isTrue();
        assertThat(one.tryOnce(strict, "a").allowed()).isFalse();
        RateLimit looser = other.limiter.limit(name, 3, WINDOW);
        assertThat(other.tryOnce(looser, "a").remaining()).isEqualTo(2);
    }

    @Test
    void ofSeveralLimitsTheTightestAnswersAndOneRefusalIsEnough() {
        RateLimit wide = limits(10, WINDOW).getFirst();
        RateLimit narrow = limits(2, WINDOW).getFirst();
        List<RateLimit.Attempt> both = List.of(wide.by(List.of("a")), narrow.by(List.of("a")));
        for (long remaining = 1; remaining >= 0; remaining--) {
            LimitVerdict verdict =
                    one.limiter.tryAcquireAll(both).toCompletableFuture().join();
            assertThat(verdict.allowed()).isTrue();
            assertThat(verdict.limit()).isEqualTo(2);
            assertThat(verdict.remaining()).isEqualTo(remaining);
        }
        LimitVerdict refused =
                one.limiter.tryAcquireAll(both).toCompletableFuture().join();
        assertThat(refused.allowed()).isFalse();
        assertThat(refused.limit()).isEqualTo(2);
        // the wide one had counted it already; the other way round it would not have been asked
        assertThat(one.tryOnce(wide, "a").remaining()).isEqualTo(6);
        List<RateLimit.Attempt> reversed = both.reversed();
        assertThat(one.limiter
                        .tryAcquireAll(reversed)
                        .toCompletableFuture()
                        .join()
                        .allowed())
                .isFalse();
        assertThat(one.tryOnce(wide, "a").remaining()).isEqualTo(5);
    }

    @Test
    void keysOfATemplateAreSpreadOverACluster() {
        RateLimit limit = one.limiter.limit("/api/stories/{id}/view", 5, WINDOW);
        String key = BucketKey.of(limit.by(List.of("a")));
        assertThat(key).doesNotContain("{").startsWith("weir:limit:/api/stories/(id)/view:");
        assertThat(io.lettuce.core.cluster.SlotHash.getSlot(BucketKey.besides(key)))
                .isEqualTo(io.lettuce.core.cluster.SlotHash.getSlot(key));
        assertThat(BucketKey.of(limit.by(List.of("a", "b")))).isNotEqualTo(BucketKey.of(limit.by(List.of("ab", ""))));
        assertThat(key.getBytes(UTF_8)).hasSizeLessThan(100);
    }

    /** The same limit on both nodes. */
    private List<RateLimit> limits(long permits, Duration window) {
        String name = RedisForTests.freshPrefix();
        return List.of(one.limiter.limit(name, permits, window), other.limiter.limit(name, permits, window));
    }

    private static long scriptCalls(RedisCommands<String, String> commands) {
        for (String line : commands.info("commandstats").lines().toList()) {
            if (line.startsWith("cmdstat_eval:calls=")) {
                return Long.parseLong(line.substring("cmdstat_eval:calls=".length(), line.indexOf(',')));
            }
        }
        return 0;
    }

    private static int port() {
        return RedisURI.create(RedisForTests.url()).getPort();
    }

    private static String url(FaultProxy proxy) {
        return "redis://127.0.0.1:" + proxy.port();
    }
}
