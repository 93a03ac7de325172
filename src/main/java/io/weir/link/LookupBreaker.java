package io.weir.link;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Keeps links that memory can answer from being looked for while lookups fail: one a while tries, all others are answered at
 * once. Without it an outage costs each redirect a lookup, which takes several times what the redirect does, just when
 * everything else is in trouble. Thread-safe; nothing in it blocks.
 */
final class LookupBreaker {
    private static final long CLOSED = Long.MIN_VALUE;

    private final long retryNanos;
    private final LongSupplier nanos;
    /** When the next lookup may try, or {@link #CLOSED} while they succeed. */
    private final AtomicLong retryAt = new AtomicLong(CLOSED);

    LookupBreaker(Duration retry, LongSupplier nanos) {
        this.retryNanos = retry.toNanos();
        this.nanos = nanos;
    }

    /** Whether to look; of all who ask after a failure, one a while is told to. */
    boolean allows() {
        long at = retryAt.get();
        if (at == CLOSED) {
            return true;
        }
        long now = nanos.getAsLong();
        return now - at >= 0 && retryAt.compareAndSet(at, now + retryNanos);
    }

    /** A lookup has found out where a code leads, or that it leads nowhere. */
    void succeeded() {
        if (retryAt.get() != CLOSED) {
            retryAt.set(CLOSED);
        }
    }

    /** Nobody could say. */
    void failed() {
        retryAt.set(nanos.getAsLong() + retryNanos);
    }
}
