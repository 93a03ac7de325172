package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.weir.cli.ReplayCommand;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import io.weir.testkit.RedisForTests;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What Redis retains and the database lacks is applied again, and nothing twice. */
class ReplayTest {
    private static final int BATCHES = 30;
    private static final int BATCH = 20;

    private final PostgresTestDatabase database = PostgresForTests.freshDatabase();
    private final String key = RedisForTests.freshPrefix() + "replay";
    private RunningWeir weir;

    @BeforeEach
    void start(@TempDir Path home) throws Exception {
        database.execute("CREATE TABLE r (k text UNIQUE, id text, amount bigint)");
        database.execute(
                "CREATE TABLE c (id text PRIMARY KEY, n bigint NOT NULL DEFAULT 0, total bigint NOT NULL DEFAULT 0)");
        database.execute("CREATE TABLE d (k text, id text, at timestamptz)");
        database.execute("CREATE TABLE p (id text PRIMARY KEY, n bigint NOT NULL DEFAULT 0)");
        DefinitionHome.write(home, """
            weir.streams.keyed {
              redis-key = "%1$s-keyed"
              partitions = 3
              fields { id = { type = text, required = true }, amount = { type = long, default = 1 }, own = text }
              entity = id
              key = own
              counters = [{ table = c, key { id = id }, set { n = count, total = "sum(amount)" } }]
              rows = [{ table = r, columns { k = "$key", id = id, amount = amount } }]
            }
            weir.streams.days {
              redis-key = "%1$s-days"
              fields { id = text, at = { type = timestamp, default = now } }
              rows = [{ table = d, partition { by = at }, columns { k = "$key", id = id, at = at } }]
            }
            weir.streams.plain {
              redis-key = "%1$s-plain"
              fields { id = { type = text, required = true } }
              entity = id
              counters = [{ table = p, key { id = id }, set { n = count } }]
            }
            """.formatted(key));
        // slices so short that a range takes several
        weir = RunningWeir.start(
                home, RedisForTests.url(), database.url(), Map.of("weir.replay.slice-time", Duration.ofMillis(5)));
    }

    @AfterEach
    void stop() {
        weir.close();
    }

    @Test
    void whatTheDatabaseLacksIsAppliedOnceBesideLiveTraffic() throws Exception {
        send(0, BATCHES);
        long sent = (long) BATCHES * BATCH;
        assertThat(database.number("SELECT count(*) FROM r")).isEqualTo(sent);
        // somebody's mistake, with the counters as they were without these events
        database.execute("""
            WITH gone AS (DELETE FROM r WHERE amount % 3 = 0 RETURNING id, amount),
                 sums AS (SELECT id, count(*) AS n, sum(amount) AS total FROM gone GROUP BY id)
            UPDATE c SET n = c.n - sums.n, total = c.total - sums.total FROM sums WHERE c.id = sums.id
            """);
        long lost = sent - database.number("SELECT count(*) FROM r");
        assertThat(lost).isPositive();

        String dry = replay("keyed", "--dry-run");
        assertThat(dry)
                .contains(sent + " events: " + (sent - lost) + " known, " + lost + " missing, " + lost + " to append");
        assertThat(database.number("SELECT count(*) FROM r")).isEqualTo(sent - lost);

        AtomicBoolean over = new AtomicBoolean();
        List<Integer> live = new ArrayList<>();
        CompletableFuture<Void> traffic = CompletableFuture.runAsync(() -> {
            for (int batch = BATCHES; !over.get(); batch++) {
                sendUnchecked(batch);
                live.add(batch);
            }
        });
        await().until(() -> live.size() > 2);
        assertThat(replay("keyed")).contains(lost + " missing, ");
        over.set(true);
        traffic.join();

        long all = sent + (long) live.size() * BATCH;
        await().untilAsserted(() ->
                assertThat(database.number("SELECT count(*) FROM r")).isEqualTo(all));
        assertCountersAreTheSumsOfTheRows();
        String again = replay("keyed");
        assertThat(again).contains(" 0 missing, 0 appended");
        assertCountersAreTheSumsOfTheRows();
    }

    @Test
    void aTableOfDaysGetsWhatNeitherItNorTheKeysHold() throws Exception {
        for (int i = 0; i < 6; i++) {
            weir.post(
                    "/api/v1/streams/days/events?wait=committed",
                    "application/json",
                    "[{\"id\":\"a\"},{\"id\":\"b\"}]",
                    "Idempotency-Key",
                    (i % 2 == 0 ? "k" : "@k") + i);
        }
        // as after a backup of before was restored
        database.execute("DELETE FROM event_key; DELETE FROM d");
        assertThat(replay("days", "--dry-run")).contains("12 events: 0 known, 12 missing");
        assertThat(replay("days")).contains("12 missing, 12 appended");
        await().untilAsserted(() -> assertThat(database.query("SELECT count(*), count(DISTINCT k) FROM d"))
                .containsExactly("12|12"));
        assertThat(replay("days")).contains(" 0 missing, 0 appended");
    }

    @Test
    void aStreamWithoutKeysIsToldToBeCommittedAndLeftAlone() throws Exception {
        for (int i = 0; i < 5; i++) {
            assertThat(weir.post(
                                    "/api/v1/streams/plain/events?wait=committed",
                                    "application/json",
                                    "[{\"id\":\"a\"},{\"id\":\"b\"}]")
                            .statusCode())
                    .isEqualTo(200);
        }

        assertThat(replay("plain")).contains("5 entries, 10 events, already committed");

        assertThat(database.query("SELECT id, n FROM p ORDER BY id")).containsExactly("a|5", "b|5");
    }

    @Test
    void keyedStreamsLeaveEventsWithoutAKeyAlone() throws Exception {
        weir.post("/api/v1/streams/keyed/events?wait=committed", "application/json", "{\"id\":\"a\"}");
        database.execute("DELETE FROM r");

        assertThat(replay("keyed")).contains("0 missing, 0 appended; 1 without a key");
    }

    @Test
    void whatWasTrimmedFromTheRangeIsReported() throws Exception {
        assertThat(replay("plain")).doesNotContain("trimmed");
        for (int i = 0; i < 4; i++) {
            weir.post("/api/v1/streams/plain/events?wait=committed", "application/json", "{\"id\":\"a\"}");
        }
        RedisClient client = RedisClient.create(RedisForTests.url());
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            connection.sync().xtrim(key + "-plain", 1);
        } finally {
            client.shutdown();
        }

        assertThat(replay("plain"))
                .contains("is trimmed and can't be replayed")
                .contains("1 entries, 1 events, already committed");
    }

    @Test
    void anUnknownStreamOrParameterIsSaid() throws Exception {
        assertThat(weir.post("/api/admin/streams/none/replay", "application/json", "")
                        .statusCode())
                .isEqualTo(404);
        HttpResponse<String> typo = weir.post("/api/admin/streams/plain/replay?form=1", "application/json", "");
        assertThat(typo.statusCode()).isEqualTo(400);
        assertThat(typo.body()).contains("\"field\":\"form\"");
        HttpResponse<String> time =
                weir.post("/api/admin/streams/plain/replay?from=yesterday&to=2", "application/json", "");
        assertThat(time.statusCode()).isEqualTo(400);
        assertThat(time.body()).contains("\"field\":\"from\"");
    }

    private void assertCountersAreTheSumsOfTheRows() throws Exception {
        assertThat(database.query("""
            SELECT c.id FROM c FULL JOIN (SELECT id, count(*) AS n, sum(amount) AS total FROM r GROUP BY id) s
                ON s.id = c.id WHERE c.n IS DISTINCT FROM s.n OR c.total IS DISTINCT FROM s.total
            """)).isEmpty();
    }

    private void send(int from, int to) {
        for (int batch = from; batch < to; batch++) {
            sendUnchecked(batch);
        }
    }

    private void sendUnchecked(int batch) {
        StringBuilder body = new StringBuilder("[");
        for (int i = 0; i < BATCH; i++) {
            body.append(i == 0 ? "" : ",")
                    .append("{\"id\":\"e%d\",\"amount\":%d,\"own\":\"k%d-%d\"}".formatted(i % 7, i, batch, i));
        }
        try {
            HttpResponse<String> response = weir.post(
                    "/api/v1/streams/keyed/events?wait=committed",
                    "application/json",
                    body.append(']').toString());
            assertThat(response.statusCode()).isEqualTo(200);
        } catch (Exception problem) {
            throw new IllegalStateException(problem);
        }
    }

    private String replay(String stream, String... options) {
        List<String> arguments =
                new ArrayList<>(List.of("--stream", stream, "--from", "0", "--to", "9000-01-01T00:00:00Z"));
        arguments.addAll(List.of("--url", weir.url()));
        arguments.addAll(List.of(options));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exit = new CommandLine(new ReplayCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments.toArray(new String[0]));
        assertThat(exit).as(err.toString()).isZero();
        return out.toString();
    }
}
