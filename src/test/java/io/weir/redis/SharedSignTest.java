package io.weir.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.AclSetuserArgs;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.weir.embedded.EmbeddedRedisServer;
import io.weir.testkit.RedisForTests;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedSignTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    @Test
    void isThereForAsLongAsItIsGivenAndNobodyKnowsWhileRedisIsAway(@TempDir Path directory) {
        try (EmbeddedRedisServer server = RedisForTests.startPrivate(directory);
                SharedRedis redis =
                        SharedRedis.open(RedisAddress.parse(server.url(), TIMEOUT), TIMEOUT, Duration.ofMillis(500))) {
            SharedSign sign = new SharedSign(redis, "a:run", Duration.ofSeconds(1));
            SharedSign other = new SharedSign(redis, "b:run", Duration.ofSeconds(1));
            await().until(() -> redis.commands() != null);
            assertThat(isThere(sign)).isFalse();

            sign.give("127.0.0.1:7355");
            assertThat(isThere(sign)).isTrue();
            assertThat(isThere(other)).isFalse();
            await().until(() -> !isThere(sign));

            server.kill();
            assertThat(sign.isThere()).failsWithin(Duration.ofSeconds(60));
        }
    }

    @Test
    void isNotThereForAUserWhoMayNotSeeIt(@TempDir Path directory) {
        try (EmbeddedRedisServer server = RedisForTests.startPrivate(directory);
                SharedRedis redis =
                        SharedRedis.open(RedisAddress.parse(server.url(), TIMEOUT), TIMEOUT, Duration.ofMillis(500))) {
            await().until(() -> redis.commands() != null);
            SharedSign sign = new SharedSign(redis, "a:run", Duration.ofMinutes(1));
            sign.give("127.0.0.1:7355");
            assertThat(isThere(sign)).isTrue();
            RedisClusterAsyncCommands<byte[], byte[]> commands = Objects.requireNonNull(redis.commands());
            AclSetuserArgs without = AclSetuserArgs.Builder.resetKeys().keyPattern("b*");
            assertThat(commands.aclSetuser("default", without).toCompletableFuture())
                    .succeedsWithin(TIMEOUT);
            assertThat(isThere(sign)).isFalse();
        }
    }

    private static boolean isThere(SharedSign sign) {
        return sign.isThere().toCompletableFuture().join();
    }
}
