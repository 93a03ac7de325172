package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.testkit.Patience;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import io.weir.testkit.RedisClusterForTests;
import io.weir.testkit.RedisProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Redis is a cluster of three masters. */
class RedisClusterTest {
    private static final Duration LONG = Patience.LONG;
    private static final String CLICKS_KEY = "link-click-updates";

    private final PostgresTestDatabase database = PostgresForTests.freshDatabase();

    @SuppressWarnings("NullAway.Init") // each test starts it
    private RedisClusterForTests cluster;

    @BeforeEach
    void start(@TempDir Path directory) {
        cluster = RedisClusterForTests.start(directory);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void eachEventIsCountedOnceWhileSlotsMove() throws Exception {
        try (RunningWeir weir = RunningWeir.start(cluster.url(), database.url())) {
            Senders senders = new Senders(weir);
            try (senders) {
                for (String key : List.of(CLICKS_KEY, "events:stream:{2}", CLICKS_KEY)) {
                    senders.awaitMore();
                    RedisProcess from = cluster.nodeOf(key);
                    RedisProcess to = cluster.nodes().get((cluster.nodes().indexOf(from) + 1) % 3);
                    cluster.moveSlot(key, to, () -> senders.awaitMore(), () -> {});
                    assertThat(cluster.nodeOf(key)).isSameAs(to);
                }
                senders.awaitMore();
            }
            senders.assertCounted(database);
            await().atMost(LONG).until(() -> weir.get("/health").statusCode() == 200);
        }
    }

    @Test
    void aMasterThatIsKilledTakesItsPartitionsAlongAndNoOthers() throws Exception {
        RedisProcess lost = cluster.nodeOf(CLICKS_KEY);
        assertThat(cluster.nodeOf("project-usage-updates")).isNotSameAs(lost);
        try (RunningWeir weir = RunningWeir.start(cluster.url(), database.url())) {
            Senders senders = new Senders(weir);
            try (senders) {
                senders.awaitMore();
                lost.kill();
                await().atMost(LONG).until(() -> senders.refused("clicks") > 100);
                assertThat(weir.get("/health").statusCode()).isEqualTo(503);
                int accepted = senders.accepted("usage");
                await().atMost(LONG).until(() -> senders.accepted("usage") > accepted + 50);
                await().atMost(LONG)
                        .ignoreExceptions()
                        .untilAsserted(() -> assertThat(database.number("SELECT usage FROM projects WHERE id = 'p'"))
                                .isGreaterThan(accepted));
                lost.restart();
                senders.awaitMore();
                await().atMost(LONG)
                        .untilAsserted(() ->
                                assertThat(weir.get("/health").statusCode()).isEqualTo(200));
            }
            assertThat(senders.refused("usage")).isLessThan(senders.refused("clicks") / 10);
            senders.assertCounted(database);
        }
    }
}
