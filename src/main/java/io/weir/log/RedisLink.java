package io.weir.log;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandType;
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
final class RedisLink implements RedisRoute, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RedisLink.class);
    private static final Duration MIN_RECONNECT_DELAY = Duration.ofMillis(200);
    private static final Duration MAX_RECONNECT_DELAY = Duration.ofMillis(400);

    private final RedisConnector connector;
    private final String address;
    private final ScheduledExecutorService scheduler;
    private final AtomicReference<@Nullable StatefulRedisConnection<byte[], byte[]>> current = new AtomicReference<>();
    private final AtomicReference<@Nullable CompletableFuture<Boolean>> ping = new AtomicReference<>();
    private volatile boolean closed;
    private volatile String lastProblem = "";

    /**
     * Makes one that is not connected yet.
     *
     * @param address how it is called in the log
     */
    RedisLink(RedisConnector connector, String address, ScheduledExecutorService scheduler) {
        this.connector = connector;
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
        return connector
                .connect()
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

    @Override
    public @Nullable StatefulRedisConnection<byte[], byte[]> current() {
        return current.get();
    }

    @Override
    public boolean isInUse(StatefulRedisConnection<byte[], byte[]> connection) {
        return connection.equals(current.get());
    }

    @Override
    public boolean redirected(String error) {
        return false;
    }

    @Override
    public CompletableFuture<StatefulRedisConnection<byte[], byte[]>> dedicated() {
        return connector.connect();
    }

    /** Completes with true when the server answers in time; never fails. One that does not is given up. */
    CompletableFuture<Boolean> isReachable(Duration timeout) {
        // one question at a time, however many ask, lest they pile up on a silent connection
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        CompletableFuture<Boolean> earlier = ping.compareAndExchange(null, answer);
        if (earlier != null) {
            return earlier.copy();
        }
        StatefulRedisConnection<byte[], byte[]> connection = current.get();
        var _ = RedisCalls.call(
                        connection,
                        CommandType.PING,
                        new StatusOutput<>(ByteArrayCodec.INSTANCE),
                        RedisCalls.args(),
                        timeout)
                .whenComplete((pong, problem) -> {
                    ping.set(null);
                    if (problem != null && connection != null) {
                        drop(connection, "no answer to PING in " + timeout);
                    }
                    answer.complete(problem == null);
                });
        return answer.copy();
    }

    @Override
    public void drop(StatefulRedisConnection<byte[], byte[]> connection, String why) {
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
            LOG.info("Connected to Redis at {}", address);
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
            LOG.warn("No connection to Redis at {}, trying on: {}", address, message);
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
