package io.weir.redis;

import io.lettuce.core.SetArgs;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A sign in Redis that somebody does something. It is there for as long as somebody gives it again and again. */
public final class SharedSign {
    private static final Logger LOG = LoggerFactory.getLogger(SharedSign.class);

    private final SharedRedis redis;
    private final byte[] key;
    private final Duration lifetime;

    /**
     * A sign.
     *
     * @param lifetime how long it is there after it was given last
     */
    public SharedSign(SharedRedis redis, String key, Duration lifetime) {
        this.redis = redis;
        this.key = key.getBytes(StandardCharsets.UTF_8);
        this.lifetime = lifetime;
    }

    /**
     * Gives it, or tries to.
     *
     * @param who for people who look at the key
     */
    public void give(String who) {
        RedisClusterAsyncCommands<byte[], byte[]> commands = redis.commands();
        if (commands != null) {
            var _ = commands.set(key, who.getBytes(StandardCharsets.UTF_8), SetArgs.Builder.px(lifetime.toMillis()));
        }
    }

    /** Whether it is there; not, where Redis lets nobody give or see it. Fails when Redis does not say. */
    public CompletionStage<Boolean> isThere() {
        RedisClusterAsyncCommands<byte[], byte[]> commands = redis.commands();
        if (commands == null) {
            return CompletableFuture.failedFuture(new IllegalStateException("no connection to Redis yet"));
        }
        return commands.get(key).thenApply(who -> who != null).exceptionallyCompose(problem -> {
            if (String.valueOf(problem.getMessage()).contains("NOPERM")) {
                LOG.warn("Redis does not let this user see {}: {}", new String(key, StandardCharsets.UTF_8), problem);
                return CompletableFuture.completedFuture(false);
            }
            return CompletableFuture.failedFuture(problem);
        });
    }
}
