package io.weir.log;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One server that has all keys, also when sentinels say which. */
final class OneServer implements RedisServers {
    private static final Logger LOG = LoggerFactory.getLogger(OneServer.class);
    private static final Duration WATCH_INTERVAL = Duration.ofSeconds(1);

    private final RedisLink link;
    private final Duration commandTimeout;
    private volatile @Nullable ScheduledFuture<?> watch;

    OneServer(RedisLink link, Duration commandTimeout) {
        this.link = link;
        this.commandTimeout = commandTimeout;
    }

    /** Has what keeps the server the right one run again and again, until this is closed. */
    OneServer watched(Supplier<CompletableFuture<Void>> check, ScheduledExecutorService scheduler) {
        watch = scheduler.scheduleWithFixedDelay(
                () -> {
                    var _ = check.get().exceptionally(problem -> {
                        LOG.debug("Not checked: {}", problem.toString());
                        return null;
                    });
                },
                WATCH_INTERVAL.toMillis(),
                WATCH_INTERVAL.toMillis(),
                TimeUnit.MILLISECONDS);
        return this;
    }

    @Override
    public CompletableFuture<Void> connect() {
        return link.connect();
    }

    @Override
    public RedisRoute route(String key) {
        return link;
    }

    @Override
    public boolean isConnected() {
        return link.current() != null;
    }

    @Override
    public CompletableFuture<Boolean> isReachable() {
        return link.isReachable(commandTimeout);
    }

    @Override
    public void close() {
        ScheduledFuture<?> schedule = watch;
        if (schedule != null) {
            schedule.cancel(false);
        }
        link.close();
    }
}
