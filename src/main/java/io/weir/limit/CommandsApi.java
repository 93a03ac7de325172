package io.weir.limit;

import io.github.bucket4j.redis.lettuce.RedisApi;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What Bucket4j needs of Redis, over a connection that may not be there and that may be one to a server or to a cluster. It
 * never throws: Bucket4j's batches would wait for ever.
 *
 * @param <K> byte arrays; Bucket4j makes an array of them that is one of objects, so it must stay a variable
 */
final class CommandsApi<K> implements RedisApi<K> {
    private final Supplier<@Nullable RedisClusterAsyncCommands<K, byte[]>> connection;

    CommandsApi(Supplier<@Nullable RedisClusterAsyncCommands<K, byte[]>> connection) {
        this.connection = connection;
    }

    @Override
    public <V> RedisFuture<V> eval(String script, ScriptOutputType type, K[] keys, byte[][] parameters) {
        return send(commands -> commands.eval(script, type, keys, parameters));
    }

    @Override
    public RedisFuture<byte[]> get(K key) {
        return send(commands -> commands.get(key));
    }

    @Override
    public RedisFuture<?> delete(K key) {
        throw new UnsupportedOperationException("buckets end by themselves");
    }

    private <V> RedisFuture<V> send(Function<RedisClusterAsyncCommands<K, byte[]>, RedisFuture<V>> command) {
        RedisClusterAsyncCommands<K, byte[]> commands = connection.get();
        if (commands == null) {
            return new Failed<>(new IllegalStateException("there has been no connection to Redis yet"));
        }
        try {
            return command.apply(commands);
        } catch (RuntimeException failure) {
            return new Failed<>(failure);
        }
    }

    private static final class Failed<V> extends CompletableFuture<V> implements RedisFuture<V> {
        private final String error;

        Failed(RuntimeException failure) {
            error = failure.toString();
            completeExceptionally(failure);
        }

        @Override
        public String getError() {
            return error;
        }

        @Override
        public boolean await(long timeout, TimeUnit unit) {
            return true;
        }
    }
}
