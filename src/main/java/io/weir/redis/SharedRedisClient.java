package io.weir.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/** The client behind {@link SharedRedis}; Lettuce has one for servers and sentinels and another for clusters. */
sealed interface SharedRedisClient extends AutoCloseable {
    Duration STOP_TIMEOUT = Duration.ofSeconds(2);

    CompletableFuture<RedisClusterAsyncCommands<byte[], byte[]>> connect();

    CompletableFuture<StatefulRedisPubSubConnection<byte[], byte[]>> connectPubSub();

    @Override
    void close();

    static SharedRedisClient create(
            ClientResources resources, RedisAddress address, Duration connectTimeout, Duration commandTimeout) {
        return switch (address) {
            case RedisAddress.Single single ->
                OneServer.create(resources, single::server, connectTimeout, commandTimeout);
            case RedisAddress.Sentinel sentinel ->
                OneServer.create(resources, sentinel::anyOrder, connectTimeout, commandTimeout);
            case RedisAddress.Cluster cluster -> Nodes.create(resources, cluster, connectTimeout, commandTimeout);
        };
    }

    private static <T extends ClientOptions.Builder> T options(
            T options, Duration connectTimeout, Duration commandTimeout) {
        options.disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .protocolVersion(ProtocolVersion.RESP2)
                .timeoutOptions(TimeoutOptions.enabled(commandTimeout))
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(connectTimeout)
                        .keepAlive(true)
                        .build());
        return options;
    }

    /** One server, or the master that sentinels name, whom Lettuce looks up for every connection anew. */
    record OneServer(RedisClient client, Supplier<RedisURI> address) implements SharedRedisClient {
        static OneServer create(
                ClientResources resources,
                Supplier<RedisURI> address,
                Duration connectTimeout,
                Duration commandTimeout) {
            RedisClient client = RedisClient.create(resources);
            client.setOptions(options(ClientOptions.builder(), connectTimeout, commandTimeout)
                    .build());
            return new OneServer(client, address);
        }

        @Override
        public CompletableFuture<RedisClusterAsyncCommands<byte[], byte[]>> connect() {
            return started(() -> client.connectAsync(ByteArrayCodec.INSTANCE, address.get()))
                    .thenApply(connection -> connection.async());
        }

        @Override
        public CompletableFuture<StatefulRedisPubSubConnection<byte[], byte[]>> connectPubSub() {
            return started(() -> client.connectPubSubAsync(ByteArrayCodec.INSTANCE, address.get()))
                    .thenApply(Function.identity());
        }

        @Override
        public void close() {
            client.shutdown(Duration.ZERO, STOP_TIMEOUT);
        }
    }

    /** A cluster. */
    record Nodes(RedisClusterClient client) implements SharedRedisClient {
        private static final Duration REFRESH_INTERVAL = Duration.ofSeconds(10);

        static Nodes create(
                ClientResources resources,
                RedisAddress.Cluster cluster,
                Duration connectTimeout,
                Duration commandTimeout) {
            RedisClusterClient client = RedisClusterClient.create(resources, cluster.seeds());
            client.setOptions(options(ClusterClientOptions.builder(), connectTimeout, commandTimeout)
                    .topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
                            .enablePeriodicRefresh(REFRESH_INTERVAL)
                            .enableAllAdaptiveRefreshTriggers()
                            .adaptiveRefreshTriggersTimeout(Duration.ofSeconds(1))
                            .build())
                    .build());
            return new Nodes(client);
        }

        @Override
        public CompletableFuture<RedisClusterAsyncCommands<byte[], byte[]>> connect() {
            return started(client::refreshPartitionsAsync)
                    .thenCompose(ignored -> client.connectAsync(ByteArrayCodec.INSTANCE))
                    .thenApply(connection -> connection.async());
        }

        @Override
        public CompletableFuture<StatefulRedisPubSubConnection<byte[], byte[]>> connectPubSub() {
            return started(client::refreshPartitionsAsync)
                    .thenCompose(ignored -> client.connectPubSubAsync(ByteArrayCodec.INSTANCE))
                    .thenApply(Function.identity());
        }

        @Override
        public void close() {
            client.shutdown(Duration.ZERO, STOP_TIMEOUT);
        }
    }

    /** A failure at once is a failed stage, as any other. */
    private static <T> CompletableFuture<T> started(Supplier<? extends CompletionStage<T>> connect) {
        try {
            return connect.get().toCompletableFuture();
        } catch (RuntimeException problem) {
            return CompletableFuture.failedFuture(problem);
        }
    }
}
