package io.weir.log;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import java.util.concurrent.CompletableFuture;

/** Opens connections to one server, or to whichever is the master at that moment. */
@FunctionalInterface
interface RedisConnector {
    CompletableFuture<StatefulRedisConnection<byte[], byte[]>> connect();

    static RedisConnector to(RedisClient client, RedisURI address) {
        return () -> client.connectAsync(ByteArrayCodec.INSTANCE, address).toCompletableFuture();
    }
}
