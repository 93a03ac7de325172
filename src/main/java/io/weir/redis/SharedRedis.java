package io.weir.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
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
    private final RedisClient client;
    private final RedisURI address;
    private volatile @Nullable StatefulRedisConnection<byte[], byte[]> connection;
    private volatile boolean closed;

    private SharedRedis(RedisURI address, Duration connectTimeout, Duration commandTimeout) {
        this.address = address;
        resources = ClientResources.builder()
                .ioThreadPoolSize(IO_THREADS)
                .computationThreadPoolSize(COMPUTATION_THREADS)
                .commandLatencyRecorder(CommandLatencyRecorder.disabled())
                .build();
        client = RedisClient.create(resources);
        client.setOptions(ClientOptions.builder()
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .protocolVersion(ProtocolVersion.RESP2)
                .timeoutOptions(TimeoutOptions.enabled(commandTimeout))
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(connectTimeout)
                        .keepAlive(true)
                        .build())
                .build());
    }

    /** Begins to connect, and goes on until it is closed; waits for nothing. */
    public static SharedRedis open(RedisURI address, Duration connectTimeout, Duration commandTimeout) {
        SharedRedis redis = new SharedRedis(address, connectTimeout, commandTimeout);
        redis.connect();
        return redis;
    }

    /** The commands that any form of Redis has; null while there has been no connection yet. */
    public @Nullable RedisClusterAsyncCommands<byte[], byte[]> commands() {
        StatefulRedisConnection<byte[], byte[]> now = connection;
        return now == null ? null : now.async();
    }

    @Override
    public void close() {
        closed = true;
        client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
        resources.shutdown(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    }

    private void connect() {
        var _ = client.connectAsync(ByteArrayCodec.INSTANCE, address).handle((connected, problem) -> {
            if (problem == null) {
                connection = connected;
            } else if (!closed) {
                LOG.debug("No connection to Redis yet, trying on: {}", problem.toString());
                resources.eventExecutorGroup().schedule(this::connect, RETRY_DELAY.toMillis(), TimeUnit.MILLISECONDS);
            }
            return (Void) null;
        });
    }
}
