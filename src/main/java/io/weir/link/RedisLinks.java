package io.weir.link;

import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.weir.redis.SharedRedis;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Links in Redis: a key for each, {@code <version> <expiry> <url>}, or {@code <version> gone} for one that was deleted. An
 * older version never takes the place of a newer one, whoever comes last.
 */
final class RedisLinks {
    /**
     * What Redis holds of a code.
     *
     * @param target null for a link that was deleted
     */
    record Entry(@Nullable Target target) {}

    private static final String SET_UNLESS_OLDER = """
        local held = redis.call('GET', KEYS[1])
        if held and tonumber(string.match(held, '^%d+') or '0') > tonumber(ARGV[1]) then return 0 end
        redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
        return 1
        """;
    private static final String GONE = "gone";

    private final SharedRedis redis;
    private final String prefix;
    private final byte[] ttlMillis;
    private final byte[] channel;

    RedisLinks(SharedRedis redis, String prefix, Duration ttl) {
        this.redis = redis;
        this.prefix = prefix;
        this.ttlMillis = bytes(Long.toString(ttl.toMillis()));
        this.channel = bytes(channel(prefix));
    }

    /** The channel on which the codes of changed links are told. */
    static String channel(String prefix) {
        return prefix + "changes";
    }

    /** What Redis holds of a code; null for nothing, or when Redis does not answer. */
    CompletionStage<@Nullable Entry> find(String code) {
        RedisClusterAsyncCommands<byte[], byte[]> commands = redis.commands();
        if (commands == null) {
            return CompletableFuture.completedFuture(null);
        }
        return commands.get(key(code))
                .handle((value, failure) -> failure != null || value == null ? null : read(value));
    }

    /** Keeps what was read from the database. */
    void keep(String code, Target target) {
        RedisClusterAsyncCommands<byte[], byte[]> commands = redis.commands();
        if (commands != null) {
            var _ = set(commands, code, target.version(), target);
        }
    }

    /**
     * Keeps a change, then tells all nodes of it. Fails when Redis does not take both.
     *
     * @param target null for a link that was deleted
     */
    CompletionStage<Long> tell(String code, long version, @Nullable Target target) {
        RedisClusterAsyncCommands<byte[], byte[]> commands = redis.commands();
        if (commands == null) {
            return CompletableFuture.failedFuture(new IllegalStateException("no connection to Redis yet"));
        }
        return set(commands, code, version, target)
                .thenCompose(set -> commands.publish(channel, code.getBytes(StandardCharsets.US_ASCII)));
    }

    private CompletionStage<Long> set(
            RedisClusterAsyncCommands<byte[], byte[]> commands, String code, long version, @Nullable Target target) {
        return commands.eval(
                SET_UNLESS_OLDER,
                ScriptOutputType.INTEGER,
                new byte[][] {key(code)},
                bytes(Long.toString(version)),
                write(version, target),
                ttlMillis);
    }

    private byte[] key(String code) {
        return bytes(prefix + code);
    }

    private static byte[] write(long version, @Nullable Target target) {
        return bytes(
                target == null ? version + " " + GONE : version + " " + target.expiresAtMillis() + " " + target.url());
    }

    /** Null for what nobody here has written. */
    static @Nullable Entry read(byte[] value) {
        String[] parts = new String(value, StandardCharsets.UTF_8).split(" ", 3);
        try {
            if (parts.length == 2 && parts[1].equals(GONE)) {
                return new Entry(null);
            }
            if (parts.length == 3 && TargetUrl.problem(parts[2]) == null) {
                return new Entry(new Target(parts[2], Long.parseLong(parts[1]), Long.parseLong(parts[0])));
            }
        } catch (NumberFormatException foreign) {
            // as if it were not there
        }
        return null;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
