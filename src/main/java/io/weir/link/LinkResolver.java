package io.weir.link;

import io.weir.settings.LinkSettings;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Says where codes lead: from memory, else from Redis, else from the database, each code by one lookup at a time. A link in
 * memory is answered whatever happens to the other two. Thread-safe; nothing in it blocks.
 */
public final class LinkResolver {
    /** Where a code leads. */
    public sealed interface Resolution {}

    /** To a target, which may have expired. */
    public record Found(Target target) implements Resolution {}

    /** Nowhere: there is no such link. */
    public record Absent() implements Resolution {}

    /** Nobody could say. */
    public record Unavailable(String reason) implements Resolution {}

    private static final Resolution ABSENT = new Absent();
    private static final Resolution LATE = new Unavailable("not in time");
    private static final CompletionStage<Resolution> NOT_THERE = CompletableFuture.completedFuture(ABSENT);

    private final LinkSettings.Cache settings;
    private final LinkMemory memory;
    private final RedisLinks redis;
    private final LinkLoader loader;
    private final LinkMetrics metrics;
    private final LongSupplier nanos;
    private final LookupBreaker breaker;
    private final ConcurrentHashMap<String, CompletableFuture<Resolution>> lookups = new ConcurrentHashMap<>();

    LinkResolver(
            LinkSettings.Cache settings,
            LinkMemory memory,
            RedisLinks redis,
            LinkLoader loader,
            LinkMetrics metrics,
            LongSupplier nanos) {
        this.settings = settings;
        this.memory = memory;
        this.redis = redis;
        this.loader = loader;
        this.metrics = metrics;
        this.nanos = nanos;
        this.breaker = new LookupBreaker(settings.staleRetry(), nanos);
    }

    /** Says where a code leads; never fails, and completes within the lookup timeout. */
    public CompletionStage<Resolution> resolve(String code) {
        HeldLink held = memory.find(code);
        if (held == null) {
            if (memory.isAbsent(code)) {
                metrics.fromMemory.increment();
                return NOT_THERE;
            }
            return lookUp(code);
        }
        Resolution known = new Found(held.target());
        if (memory.isFresh(held)) {
            metrics.fromMemory.increment();
            return CompletableFuture.completedFuture(known);
        }
        if (!breaker.allows()) {
            metrics.stale.increment();
            return CompletableFuture.completedFuture(known);
        }
        // a copy, with an end of its own: for others who wait for the lookup there may be nothing to fall back on
        return lookUp(code)
                .toCompletableFuture()
                .copy()
                .completeOnTimeout(LATE, settings.staleWait().toNanos(), TimeUnit.NANOSECONDS)
                .thenApply(found -> {
                    if (found instanceof Unavailable) {
                        metrics.stale.increment();
                        return known;
                    }
                    return found;
                });
    }

    private CompletionStage<Resolution> lookUp(String code) {
        CompletableFuture<Resolution> lookup = new CompletableFuture<>();
        CompletableFuture<Resolution> earlier = lookups.putIfAbsent(code, lookup);
        if (earlier != null) {
            return earlier;
        }
        var _ = lookup.completeOnTimeout(
                        new Unavailable("neither Redis nor the database answered in time"),
                        settings.lookupTimeout().toNanos(),
                        TimeUnit.NANOSECONDS)
                .whenComplete((found, failure) -> {
                    lookups.remove(code, lookup);
                    if (found instanceof Unavailable) {
                        breaker.failed();
                        metrics.unavailable.increment();
                    } else {
                        breaker.succeeded();
                    }
                });
        if (lookups.size() > settings.maxLookups()) {
            metrics.refused.increment();
            lookup.complete(new Unavailable("too many links are being looked for"));
            return lookup;
        }
        long beganNanos = nanos.getAsLong();
        redis.find(code).whenComplete((entry, failure) -> {
            if (entry == null) {
                askDatabase(code, beganNanos, lookup);
            } else {
                metrics.fromRedis.increment();
                memory.keep(code, entry.target(), beganNanos);
                lookup.complete(resolution(entry.target()));
            }
        });
        return lookup;
    }

    private void askDatabase(String code, long beganNanos, CompletableFuture<Resolution> lookup) {
        loader.load(code).whenComplete((found, failure) -> {
            if (failure != null) {
                lookup.complete(new Unavailable(String.valueOf(failure.getMessage())));
                return;
            }
            metrics.fromDatabase.increment();
            Optional<Target> target = found;
            if (memory.keep(code, target.orElse(null), beganNanos)) {
                target.ifPresent(kept -> redis.keep(code, kept));
            }
            lookup.complete(resolution(target.orElse(null)));
        });
    }

    private static Resolution resolution(@Nullable Target target) {
        return target == null ? ABSENT : new Found(target);
    }

    /** Forgets a link that has changed: who asks from now on is answered as it is now. */
    void forget(String code) {
        memory.forget(code);
        lookups.remove(code);
    }

    int underWay() {
        return lookups.size();
    }
}
