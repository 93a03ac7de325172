package io.weir.link;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells all nodes, through Redis, that a link has changed. What Redis does not take is told again until it does, for as long
 * as this process lives.
 */
final class LinkAnnouncer {
    private static final Logger LOG = LoggerFactory.getLogger(LinkAnnouncer.class);
    private static final Duration RETRY_DELAY = Duration.ofMillis(500);
    private static final int MAX_WAITING = 10_000;

    /**
     * A change.
     *
     * @param target null for a link that was deleted
     */
    private record Change(
            String code, long version, @Nullable Target target) {}

    private final RedisLinks redis;
    private final LinkMetrics metrics;
    private final Executor retries;
    private final ConcurrentHashMap<String, Change> waiting = new ConcurrentHashMap<>();
    private final AtomicBoolean retrying = new AtomicBoolean();

    LinkAnnouncer(RedisLinks redis, LinkMetrics metrics, Executor executor) {
        this.redis = redis;
        this.metrics = metrics;
        this.retries = CompletableFuture.delayedExecutor(RETRY_DELAY.toMillis(), TimeUnit.MILLISECONDS, executor);
    }

    /** Tells of a change; completes when it has been tried once, with whether Redis took it. */
    CompletionStage<Boolean> announce(String code, long version, @Nullable Target target) {
        Change change = new Change(code, version, target);
        Change latest = waiting.merge(code, change, (held, added) -> held.version() > added.version() ? held : added);
        return tell(latest).thenApply(told -> {
            if (!told) {
                LOG.warn("Redis was not told of a change of a link; it is told again until Redis takes it");
                if (waiting.size() > MAX_WAITING && waiting.remove(code, latest)) {
                    metrics.untold.increment();
                }
                retryLater();
            }
            return told;
        });
    }

    private CompletionStage<Boolean> tell(Change change) {
        return redis.tell(change.code(), change.version(), change.target()).handle((receivers, failure) -> {
            if (failure == null) {
                waiting.remove(change.code(), change);
            }
            return failure == null;
        });
    }

    private void retryLater() {
        if (!waiting.isEmpty() && retrying.compareAndSet(false, true)) {
            retries.execute(() -> {
                CompletableFuture<?>[] all = waiting.values().stream()
                        .map(change -> tell(change).toCompletableFuture())
                        .toArray(CompletableFuture<?>[]::new);
                var _ = CompletableFuture.allOf(all).whenComplete((done, failure) -> {
                    retrying.set(false);
                    retryLater();
                });
            });
        }
    }

    int waiting() {
        return waiting.size();
    }
}
