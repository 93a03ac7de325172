package io.weir.limit;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether Redis is used or away. Each change is logged once; what was begun before a change no longer causes one. */
final class RedisEpisodes {
    private static final Logger LOG = LoggerFactory.getLogger(RedisEpisodes.class);

    /** Even while Redis is used, odd while it is away. */
    private final AtomicLong episode = new AtomicLong();

    private final Executor later;
    private final Function<String, CompletionStage<?>> probe;
    private volatile boolean closed;

    /** @param probe tries Redis where a key is; succeeds when it would count there */
    RedisEpisodes(Duration probeInterval, Function<String, CompletionStage<?>> probe) {
        this.later = CompletableFuture.delayedExecutor(probeInterval.toMillis(), TimeUnit.MILLISECONDS);
        this.probe = probe;
    }

    /** To be named when something that is begun now fails. */
    long current() {
        return episode.get();
    }

    static boolean isAway(long episode) {
        return (episode & 1) == 1;
    }

    /** Redis did not answer for a key. */
    void failed(long begun, String key, Throwable failure) {
        if (!isAway(begun) && episode.compareAndSet(begun, begun + 1)) {
            LOG.warn(
                    "Rate limits are counted in this process's memory until Redis answers in time again: {}",
                    failure.toString());
            probeLater(begun + 1, key);
        }
    }

    void close() {
        closed = true;
    }

    private void probeLater(long away, String key) {
        later.execute(() -> {
            if (!closed) {
                var _ = probe.apply(key).handle((answer, failure) -> {
                    if (failure != null) {
                        probeLater(away, key);
                    } else if (episode.compareAndSet(away, away + 1)) {
                        LOG.info("Rate limits are counted in Redis again");
                    }
                    return (Void) null;
                });
            }
        });
    }
}
