package io.weir.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.lettuce.core.RedisURI;
import io.weir.embedded.EmbeddedRedisServer;
import io.weir.testkit.FaultProxy;
import io.weir.testkit.RedisForTests;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Limits while Redis is off, away, or slow. */
class RedisAwayTest {
    private static final Duration TIMEOUT = Duration.ofMillis(250);
    /** Long enough that nothing is counted in memory because this machine is busy. */
    private static final Duration PATIENT = Duration.ofSeconds(20);

    private static final Duration WINDOW = Duration.ofMinutes(10);

    private final ListAppender<ILoggingEvent> logged = new ListAppender<>();

    @BeforeEach
    void listen() {
        logged.start();
        logger().addAppender(logged);
    }

    @AfterEach
    void unlisten() {
        logger().detachAppender(logged);
    }

    @Test
    void aNodeCountsInMemoryWhileRedisIsAwayAndTogetherWithTheOthersAgainAfterwards(@TempDir Path directory) {
        try (EmbeddedRedisServer redis = RedisForTests.startPrivate(directory);
                LimiterNode one = LimiterNode.start(redis.url(), PATIENT);
                LimiterNode other = LimiterNode.start(redis.url(), PATIENT)) {
            List<RateLimit> limits =
                    List.of(one.limiter.limit("rule", 100, WINDOW), other.limiter.limit("rule", 100, WINDOW));
            List<RateLimiter> limiters = List.of(one.limiter, other.limiter);
            for (int episode = 1; episode <= 2; episode++) {
                awaitRedis(one);
                awaitRedis(other);
                assertThat(LimiterNode.passed(limits, limiters, 150, "before-" + episode))
                        .isEqualTo(100);

                redis.kill();
                await().until(() -> {
                    one.tryOnce(limits.getFirst(), "other");
                    other.tryOnce(limits.getLast(), "other");
                    return one.limiter.countsInMemory() && other.limiter.countsInMemory();
                });
                assertThat(one.gauge("weir.rate.limit.in.memory")).isEqualTo(1);
                // each of the two nodes lets the limit pass, no more
                assertThat(LimiterNode.passed(limits, limiters, 400, "away-" + episode))
                        .isEqualTo(200);

                redis.restart();
                awaitRedis(one);
                awaitRedis(other);
                assertThat(one.gauge("weir.rate.limit.in.memory")).isZero();
                assertThat(LimiterNode.passed(limits, limiters, 150, "after-" + episode))
                        .isEqualTo(100);
            }
            assertThat(one.requests("rule", "limited", "memory")).isEqualTo(200);
            assertThat(count("in this process's memory")).isEqualTo(4);
            assertThat(count("in Redis again")).isEqualTo(4);
        }
    }

    @Test
    void aRedisThatDoesNotAnswerHoldsNobodyLongerThanItsTimeout() {
        try (FaultProxy proxy =
                        new FaultProxy(RedisURI.create(RedisForTests.url()).getPort());
                LimiterNode node = LimiterNode.start("redis://127.0.0.1:" + proxy.port(), TIMEOUT)) {
            RateLimit limit = node.limiter.limit(RedisForTests.freshPrefix(), 5, WINDOW);
            awaitRedis(node);
            assertThat(node.tryOnce(limit, "a").remaining()).isEqualTo(4);
            proxy.hold(true);
            List<RateLimit.Attempt> three =
                    List.of(limit.by(List.of("a")), limit.by(List.of("a")), limit.by(List.of("a")));
            // three limits wait together as long as one does
            CompletableFuture<LimitVerdict> held =
                    node.limiter.tryAcquireAll(three).toCompletableFuture();
            assertThat(held).succeedsWithin(60, TimeUnit.SECONDS);
            assertThat(held.join().remaining()).as("counted in memory alone").isEqualTo(2);
            assertThat(node.requests(limit.name(), "allowed", "memory")).isEqualTo(3);
            assertThat(node.limiter.countsInMemory()).isTrue();
            assertThat(node.limiter.tryAcquire(limit.by(List.of("a"))).toCompletableFuture())
                    .as("known to be away")
                    .isDone();

            proxy.heal();
            awaitRedis(node);
            assertThat(node.tryOnce(limit, "b").remaining()).isEqualTo(4);
            assertThat(count("in this process's memory")).isEqualTo(1);
            // what was sent before nobody waited any more may have been counted as well, and never the other way round
            assertThat(node.tryOnce(limit, "a").remaining()).isLessThanOrEqualTo(3);
        }
    }

    @Test
    void everythingThatWaitsForASilentRedisIsCountedInMemory() {
        try (FaultProxy proxy =
                        new FaultProxy(RedisURI.create(RedisForTests.url()).getPort());
                LimiterNode node = LimiterNode.start("redis://127.0.0.1:" + proxy.port(), TIMEOUT)) {
            RateLimit limit = node.limiter.limit(RedisForTests.freshPrefix(), 100, WINDOW);
            awaitRedis(node);
            proxy.hold(true);
            assertThat(LimiterNode.passed(List.of(limit), List.of(node.limiter), 150, "a"))
                    .isEqualTo(100);
            assertThat(node.requests(limit.name(), "allowed", "memory")).isEqualTo(100);
        }
    }

    @Test
    void withoutRedisAllIsCountedInMemory() {
        try (LimiterNode node = LimiterNode.inMemory(RedisForTests.url(), 1_000)) {
            RateLimit limit = node.limiter.limit(RedisForTests.freshPrefix(), 100, WINDOW);
            assertThat(node.limiter.countsInMemory()).isTrue();
            assertThat(LimiterNode.passed(List.of(limit), List.of(node.limiter), 150, "a"))
                    .isEqualTo(100);
            assertThat(node.requests(limit.name(), "allowed", "memory")).isEqualTo(100);
            assertThat(node.requests(limit.name(), "limited", "memory")).isEqualTo(50);
            assertThat(logged.list).isEmpty();
        }
    }

    @Test
    void aWindowInMemoryEndsToo() {
        try (LimiterNode node = LimiterNode.inMemory(RedisForTests.url(), 1_000)) {
            RateLimit limit = node.limiter.limit("rule", 1, Duration.ofSeconds(2));
            assertThat(node.tryOnce(limit, "a").allowed()).isTrue();
            assertThat(node.tryOnce(limit, "a").allowed()).isFalse();
            await().until(() -> node.tryOnce(limit, "a").allowed());
            assertThat(node.tryOnce(limit, "a").allowed()).isFalse();
        }
    }

    @Test
    void memoryHoldsNoMoreKeysThanItMay() {
        try (LimiterNode node = LimiterNode.inMemory(RedisForTests.url(), 10)) {
            RateLimit limit = node.limiter.limit("rule", 1, WINDOW);
            for (int i = 0; i < 1_000; i++) {
                assertThat(node.tryOnce(limit, "subject-" + i).allowed()).isTrue();
            }
            await().untilAsserted(() ->
                    assertThat(node.gauge("weir.rate.limit.local.buckets")).isLessThanOrEqualTo(10));
            assertThat(node.meters
                            .get("weir.rate.limit.local.evicted")
                            .counter()
                            .count())
                    .isGreaterThanOrEqualTo(990);
        }
    }

    private static void awaitRedis(LimiterNode node) {
        await().until(() -> !node.limiter.countsInMemory());
    }

    private long count(String text) {
        return logged.list.stream()
                .filter(event -> event.getFormattedMessage().contains(text))
                .count();
    }

    private static Logger logger() {
        return (Logger) LoggerFactory.getLogger(RedisEpisodes.class);
    }
}
