package io.weir.limit;

import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.redis.RedisAddress;
import io.weir.redis.SharedRedis;
import io.weir.settings.RateLimitSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A limiter as a node of its own has it, with its own connection to Redis. */
final class LimiterNode implements AutoCloseable {
    static final Duration PROBE_INTERVAL = Duration.ofMillis(50);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final SharedRedis redis;
    final RateLimiter limiter;

    private LimiterNode(String redisUrl, boolean redisEnabled, Duration timeout, int maxLocalBuckets) {
        redis = SharedRedis.open(RedisAddress.parse(redisUrl, CONNECT_TIMEOUT), CONNECT_TIMEOUT, timeout);
        RateLimitSettings settings = new RateLimitSettings(
                redisEnabled, maxLocalBuckets, PROBE_INTERVAL, 64, "X-User-Id", List.of("X-Api-Key"), List.of());
        limiter = new RateLimiter(settings, redis::commands, timeout, meters);
    }

    /** One that is connected. */
    static LimiterNode start(String redisUrl, Duration timeout) {
        LimiterNode node = new LimiterNode(redisUrl, true, timeout, 1_000);
        await().until(() -> node.redis.commands() != null);
        return node;
    }

    static LimiterNode inMemory(String redisUrl, int maxLocalBuckets) {
        return new LimiterNode(redisUrl, false, Duration.ofSeconds(5), maxLocalBuckets);
    }

    /** So many attempts at once, in turns over the limits of several nodes; how many passed. */
    static long passed(List<RateLimit> limits, List<RateLimiter> limiters, int attempts, String subject) {
        List<CompletableFuture<LimitVerdict>> verdicts = new ArrayList<>();
        for (int i = 0; i < attempts; i++) {
            int node = i % limits.size();
            RateLimit.Attempt attempt = limits.get(node).by(List.of(subject));
            verdicts.add(CompletableFuture.supplyAsync(() -> attempt)
                    .thenCompose(limiters.get(node)::tryAcquire)
                    .toCompletableFuture());
        }
        return verdicts.stream()
                .map(verdict -> verdict.orTimeout(60, TimeUnit.SECONDS).join())
                .filter(LimitVerdict::allowed)
                .count();
    }

    LimitVerdict tryOnce(RateLimit limit, String subject) {
        return limiter.tryAcquire(limit.by(List.of(subject)))
                .toCompletableFuture()
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
    }

    double requests(String rule, String outcome, String mode) {
        return meters.get("weir.rate.limit.requests")
                .tags("rule", rule, "outcome", outcome, "mode", mode)
                .counter()
                .count();
    }

    double gauge(String name) {
        return meters.get(name).gauge().value();
    }

    @Override
    public void close() {
        limiter.close();
        redis.close();
    }
}
