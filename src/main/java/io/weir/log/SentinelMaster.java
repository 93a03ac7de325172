package io.weir.log;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.protocol.CommandType;
import io.weir.redis.RedisAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connects to the master that sentinels name. They are asked for every connection, and the server is asked whether it is
 * one: what a server takes that is about to become a replica is lost.
 *
 * <p>They are asked once more while connections are open, for a master that was cut off or stood still knows nothing of its
 * successor when it comes back, and would go on taking events.
 */
final class SentinelMaster implements RedisConnector {
    private static final Logger LOG = LoggerFactory.getLogger(SentinelMaster.class);

    private final RedisClient client;
    private final RedisAddress.Sentinel address;
    private final Duration timeout;
    private final Map<StatefulRedisConnection<byte[], byte[]>, InetSocketAddress> open = new ConcurrentHashMap<>();
    private volatile @Nullable InetSocketAddress last;

    SentinelMaster(RedisClient client, RedisAddress.Sentinel address, Duration timeout) {
        this.client = client;
        this.address = address;
        this.timeout = timeout;
    }

    @Override
    public CompletableFuture<StatefulRedisConnection<byte[], byte[]>> connect() {
        return lookUp().thenCompose(master -> {
            if (!master.equals(last)) {
                last = master;
                LOG.info("The sentinels name {} as the master", name(master));
            }
            RedisURI server = RedisURI.builder(address.lookup())
                    .withHost(master.getHostString())
                    .withPort(master.getPort())
                    .build();
            return RedisConnector.to(client, server).connect().thenCompose(connection -> checked(connection, master));
        });
    }

    /** Closes connections to servers that are not the master. Does nothing while no sentinel answers. */
    CompletableFuture<Void> closeOutdated() {
        open.keySet().removeIf(connection -> !connection.isOpen());
        if (open.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        return lookUp().thenAccept(master -> open.forEach((connection, server) -> {
            if (!server.equals(master)) {
                LOG.warn("The sentinels name {} as the master, no longer {}", name(master), name(server));
                open.remove(connection);
                RedisCalls.close(connection);
            }
        }));
    }

    private CompletableFuture<InetSocketAddress> lookUp() {
        return client.connectSentinelAsync(ByteArrayCodec.INSTANCE, address.anyOrder())
                .thenCompose(sentinel -> sentinel.async()
                        .getMasterAddrByName(address.master().getBytes(StandardCharsets.UTF_8))
                        .toCompletableFuture()
                        .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                        .whenComplete((master, problem) -> {
                            var _ = sentinel.closeAsync();
                        }))
                .thenApply(master -> {
                    if (master instanceof InetSocketAddress server) {
                        return server;
                    }
                    throw new RedisConnectionException("the sentinels know no master " + address.master());
                });
    }

    private CompletableFuture<StatefulRedisConnection<byte[], byte[]>> checked(
            StatefulRedisConnection<byte[], byte[]> connection, InetSocketAddress server) {
        return RedisCalls.call(connection, CommandType.ROLE, RedisCalls.args(), timeout)
                .thenApply(SentinelMaster::role)
                .handle((role, problem) -> {
                    if (problem == null && role.equals("master")) {
                        open.put(connection, server);
                        return connection;
                    }
                    RedisCalls.close(connection);
                    throw new RedisConnectionException(
                            name(server) + " is no master: " + (problem == null ? role : problem.getMessage()));
                });
    }

    private static String name(InetSocketAddress server) {
        return server.getHostString() + ":" + server.getPort();
    }

    private static String role(List<Object> answer) {
        return RedisCalls.text(answer.getFirst());
    }
}
