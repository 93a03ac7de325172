package io.weir.link;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import io.weir.settings.LinkSettings;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The links that this process has in memory, and the codes that have none.
 *
 * <p>What was read is kept only if its code did not change since the reading began: a reader who was slow must not put
 * back what a change has just removed. Thread-safe; nothing in it blocks.
 */
final class LinkMemory {
    /** What is remembered of changes; a change that had to be forgotten makes all earlier readings suspect. */
    private static final int MAX_CHANGES = 100_000;

    /**
     * A link in memory.
     *
     * @param beganNanos when its reading began
     */
    record Held(Target target, long beganNanos) {}

    private final LongSupplier nanos;
    private final long ttlNanos;
    private final long longestReadingNanos;
    private final Cache<String, Held> links;
    private final Cache<String, Long> absent;
    private final Cache<String, Long> changes;
    private volatile long doubtedNanos;

    LinkMemory(LinkSettings.Cache settings, LongSupplier nanos) {
        this.nanos = nanos;
        this.ttlNanos = settings.ttl().toNanos();
        // a lookup that nobody waits for any more may still come to an end
        Duration longestReading = settings.lookupTimeout().multipliedBy(4).plusSeconds(10);
        this.longestReadingNanos = longestReading.toNanos();
        this.doubtedNanos = nanos.getAsLong();
        links = builder(settings.maxLinks(), settings.staleIfError()).build();
        absent = builder(settings.maxAbsent(), settings.absentTtl()).build();
        changes = builder(MAX_CHANGES, longestReading.multipliedBy(2))
                .evictionListener((code, at, cause) -> {
                    if (cause == RemovalCause.SIZE) {
                        doubtAll();
                    }
                })
                .build();
    }

    private Caffeine<Object, Object> builder(int maximum, Duration keptFor) {
        return Caffeine.newBuilder()
                .maximumSize(maximum)
                .expireAfterWrite(keptFor)
                .ticker(nanos::getAsLong)
                .executor(Runnable::run);
    }

    /** What is held, fresh or not. */
    @Nullable
    Held find(String code) {
        return links.getIfPresent(code);
    }

    /** Whether it may be answered without asking again. */
    boolean isFresh(Held held) {
        return held.beganNanos() - doubtedNanos >= 0 && nanos.getAsLong() - held.beganNanos() < ttlNanos;
    }

    boolean isAbsent(String code) {
        Long beganNanos = absent.getIfPresent(code);
        return beganNanos != null && beganNanos - doubtedNanos >= 0;
    }

    /**
     * Keeps what was read.
     *
     * @param target null for a code without a link
     * @param beganNanos when the reading began
     * @return whether it is kept
     */
    boolean keep(String code, @Nullable Target target, long beganNanos) {
        boolean[] kept = new boolean[1];
        if (target == null) {
            absent.asMap().compute(code, (same, held) -> {
                kept[0] = isCurrent(code, beganNanos);
                return kept[0] ? Long.valueOf(beganNanos) : held;
            });
            if (kept[0]) {
                links.invalidate(code);
            }
        } else {
            links.asMap().compute(code, (same, held) -> {
                kept[0] = isCurrent(code, beganNanos) && (held == null || held.beganNanos() - beganNanos <= 0);
                return kept[0] ? new Held(oldIfEqual(target, held), beganNanos) : held;
            });
            if (kept[0]) {
                absent.invalidate(code);
            }
        }
        return kept[0];
    }

    /** A link that is asked for again is mostly as it was. Its target has found its place in the heap, the new one has not. */
    private static Target oldIfEqual(Target target, @Nullable Held held) {
        return held != null && held.target().equals(target) ? held.target() : target;
    }

    /** Asked within the computation of the code, which {@link #forget} waits for after it has noted the change. */
    private boolean isCurrent(String code, long beganNanos) {
        Long changedNanos = changes.getIfPresent(code);
        return (changedNanos == null || beganNanos - changedNanos > 0)
                && nanos.getAsLong() - beganNanos < longestReadingNanos;
    }

    /** Forgets a link that has changed, and whatever is being read of it now. */
    void forget(String code) {
        changes.put(code, nanos.getAsLong());
        // not computeIfPresent: where nothing is held yet, it does not wait for who is about to
        links.asMap().compute(code, (same, held) -> null);
        absent.asMap().compute(code, (same, held) -> null);
    }

    /** Asks anew for everything that is held; until there is an answer it stands in for one. */
    void doubtAll() {
        doubtedNanos = nanos.getAsLong();
    }

    long links() {
        return links.estimatedSize();
    }

    long absent() {
        return absent.estimatedSize();
    }
}
