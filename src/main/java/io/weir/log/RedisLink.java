package io.weir.log;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to Redis that comes back by itself.
 *
 * <p>Every reconnect is a new Lettuce connection with its own reconnecting switched off: then no command can outlive
 * the connection it was written to, and none is ever written twice.
 */
final class RedisLink implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RedisLink.class);
    private static final Duration MIN_RECONNECT_DELAY = Duration.ofMillis(200);
    private static final Duration MAX_RECONNECT_DELAY = Duration.ofMillis(400);

    private final RedisClient client;
    private final RedisURI address;
    private final ScheduledExecutorService scheduler;
    private final AtomicReference<@Nullable StatefulRedisConnection<byte[], byte[]>> current = new AtomicReference<>();
    private volatile boolean closed;
    private volatile String lastProblem = "";

    RedisLink(RedisClient client, RedisURI address, ScheduledExecutorService scheduler) {
        this.client = client;
        this.address = address;
        this.scheduler = scheduler;
    }

    /**
     * Begins to connect, and goes on until it is closed. Completes after the first attempt, whatever its outcome.
     *
     * <p>What is returned is a copy: a stage that somebody completes early, for having waited long enough, is never run,
     * and with it neither what takes the connection over nor what tries again.
     */
    CompletableFuture<Void> connect() {
        return client.connectAsync(ByteArrayCodec.INSTANCE, address)
                .toCompletableFuture()
                .handle((connection, problem) -> {
                    if (problem != null) {
                        failed(problem);
                    } else {
                        connected(connection);
                    }
                    return (Void) null;
                })
                .copy();
    }

    /** The connection; null while there is none. */
    @Nullable
    StatefulRedisConnection<byte[], byte[]> current() {
        return current.get();
    }

    /** Gives up a connection that does not answer, for a new one. */
    void drop(StatefulRedisConnection<byte[], byte[]> connection, String why) {
        if (current.compareAndSet(connection, null)) {
            LOG.warn("Connection to Redis lost: {}", why);
            RedisCalls.close(connection);
            reconnectLater();
        }
    }

    @Override
    public void close() {
        closed = true;
        StatefulRedisConnection<byte[], byte[]> connection = current.getAndSet(null);
        if (connection != null) {
            connection.close();
        }
    }

    private void connected(StatefulRedisConnection<byte[], byte[]> connection) {
        connection.addListener(new RedisConnectionStateListener() {
            @Override
            public void onRedisDisconnected(RedisChannelHandler<?, ?> ignored) {
                drop(connection, "disconnected");
            }
        });
        current.set(connection);
        if (closed) {
            close();
        } else if (!connection.isOpen()) {
            drop(connection, "disconnected");
        } else {
            lastProblem = "";
            LOG.info("Connected to Redis at {}:{}", address.getHost(), address.getPort());
        }
    }

    private void failed(Throwable problem) {
        Throwable root = problem;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String message = String.valueOf(root.getMessage());
        if (!closed && !message.equals(lastProblem)) {
            lastProblem = message;
            LOG.warn("No connection to Redis at {}:{}, trying on: {}", address.getHost(), address.getPort(), message);
        }
        reconnectLater();
    }

    private void reconnectLater() {
        if (closed || scheduler.isShutdown()) {
            return;
        }
        long delayMillis =
                ThreadLocalRandom.current().nextLong(MIN_RECONNECT_DELAY.toMillis(), MAX_RECONNECT_DELAY.toMillis());
        try {
            var _ = scheduler.schedule(this::reconnect, delayMillis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException problem) {
            LOG.debug("Closed while it was to reconnect");
        }
    }

    private void reconnect() {
        if (!closed) {
            var _ = connect();
        }
    }
}
