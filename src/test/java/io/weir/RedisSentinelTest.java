package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.testkit.Patience;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import io.weir.testkit.RedisProcess;
import io.weir.testkit.RedisSentinelsForTests;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Redis is a master and a replica, and three sentinels. */
class RedisSentinelTest {
    private static final Duration LONG = Patience.LONG;
    /** Counted by nobody but who follows its events. */
    private static final String FOLLOWED = "followed";

    private final PostgresTestDatabase database = PostgresForTests.freshDatabase();

    @SuppressWarnings("NullAway.Init") // each test starts it
    private RedisSentinelsForTests redis;

    @BeforeEach
    void start(@TempDir Path directory) {
        redis = RedisSentinelsForTests.start(directory);
    }

    @AfterEach
    void stop() {
        redis.close();
    }

    /** As soon as it ships, it notices a master that stands still. */
    private RunningWeir weir() throws Exception {
        return RunningWeir.start(
                Path.of("."), redis.url(), database.url(), Map.of("weir.log.command-timeout", "1500ms"));
    }

    @Test
    void aFailoverLosesNothingThatTheReplicaHadAndDoublesNothing() throws Exception {
        RedisProcess first = redis.master();
        try (RunningWeir weir = weir();
                HttpClient client = HttpClient.newHttpClient();
                Stream<String> tail = tail(client, weir)) {
            Senders senders = new Senders(weir);
            try (senders) {
                senders.awaitMore();
                senders.whileNobodySends(() -> {
                    redis.awaitReplication();
                    first.kill();
                });
                await().atMost(LONG).until(() -> senders.refused("clicks") > 0);
                senders.awaitMore();
                // a sentinel that was not the leader learns of it a moment later
                await().atMost(LONG).until(() -> redis.master() != first);
                await().atMost(LONG)
                        .untilAsserted(() ->
                                assertThat(weir.get("/health").statusCode()).isEqualTo(200));
                first.restart();
                senders.awaitMore();
            }
            senders.assertCounted(database);
            // who followed the events of the first master is told those of the second
            assertThat(weir.post("/api/v1/clicks", RunningWeir.JSON, "{\"linkId\":\"" + FOLLOWED + "\"}")
                            .statusCode())
                    .isEqualTo(202);
            assertThat(tail.filter(line -> line.contains("\"linkId\":\"" + FOLLOWED + "\""))
                            .findFirst())
                    .isPresent();
        }
    }

    private static Stream<String> tail(HttpClient client, RunningWeir weir) throws Exception {
        return client.send(
                        HttpRequest.newBuilder(URI.create(
                                        weir.url() + "/api/admin/streams/link-clicks/tail?entity=" + FOLLOWED))
                                .build(),
                        HttpResponse.BodyHandlers.ofLines())
                .body();
    }

    /** One that stood still for a while goes on as if nothing had been, until the sentinels tell it. */
    @Test
    void aMasterThatWasReplacedWhileItStoodStillTakesNothingThatIsLost() throws Exception {
        RedisProcess first = redis.master();
        try (RunningWeir weir = weir()) {
            Senders senders = new Senders(weir);
            try (senders) {
                senders.awaitMore();
                senders.whileNobodySends(() -> {
                    redis.awaitReplication();
                    first.signal("STOP");
                });
                await().atMost(LONG).until(() -> redis.master() != first);
                senders.awaitMore();
                first.signal("CONT");
                senders.awaitMore();
            }
            senders.assertCounted(database);
        }
    }
}
