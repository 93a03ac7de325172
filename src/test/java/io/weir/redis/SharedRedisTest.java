package io.weir.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.weir.embedded.EmbeddedRedisServer;
import io.weir.testkit.RedisClusterForTests;
import io.weir.testkit.RedisForTests;
import io.weir.testkit.RedisProcess;
import io.weir.testkit.RedisSentinelsForTests;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedRedisTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    @Test
    void failsAtOnceWhileRedisIsAwayAndComesBackByItself(@TempDir Path directory) throws Exception {
        EmbeddedRedisServer server = RedisForTests.startPrivate(directory);
        int port = RedisURI.create(server.url()).getPort();
        try (SharedRedis redis =
                SharedRedis.open(RedisAddress.parse(server.url(), TIMEOUT), TIMEOUT, Duration.ofMillis(500))) {
            await().until(() -> redis.commands() != null);
            RedisClusterAsyncCommands<byte[], byte[]> commands = Objects.requireNonNull(redis.commands());
            commands.set("a".getBytes(UTF_8), "1".getBytes(UTF_8)).get(60, TimeUnit.SECONDS);

            server.close();
            await().untilAsserted(() -> assertThatThrownBy(
                            () -> commands.get("a".getBytes(UTF_8)).get(1, TimeUnit.SECONDS))
                    .isNotNull());

            server = EmbeddedRedisServer.start(directory, port, Duration.ofSeconds(30));
            await().ignoreExceptions()
                    .untilAsserted(
                            () -> assertThat(commands.get("a".getBytes(UTF_8)).get(1, TimeUnit.SECONDS))
                                    .asString(UTF_8)
                                    .isEqualTo("1"));
        } finally {
            server.close();
        }
    }

    @Test
    void connectsToARedisThatComesLater(@TempDir Path directory) throws Exception {
        EmbeddedRedisServer first = RedisForTests.startPrivate(directory);
        int port = RedisURI.create(first.url()).getPort();
        first.close();
        try (SharedRedis redis =
                SharedRedis.open(RedisAddress.parse(first.url(), TIMEOUT), TIMEOUT, Duration.ofMillis(500))) {
            assertThat(redis.commands()).isNull();
            try (EmbeddedRedisServer later = EmbeddedRedisServer.start(directory, port, Duration.ofSeconds(30))) {
                assertThat(later.url()).isEqualTo(first.url());
                await().until(() -> redis.commands() != null);
            }
        }
    }

    @Test
    void aSubscriptionBeginsAgainAfterALossAndSaysSo(@TempDir Path directory) throws Exception {
        EmbeddedRedisServer server = RedisForTests.startPrivate(directory);
        Queue<String> heard = new ConcurrentLinkedQueue<>();
        AtomicInteger subscribed = new AtomicInteger();
        try (SharedRedis redis =
                SharedRedis.open(RedisAddress.parse(server.url(), TIMEOUT), TIMEOUT, Duration.ofMillis(500))) {
            redis.subscribe("news", message -> heard.add(new String(message, UTF_8)), subscribed::incrementAndGet);
            await().untilAtomic(subscribed, equalTo(1));
            await().until(() -> redis.commands() != null);
            publish(redis, "one");
            await().until(() -> heard.size() == 1);

            server.kill();
            server.restart();
            await().untilAtomic(subscribed, equalTo(2));
            await().ignoreExceptions().until(() -> publish(redis, "two") == 1);
            await().until(() -> heard.size() == 2);
            assertThat(heard).containsExactly("one", "two");
        } finally {
            server.close();
        }
    }

    @Test
    void speaksToAClusterWithWhateverNodeHasTheKey(@TempDir Path directory) throws Exception {
        try (RedisClusterForTests cluster = RedisClusterForTests.start(directory);
                SharedRedis redis =
                        SharedRedis.open(RedisAddress.parse(cluster.url(), TIMEOUT), TIMEOUT, Duration.ofMillis(500))) {
            Queue<String> heard = new ConcurrentLinkedQueue<>();
            AtomicInteger subscribed = new AtomicInteger();
            redis.subscribe("news", message -> heard.add(new String(message, UTF_8)), subscribed::incrementAndGet);
            await().untilAtomic(subscribed, equalTo(1));
            await().until(() -> redis.commands() != null);
            for (int key = 0; key < 20; key++) {
                set(redis, "key-" + key);
            }
            publish(redis, "one");
            await().until(() -> heard.contains("one"));

            RedisProcess from = cluster.nodeOf("key-1");
            RedisProcess to = cluster.nodes().get((cluster.nodes().indexOf(from) + 1) % 3);
            cluster.moveSlot("key-1", to, () -> {}, () -> {});
            set(redis, "key-1");
            assertThat(to.<String>ask(commands -> commands.get("key-1"))).isEqualTo("1");
        }
    }

    @Test
    void followsTheMasterThatTheSentinelsName(@TempDir Path directory) throws Exception {
        try (RedisSentinelsForTests sentinels = RedisSentinelsForTests.start(directory);
                SharedRedis redis = SharedRedis.open(
                        RedisAddress.parse(sentinels.url(), TIMEOUT), TIMEOUT, Duration.ofMillis(500))) {
            await().until(() -> redis.commands() != null);
            set(redis, "a");
            sentinels.master().kill();
            await().ignoreExceptions().until(() -> {
                set(redis, "b");
                return true;
            });
            assertThat(sentinels.master().<String>ask(commands -> commands.get("b")))
                    .isEqualTo("1");
        }
    }

    private static void set(SharedRedis redis, String key) throws Exception {
        Objects.requireNonNull(redis.commands())
                .set(key.getBytes(UTF_8), "1".getBytes(UTF_8))
                .get(60, TimeUnit.SECONDS);
    }

    private static long publish(SharedRedis redis, String message) throws Exception {
        return Objects.requireNonNull(redis.commands())
                .publish("news".getBytes(UTF_8), message.getBytes(UTF_8))
                .get(60, TimeUnit.SECONDS);
    }
}
