package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.embedded.EmbeddedRedisServer;
import io.weir.testkit.Patience;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import io.weir.testkit.RedisForTests;
import io.weir.testkit.WeirProcess;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes that are killed over an event. The event stops in a trigger of the database while it is written, and whoever
 * watches kills the process then: no more can be asked of an event that kills, and no code of Weir's has to help.
 */
class KillingEventTest {
    private static final Duration PATIENCE = Patience.LONG;
    private static final int LOCK = 4711;
    private static final String WAITING =
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = " + LOCK + " AND NOT granted"
                    + " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

    private final PostgresTestDatabase database = PostgresForTests.freshDatabase();

    @BeforeEach
    void letAnEventStopInTheDatabase() throws Exception {
        database.execute("""
            CREATE FUNCTION stop() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                PERFORM pg_advisory_xact_lock(%d);
                RETURN NEW;
            END $$;
            CREATE TRIGGER stop BEFORE INSERT ON links FOR EACH ROW WHEN (NEW.id = 'killer') EXECUTE FUNCTION stop();
            """.formatted(LOCK));
        // what a killed process had asked for ends soon
        String name = database.query("SELECT current_database()").getFirst();
        database.execute("ALTER DATABASE " + name + " SET client_connection_check_interval = '50ms'");
    }

    @Test
    void anEventThatKillsTheProcessBecomesADeadLetterAndItAlone(@TempDir Path directory) throws Exception {
        int deaths = 0;
        try (EmbeddedRedisServer redis = RedisForTests.startPrivate(directory);
                Connection _ = hold()) {
            try (WeirProcess first = WeirProcess.serve(redis.url(), database.url())) {
                send(first, "/api/v1/clicks", "[{\"linkId\":\"a\"},{\"linkId\":\"killer\"},{\"linkId\":\"b\"}]");
                send(first, "/api/v1/clicks", "{\"linkId\":\"c\"}");
                awaitStopped();
                first.kill();
                deaths++;
            }
            boolean dead = false;
            while (!dead) {
                try (WeirProcess next = WeirProcess.serve(redis.url(), database.url())) {
                    await().atMost(PATIENCE).until(() -> letters() > 0 || database.number(WAITING) > 0);
                    dead = letters() > 0;
                    if (dead) {
                        send(next, "/api/v1/clicks", "{\"linkId\":\"d\"}");
                        awaitClicks(4);
                        next.terminate();
                    } else {
                        next.kill();
                        deaths++;
                    }
                }
            }
        }
        assertThat(deaths)
                .as("one that began without it, three that began with it, three over it alone")
                .isEqualTo(7);
        assertThat(database.query("SELECT index, reason_class, reason, state FROM dead_letter"))
                .containsExactly("1|killed|killed the process 3 times|open");
        assertThat(database.query("SELECT id, clicks FROM links ORDER BY id"))
                .containsExactly("a|1", "b|1", "c|1", "d|1");
        assertThat(database.query("SELECT starts_without_progress, suspect_entry, suspect_failures FROM stream_cursor"
                        + " WHERE stream = 'link-clicks'"))
                .containsExactly("0||0");
    }

    @Test
    void aGoodEventOutlivesAnyNumberOfDeathsThatAreNotItsFault(@TempDir Path directory) throws Exception {
        try (EmbeddedRedisServer redis = RedisForTests.startPrivate(directory)) {
            try (Connection _ = hold()) {
                for (int kill = 0; kill < 5; kill++) {
                    try (WeirProcess weir = WeirProcess.serve(redis.url(), database.url())) {
                        if (kill == 0) {
                            send(weir, "/api/v1/clicks", "{\"linkId\":\"killer\"}");
                        }
                        awaitStopped();
                        weir.kill();
                    }
                }
            }
            try (WeirProcess weir = WeirProcess.serve(redis.url(), database.url())) {
                awaitClicks(1);
                weir.terminate();
            }
        }
        assertThat(letters()).isZero();
    }

    @Test
    void aReplayThatTheProcessDidNotLiveToCommitIsCountedOnce(@TempDir Path directory) throws Exception {
        database.execute("ALTER TABLE links ADD CONSTRAINT few CHECK (clicks <= 100) NOT VALID");
        try (EmbeddedRedisServer redis = RedisForTests.startPrivate(directory)) {
            try (WeirProcess weir = WeirProcess.serve(redis.url(), database.url())) {
                send(weir, "/api/v1/clicks?wait=committed", "{\"linkId\":\"killer\",\"count\":500}");
                assertThat(letters()).isEqualTo(1);
                database.execute("ALTER TABLE links DROP CONSTRAINT few");
                try (Connection _ = hold()) {
                    send(weir, "/api/admin/dead-letters/1/replay", "");
                    awaitStopped();
                    weir.kill();
                }
            }
            assertThat(database.query("SELECT state FROM dead_letter")).containsExactly("replaying");
            try (WeirProcess weir = WeirProcess.serve(redis.url(), database.url())) {
                awaitClicks(500);
                send(weir, "/api/v1/clicks?wait=committed", "{\"linkId\":\"a\"}");
                weir.terminate();
            }
        }
        assertThat(database.query("SELECT id, clicks FROM links ORDER BY id")).containsExactly("a|1", "killer|500");
        assertThat(database.query("SELECT state, attempts FROM dead_letter")).containsExactly("replayed|1");
    }

    /** Whoever holds the lock holds every event that stops. */
    private Connection hold() throws Exception {
        Connection connection = database.connect();
        try (var statement = connection.createStatement()) {
            statement.execute("SELECT pg_advisory_lock(" + LOCK + ")");
        }
        return connection;
    }

    private void awaitStopped() {
        await().atMost(PATIENCE).until(() -> database.number(WAITING) > 0);
    }

    private void awaitClicks(long clicks) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(database.number("SELECT coalesce(sum(clicks), 0) FROM links"))
                        .isEqualTo(clicks));
    }

    private long letters() throws Exception {
        return database.number("SELECT count(*) FROM dead_letter");
    }

    private static void send(WeirProcess weir, String path, String body) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> response = client.send(
                    HttpRequest.newBuilder(URI.create(weir.url() + path))
                            .timeout(Duration.ofSeconds(20))
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).as(response.body()).isBetween(200, 202);
        }
    }
}
