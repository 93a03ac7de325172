package io.weir.limit;

import io.github.bucket4j.ConsumptionProbe;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.logging.FailureText;
import io.weir.settings.RateLimitSettings;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts attempts, in Redis together with all other nodes, or in this process's memory where Redis is off or away. It never
 * fails, and waits for Redis no longer than its timeout.
 */
public final class RateLimiter implements AutoCloseable {
    private final MeterRegistry registry;
    private final LocalBuckets local;
    private final @Nullable SharedBuckets shared;
    private final RedisEpisodes episodes;
    private final Duration timeout;
    private final RateLimit probeLimit;

    /**
     * Prepares a limiter.
     *
     * @param connection to Redis, which answers null while there has been none yet
     * @param timeout how long an attempt waits for Redis before it is counted here
     */
    public RateLimiter(
            RateLimitSettings settings,
            Supplier<@Nullable RedisClusterAsyncCommands<byte[], byte[]>> connection,
            Duration timeout,
            MeterRegistry registry) {
        this.registry = registry;
        this.timeout = timeout;
        local = new LocalBuckets(settings.maxLocalBuckets(), registry);
        shared = settings.redisEnabled() ? new SharedBuckets(connection, timeout) : null;
        episodes = new RedisEpisodes(settings.probeInterval(), this::probe);
        // never empty, for an empty bucket is only read; and what is only tried is nobody's figure
        probeLimit = new RateLimit(
                "probe", 1_000_000, Duration.ofSeconds(1), new RateLimitMetrics("probe", new SimpleMeterRegistry()));
        Gauge.builder("weir.rate.limit.in.memory", this, limiter -> limiter.countsInMemory() ? 1 : 0)
                .description("1 while limits are counted in this process's memory, 0 while in Redis")
                .register(registry);
    }

    /**
     * A limit.
     *
     * @param name what metrics and keys call it; no other limit has it
     */
    public RateLimit limit(String name, long permits, Duration window) {
        return new RateLimit(name, permits, window, new RateLimitMetrics(name, registry));
    }

    /** Counts an attempt and says whether it may go on. */
    public CompletionStage<LimitVerdict> tryAcquire(RateLimit.Attempt attempt) {
        return tryAcquire(attempt, System.nanoTime() + timeout.toNanos());
    }

    /**
     * Counts attempts one after another until one is refused; what was counted before that stays counted.
     *
     * @param attempts at least one
     * @return the refusal, or the verdict that leaves least
     */
    public CompletionStage<LimitVerdict> tryAcquireAll(List<RateLimit.Attempt> attempts) {
        long deadline = System.nanoTime() + timeout.toNanos();
        CompletableFuture<LimitVerdict> verdict = tryAcquire(attempts.getFirst(), deadline);
        for (RateLimit.Attempt attempt : attempts.subList(1, attempts.size())) {
            verdict = verdict.thenCompose(before -> before.allowed()
                    ? tryAcquire(attempt, deadline).thenApply(before::tighter)
                    : CompletableFuture.completedFuture(before));
        }
        return verdict;
    }

    /** Tries Redis once, so that the first who is counted does not wait for classes to be loaded. */
    public void warmUp() {
        if (shared != null) {
            var _ = probe("start");
        }
    }

    /** Whether an attempt would be counted here, and not in Redis. */
    public boolean countsInMemory() {
        return shared == null || RedisEpisodes.isAway(episodes.current());
    }

    /** Ends what goes on behind the scenes. */
    @Override
    public void close() {
        episodes.close();
    }

    private CompletableFuture<LimitVerdict> tryAcquire(RateLimit.Attempt attempt, long deadline) {
        RateLimit limit = attempt.limit();
        String key = BucketKey.of(attempt);
        long episode = episodes.current();
        long left = deadline - System.nanoTime();
        if (shared == null || RedisEpisodes.isAway(episode) || left <= 0) {
            return CompletableFuture.completedFuture(locally(limit, key));
        }
        return shared.tryConsume(limit, key)
                .orTimeout(left, TimeUnit.NANOSECONDS)
                .handle((probe, failure) -> {
                    if (failure == null) {
                        return limit.verdict(probe, CountedIn.REDIS);
                    }
                    episodes.failed(episode, key, FailureText.cause(failure));
                    return locally(limit, key);
                });
    }

    private LimitVerdict locally(RateLimit limit, String key) {
        return limit.verdict(local.tryConsume(limit, key), CountedIn.MEMORY);
    }

    /** Does what an attempt does, in the same slot of a cluster, so that its success says what one's would. */
    private CompletionStage<ConsumptionProbe> probe(String key) {
        SharedBuckets buckets = shared;
        return buckets == null
                ? CompletableFuture.failedFuture(new IllegalStateException("Redis is off"))
                : buckets.tryConsume(probeLimit, BucketKey.besides(key))
                        .orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }
}
