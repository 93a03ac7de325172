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

    private final LongSupplier nanos;
    private final long refreshNanos;
    private final long ttlNanos;
    private final long longestReadingNanos;
    private final long staleNanos;
    private final Sieve links;
    private final Cache<String, Long> absent;
    private final Cache<String, Long> changes;
    private volatile long doubtedNanos;

    LinkMemory(LinkSettings.Cache settings, LongSupplier nanos) {
        this.nanos = nanos;
        this.refreshNanos = settings.refreshAfter().toNanos();
        this.ttlNanos = settings.ttl().toNanos();
        // a lookup that nobody waits for any more may still come to an end
        Duration longestReading = settings.lookupTimeout().multipliedBy(4).plusSeconds(10);
        this.longestReadingNanos = longestReading.toNanos();
        this.doubtedNanos = nanos.getAsLong();
        this.staleNanos = settings.staleIfError().toNanos();
        links = new Sieve(settings.maxLinks());
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
    HeldLink find(String code) {
        HeldLink held = links.find(code);
        return held == null || nanos.getAsLong() - held.beganNanos() >= staleNanos ? null : held;
    }

    /** Whether it is to be asked for again, though it may be answered. */
    boolean isDue(HeldLink held) {
        return nanos.getAsLong() - held.beganNanos() >= refreshNanos;
    }

    /** Whether it may be answered without waiting for anybody. */
    boolean isFresh(HeldLink held) {
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
        synchronized (links) {
            if (!isCurrent(code, beganNanos)) {
                return false;
            }
            if (target == null) {
                absent.put(code, beganNanos);
                links.remove(code);
                return true;
            }
            HeldLink held = links.peek(code);
            if (held != null && held.beganNanos() - beganNanos > 0) {
                return false;
            }
            if (held != null && held.target().equals(target)) {
                held.confirm(beganNanos);
            } else {
                links.put(new HeldLink(code, target, beganNanos));
            }
            absent.invalidate(code);
            return true;
        }
    }

    /** Asked within the monitor, which {@link #forget} waits for after it has noted the change. */
    private boolean isCurrent(String code, long beganNanos) {
        Long changedNanos = changes.getIfPresent(code);
        return (changedNanos == null || beganNanos - changedNanos > 0)
                && nanos.getAsLong() - beganNanos < longestReadingNanos;
    }

    /** Forgets a link that has changed, and whatever is being read of it now. */
    void forget(String code) {
        changes.put(code, nanos.getAsLong());
        synchronized (links) {
            links.remove(code);
            absent.invalidate(code);
        }
    }

    /** Asks anew for everything that is held; until there is an answer it stands in for one. */
    void doubtAll() {
        doubtedNanos = nanos.getAsLong();
    }

    long links() {
        return links.size();
    }

    long absent() {
        return absent.estimatedSize();
    }
}
