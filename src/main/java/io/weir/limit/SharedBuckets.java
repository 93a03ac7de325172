package io.weir.limit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.distributed.AsyncBucketProxy;
import io.github.bucket4j.distributed.ExpirationAfterWriteStrategy;
import io.github.bucket4j.distributed.proxy.AsyncProxyManager;
import io.github.bucket4j.distributed.proxy.optimization.Optimizations;
import io.github.bucket4j.redis.lettuce.Bucket4jLettuce;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts in Redis, exactly over all nodes: a bucket is one key, read and compared-and-set by Bucket4j.
 *
 * <p>What comes for a key while its last command is under way is sent as one, so a node has one compare-and-set for it in
 * flight, and each costs two round trips however many requests it carries.
 */
final class SharedBuckets {
    /** Covers what clocks differ by; a key that ended early would begin a window early. */
    private static final Duration KEPT_LONGER = Duration.ofSeconds(1);

    private record InFlight(AsyncBucketProxy bucket, int attempts) {}

    private final AsyncProxyManager<byte[]> manager;
    private final ConcurrentHashMap<String, InFlight> inFlight = new ConcurrentHashMap<>();

    SharedBuckets(Supplier<@Nullable RedisClusterAsyncCommands<byte[], byte[]>> connection, Duration timeout) {
        manager = new Bucket4jLettuce.LettuceBasedProxyManagerBuilder<>(new CommandsApi<>(connection))
                .requestTimeout(timeout)
                .expirationAfterWrite(ExpirationAfterWriteStrategy.basedOnTimeForRefillingBucketUpToMax(KEPT_LONGER))
                .build()
                .asAsync();
    }

    /** Fails when Redis does not answer; whether it counted is unknown then. */
    CompletableFuture<ConsumptionProbe> tryConsume(RateLimit limit, String key) {
        InFlight shared = inFlight.compute(
                key,
                (absent, present) -> present == null
                        ? new InFlight(bucket(limit, key), 1)
                        : new InFlight(present.bucket(), present.attempts() + 1));
        return shared.bucket()
                .tryConsumeAndReturnRemaining(1)
                .whenComplete((probe, failure) -> inFlight.computeIfPresent(
                        key,
                        (same, present) -> present.attempts() == 1
                                ? null
                                : new InFlight(present.bucket(), present.attempts() - 1)));
    }

    /** Keys with commands under way. */
    int inFlight() {
        return inFlight.size();
    }

    private AsyncBucketProxy bucket(RateLimit limit, String key) {
        return manager.builder()
                .withOptimization(Optimizations.batching())
                .build(key.getBytes(UTF_8), () -> CompletableFuture.completedFuture(limit.configuration()));
    }
}
