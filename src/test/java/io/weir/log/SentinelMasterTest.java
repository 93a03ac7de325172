package io.weir.log;

import static io.weir.log.LogFixtures.TIMEOUT;
import static io.weir.log.LogFixtures.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.weir.redis.RedisAddress;
import io.weir.testkit.RedisProcess;
import io.weir.testkit.RedisSentinelsForTests;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SentinelMasterTest {
    private final RedisClient client = RedisClient.create();

    @SuppressWarnings("NullAway.Init") // each test starts it
    private RedisSentinelsForTests redis;

    @SuppressWarnings("NullAway.Init") // each test starts it
    private SentinelMaster master;

    @BeforeEach
    void start(@TempDir Path directory) {
        client.setOptions(ClientOptions.builder().autoReconnect(false).build());
        redis = RedisSentinelsForTests.start(directory);
        if (RedisAddress.parse(redis.url(), TIMEOUT) instanceof RedisAddress.Sentinel sentinel) {
            master = new SentinelMaster(client, sentinel, TIMEOUT);
        }
    }

    @AfterEach
    void stop() {
        client.shutdown(Duration.ZERO, TIMEOUT);
        redis.close();
    }

    @Test
    void connectionsToAMasterThatWasReplacedAreClosedThoughItStillAnswers() {
        RedisProcess first = redis.master();
        StatefulRedisConnection<byte[], byte[]> connection = await(master.connect());
        await(master.closeOutdated());
        assertThat(connection.isOpen()).isTrue();

        first.signal("STOP");
        await().until(() -> redis.master() != first);
        assertThat(connection.isOpen()).isTrue();
        await().ignoreExceptions().untilAsserted(() -> {
            await(master.closeOutdated());
            assertThat(connection.isOpen()).isFalse();
        });
        first.signal("CONT");
        assertThat(await(master.connect()).sync().info("server"))
                .contains("tcp_port:" + redis.master().port());
    }

    @Test
    void aServerThatIsNoMasterIsNotUsedWhateverTheSentinelsSay() {
        RedisProcess first = redis.master();
        RedisProcess other = redis.servers().stream()
                .filter(server -> server != first)
                .findFirst()
                .orElseThrow();
        first.ask(commands -> commands.replicaof("127.0.0.1", other.port()));
        assertThatThrownBy(() -> await(master.connect()))
                .rootCause()
                .hasMessageContaining(first.hostAndPort())
                .hasMessageContaining("no master");
    }
}
