package io.weir.limit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.RemovalCause;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Counts in this process's memory. A bucket lives for its window. */
final class LocalBuckets {
    private record Local(Bucket bucket, Duration window) {}

    private final Cache<String, Local> buckets;

    LocalBuckets(int maxBuckets, MeterRegistry registry) {
        Counter evicted = Counter.builder("weir.rate.limit.local.evicted")
                .description("Keys that were forgotten before their window's end because there were too many")
                .register(registry);
        buckets = Caffeine.newBuilder()
                .maximumSize(maxBuckets)
                .expireAfter(Expiry.<String, Local>creating((key, local) -> local.window()))
                .evictionListener((key, local, cause) -> {
                    if (cause == RemovalCause.SIZE) {
                        evicted.increment();
                    }
                })
                .executor(Runnable::run)
                .build();
        Gauge.builder("weir.rate.limit.local.buckets", buckets, Cache::estimatedSize)
                .description("Keys that are counted in this process's memory")
                .register(registry);
    }

    ConsumptionProbe tryConsume(RateLimit limit, String key) {
        AtomicReference<@Nullable ConsumptionProbe> probe = new AtomicReference<>();
        // within compute, so that nothing is counted in a bucket that is being replaced
        buckets.asMap().compute(key, (absent, present) -> {
            Local local = present == null ? create(limit) : present;
            probe.set(local.bucket().tryConsumeAndReturnRemaining(1));
            return local;
        });
        return Objects.requireNonNull(probe.get());
    }

    private static Local create(RateLimit limit) {
        Bucket bucket = Bucket.builder()
                .addLimit(limit.bandwidth())
                .withNanosecondPrecision()
                .build();
        return new Local(bucket, limit.window());
    }
}
