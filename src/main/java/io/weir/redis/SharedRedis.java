package io.weir.redis;

import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to Redis for limits, caches and messages: what they keep there may be lost, and a command may run twice.
 *
 * <p>It comes back by itself. While Redis is away commands fail at once, and whoever sent them goes another way.
 */
public final class SharedRedis implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SharedRedis.class);
    private static final Duration RETRY_DELAY = Duration.ofMillis(300);
    private static final int IO_THREADS = 2;
    private static final int COMPUTATION_THREADS = 2;

    private final ClientResources resources;
    private final SharedRedisClient client;
    private volatile @Nullable RedisClusterAsyncCommands<byte[], byte[]> commands;
    private volatile boolean closed;

    private SharedRedis(
            RedisAddress address, Duration connectTimeout, Duration commandTimeout, CommandLatencyRecorder latency) {
        resources = ClientResources.builder()
                .ioThreadPoolSize(IO_THREADS)
                .computationThreadPoolSize(COMPUTATION_THREADS)
                .commandLatencyRecorder(latency)
                .build();
        client = SharedRedisClient.create(resources, address, connectTimeout, commandTimeout);
    }

    /** Begins to connect, and goes on until it is closed; waits for nothing. */
    public static SharedRedis open(RedisAddress address, Duration connectTimeout, Duration commandTimeout) {
        return open(address, connectTimeout, commandTimeout, CommandLatencyRecorder.disabled());
    }

    /** The same, with what its commands take among the meters. */
    public static SharedRedis open(
            RedisAddress address, Duration connectTimeout, Duration commandTimeout, MeterRegistry meters) {
        return open(address, connectTimeout, commandTimeout, new CommandTimers(meters, "shared"));
    }

    private static SharedRedis open(
            RedisAddress address, Duration connectTimeout, Duration commandTimeout, CommandLatencyRecorder latency) {
        SharedRedis redis = new SharedRedis(address, connectTimeout, commandTimeout, latency);
        redis.untilConnected(redis.client::connect, opened -> redis.commands = opened);
        return redis;
    }

    /** The same for one server. */
    public static SharedRedis open(RedisURI server, Duration connectTimeout, Duration commandTimeout) {
        return open(new RedisAddress.Single(server), connectTimeout, commandTimeout);
    }

    /** The commands that any form of Redis has; null while there has been no connection yet. */
    public @Nullable RedisClusterAsyncCommands<byte[], byte[]> commands() {
        return commands;
    }

    /**
     * Hears what is published to a channel, until this is closed. Each subscription has a connection of its own.
     *
     * <p>Both are called on a thread of the connection and must not block.
     *
     * @param messages given each message
     * @param subscribed run whenever the subscription begins: the first time, and again after each loss of the connection.
     *     What was published before then was not heard
     */
    public void subscribe(String channel, Consumer<byte[]> messages, Runnable subscribed) {
        byte[] name = channel.getBytes(StandardCharsets.UTF_8);
        untilConnected(client::connectPubSub, connection -> {
            listen(connection, name, messages, subscribed);
            var _ = connection.async().subscribe(name);
        });
    }

    /** The same for who does not need to know of what it missed. */
    public void subscribe(String channel, Consumer<byte[]> messages) {
        subscribe(channel, messages, () -> {});
    }

    @Override
    public void close() {
        closed = true;
        client.close();
        resources.shutdown(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    }

    private static void listen(
            StatefulRedisPubSubConnection<byte[], byte[]> connection,
            byte[] name,
            Consumer<byte[]> messages,
            Runnable subscribed) {
        connection.addListener(new RedisPubSubAdapter<>() {
            @Override
            public void message(byte[] channel, byte[] message) {
                if (Arrays.equals(channel, name)) {
                    messages.accept(message);
                }
            }

            @Override
            public void subscribed(byte[] channel, long count) {
                subscribed.run();
            }
        });
    }

    private <T> void untilConnected(Supplier<CompletableFuture<T>> connect, Consumer<T> connected) {
        var _ = connect.get().handle((opened, problem) -> {
            if (problem == null) {
                connected.accept(opened);
            } else if (!closed) {
                LOG.debug("No connection to Redis yet, trying on: {}", problem.toString());
                retry(connect, connected);
            }
            return (Void) null;
        });
    }

    private <T> void retry(Supplier<CompletableFuture<T>> connect, Consumer<T> connected) {
        try {
            var _ = resources
                    .eventExecutorGroup()
                    .schedule(() -> untilConnected(connect, connected), RETRY_DELAY.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException problem) {
            LOG.debug("Closed while it was to connect");
        }
    }
}
