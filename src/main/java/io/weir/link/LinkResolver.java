package io.weir.link;

import io.weir.settings.LinkSettings;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
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
    private static final Resolution TOO_LATE = new Unavailable("neither Redis nor the database answered in time");
    private static final CompletionStage<Resolution> NOT_THERE = CompletableFuture.completedFuture(ABSENT);

    private final LinkSettings.Cache settings;
    private final LinkMemory memory;
    private final RedisLinks redis;
    private final LinkLoader loader;
    private final LinkMetrics metrics;
    private final LongSupplier nanos;
    private final LookupBreaker breaker;
    private final ConcurrentHashMap<String, LinkLookup> lookups = new ConcurrentHashMap<>();
    /** Whose code has changed meanwhile: somebody waits for them, and nobody else will. */
    private final Set<LinkLookup> forgotten = ConcurrentHashMap.newKeySet();

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
            return lookUp(code).answer();
        }
        Resolution known = new Found(held.target());
        if (memory.isFresh(held)) {
            metrics.fromMemory.increment();
            if (memory.isDue(held) && lookups.size() < settings.maxLookups() && breaker.allows()) {
                // nobody waits for what it finds: it is there for who comes next
                lookUp(code);
            }
            return CompletableFuture.completedFuture(known);
        }
        if (!breaker.allows()) {
            metrics.stale.increment();
            return CompletableFuture.completedFuture(known);
        }
        return lookUp(code).soon().thenApply(found -> {
            if (found instanceof Unavailable) {
                metrics.stale.increment();
                return known;
            }
            return found;
        });
    }

    private LinkLookup lookUp(String code) {
        LinkLookup lookup = new LinkLookup(nanos.getAsLong());
        LinkLookup earlier = lookups.putIfAbsent(code, lookup);
        if (earlier != null) {
            return earlier;
        }
        var _ = lookup.answer().whenComplete((found, failure) -> {
            if (!lookups.remove(code, lookup)) {
                forgotten.remove(lookup);
            }
            if (found instanceof Unavailable) {
                breaker.failed();
                metrics.unavailable.increment();
            } else {
                breaker.succeeded();
            }
        });
        if (lookups.size() > settings.maxLookups()) {
            metrics.refused.increment();
            lookup.end(new Unavailable("too many links are being looked for"));
            return lookup;
        }
        redis.find(code).whenComplete((entry, failure) -> {
            if (entry == null) {
                askDatabase(code, lookup);
            } else {
                metrics.fromRedis.increment();
                memory.keep(code, entry.target(), lookup.beganNanos());
                lookup.end(resolution(entry.target()));
            }
        });
        return lookup;
    }

    private void askDatabase(String code, LinkLookup lookup) {
        loader.load(code).whenComplete((found, failure) -> {
            if (failure != null) {
                lookup.end(new Unavailable(String.valueOf(failure.getMessage())));
                return;
            }
            metrics.fromDatabase.increment();
            Optional<Target> target = found;
            if (memory.keep(code, target.orElse(null), lookup.beganNanos())) {
                target.ifPresent(kept -> redis.keep(code, kept));
            }
            lookup.end(resolution(target.orElse(null)));
        });
    }

    private static Resolution resolution(@Nullable Target target) {
        return target == null ? ABSENT : new Found(target);
    }

    /**
     * Has those go on who have waited for as long as they may. To be called every few milliseconds: one look at what is under
     * way, seldom more than a few, costs less than two timers for each link that is looked for.
     */
    public void endWaits() {
        long nowNanos = nanos.getAsLong();
        lookups.values().forEach(lookup -> endWait(lookup, nowNanos));
        forgotten.forEach(lookup -> endWait(lookup, nowNanos));
    }

    private void endWait(LinkLookup lookup, long nowNanos) {
        long waitedNanos = nowNanos - lookup.beganNanos();
        if (waitedNanos >= settings.lookupTimeout().toNanos()) {
            lookup.end(TOO_LATE);
        } else if (waitedNanos >= settings.staleWait().toNanos()) {
            lookup.late(LATE);
        }
    }

    /** Forgets a link that has changed: who asks from now on is answered as it is now. */
    void forget(String code) {
        memory.forget(code);
        LinkLookup lookup = lookups.remove(code);
        if (lookup != null) {
            forgotten.add(lookup);
            if (lookup.hasEnded()) {
                forgotten.remove(lookup);
            }
        }
    }

    int underWay() {
        return lookups.size();
    }
}
