package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.cli.BackfillCommand;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import io.weir.testkit.RedisForTests;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A counter's column that came to a definition later gets its true value, whatever comes in meanwhile. */
class BackfillTest {
    private static final String ROWS = "rows = [{ table = r, columns { k = \"$key\", id = id, amount = amount } }]";
    private static final int BATCH = 20;

    private final PostgresTestDatabase database = PostgresForTests.freshDatabase();
    private final String key = RedisForTests.freshPrefix() + "backfill";
    private final AtomicInteger batches = new AtomicInteger();

    @SuppressWarnings("NullAway.Init") // each test starts it
    private RunningWeir weir;

    @TempDir
    private Path home;

    @BeforeEach
    void createTables() throws Exception {
        database.execute("CREATE TABLE r (k text UNIQUE, id text, amount bigint)");
        database.execute("CREATE TABLE c (id text PRIMARY KEY, n bigint NOT NULL DEFAULT 0, total bigint,"
                + " least bigint, latest bigint)");
    }

    @AfterEach
    void stop() {
        weir.close();
    }

    @Test
    void fromRowsItIsTheSumOverTheRowsBesideLiveTraffic() throws Exception {
        start("n = count", ROWS);
        send(10);
        weir.close();
        start("n = count, total = \"sum(amount)\", least = \"min(amount)\"", ROWS);
        send(3);
        assertThat(wrong("coalesce(sum(amount), 0)", "total")).isNotEmpty();

        String said = besideTraffic(() -> backfill(0, "c.total", "--from-rows"));

        assertThat(said).contains("7 entities, 7 of them changed");
        assertThat(wrong("sum(amount)", "total")).isEmpty();
        assertThat(wrong("count(*)", "n")).isEmpty();
        assertThat(backfill(0, "total", "--from-rows")).contains("7 entities, 0 of them changed");
        assertThat(backfill(0, "least", "--from-rows")).contains("of them changed");
        assertThat(wrong("min(amount)", "least")).isEmpty();

        // no window tells the aggregators, which have the counts in memory
        database.execute("INSERT INTO r VALUES (NULL, 'e0', 1000)");
        assertThat(backfill(0, "total", "--from-rows", "--rows-are-complete")).contains("1 of them changed");
        assertLiveCountsAreTheCommittedOnes();
    }

    @Test
    void noWindowIsCommittedBetweenTheSumOverTheRowsAndTheCountersThatAreSetToIt() throws Exception {
        start("n = count", ROWS);
        send(1);
        weir.close();
        start("n = count, total = \"sum(amount)\"", ROWS);
        try (Connection other = database.connect();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("SELECT * FROM c WHERE id = 'e0' FOR UPDATE");
            CompletableFuture<String> said = CompletableFuture.supplyAsync(() -> backfill(0, "total", "--from-rows"));
            // it has the sums, and waits for that row
            await().until(() -> database.number("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                            + " AND datname = current_database() AND application_name = 'weir-backfill'")
                    == 1);
            // an entity whose row nobody holds
            CompletableFuture<Void> traffic = CompletableFuture.runAsync(() -> send("{\"id\":\"fresh\"}"));
            await().during(Duration.ofMillis(700)).until(() -> !traffic.isDone());
            other.rollback();
            assertThat(said.join()).contains("7 entities, 7 of them changed");
            traffic.join();
        }
        assertThat(wrong("sum(amount)", "total")).isEmpty();
        assertThat(wrong("count(*)", "n")).isEmpty();
    }

    @Test
    void fromTheLogItGetsWhatWasCommittedBeforeOnceBesideLiveTraffic() throws Exception {
        start("n = count", "");
        send(10);
        weir.close();
        start("n = count, total = \"sum(amount)\"", "");
        send(3);
        assertThat(total("total")).isLessThan(expectedTotal());

        String said = besideTraffic(() -> backfill(0, "total", "--from-log"));

        assertThat(said).contains("200 events of 7 entities added").doesNotContain("complete from");
        assertThat(total("total")).isEqualTo(expectedTotal());
        assertThat(total("n")).isEqualTo((long) batches.get() * BATCH);
        assertThat(backfill(0, "total", "--from-log"))
                .contains("0 events of 0 entities added", "2 partitions had been backfilled before");
        assertThat(total("total")).isEqualTo(expectedTotal());
        assertLiveCountsAreTheCommittedOnes();
    }

    @Test
    void aLogWithKeyedEventsIsRefused() throws Exception {
        start("n = count", "");
        for (int i = 0; i < 2; i++) {
            assertThat(weir.post(
                                    "/api/v1/streams/s/events?wait=committed",
                                    "application/json",
                                    "{\"id\":\"e0\"}",
                                    "Idempotency-Key",
                                    "k")
                            .statusCode())
                    .isEqualTo(200);
        }
        weir.close();
        start("n = count, total = \"sum(amount)\"", "");
        // until its partition has started, nobody knows from where on the column is counted
        await().untilAsserted(
                        () -> assertThat(backfill(1, "total", "--from-log")).contains("409", "an idempotency key"));
        assertThat(total("n")).isEqualTo(1);
        assertThat(total("total")).isZero();
    }

    @Test
    void whatCannotBeExactIsRefused() throws Exception {
        start("n = count, latest = \"last(amount)\"", ROWS);
        send(2);
        assertThat(backfill(1, "latest", "--from-rows")).contains("409", "last value");
        assertThat(backfill(1, "n", "--from-log")).contains("409", "keeps keys");
        assertThat(backfill(1, "nothing", "--from-rows")).contains("there is no counter nothing", "c.latest, c.n");

        database.execute("DELETE FROM r WHERE id = 'e0'");
        assertThat(backfill(1, "n", "--from-rows")).contains("409", "34 rows, and 40 events", "rows-are-complete");
        assertThat(backfill(0, "n", "--from-rows", "--rows-are-complete")).contains("6 entities, 0 of them changed");
        assertThat(wrong("count(*)", "n")).containsExactly("e0");

        database.execute("INSERT INTO expired_rows VALUES ('public', 'r', '2026-01-01')");
        assertThat(backfill(1, "n", "--from-rows", "--rows-are-complete"))
                .contains("409", "table r has no longer its rows of before 2026-01-01");
    }

    @Test
    void aColumnOlderThanTheNotesOrAwayForAWhileIsRefusedFromTheLog() throws Exception {
        start("n = count", "");
        send(2);
        weir.close();
        start("total = \"sum(amount)\"", "");
        // a partition notes what it counts when it starts, which the server's start doesn't wait for
        send(1);
        weir.close();
        start("n = count, total = \"sum(amount)\"", "");
        assertThat(backfill(1, "n", "--from-log")).contains("not known from where on c.n was counted");
        weir.close();
        // as after an update from a version that took no notes
        database.execute("DELETE FROM counter_column");
        start("n = count, total = \"sum(amount)\"", "");
        send(1);
        assertThat(backfill(1, "total", "--from-log")).contains("not known from where on c.total was counted");
        long before = total("n");
        send(1);
        assertThat(total("n")).isEqualTo(before + BATCH);
    }

    @Test
    void anotherStreamsCounterInTheSameColumnIsRefused() throws Exception {
        start("n = count", ROWS + """
            }
            weir.streams.other {
              redis-key = "%s-other"
              fields { id = { type = text, required = true } }
              entity = id
              counters = [{ table = c, key { id = id }, set { n = count } }]
            """.formatted(key));
        assertThat(backfill(1, "n", "--from-rows")).contains("stream other counts into c.n, too");
    }

    private void start(String set, String rows) throws Exception {
        DefinitionHome.write(home, """
            weir.streams.s {
              redis-key = "%s"
              partitions = 2
              fields { id = { type = text, required = true }, amount = { type = long, default = 1 } }
              entity = id
              counters = [{ table = c, key { id = id }, set { %s } }]
              %s
            }
            """.formatted(key, set, rows));
        weir = RunningWeir.start(home, RedisForTests.url(), database.url(), Map.of());
    }

    private interface Work {
        String run() throws Exception;
    }

    private String besideTraffic(Work work) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        int before = batches.get();
        CompletableFuture<Void> traffic = CompletableFuture.runAsync(() -> {
            while (!over.get()) {
                send(1);
            }
        });
        await().until(() -> batches.get() > before + 2);
        String said = work.run();
        int after = batches.get();
        await().until(() -> batches.get() > after + 2);
        over.set(true);
        traffic.join();
        return said;
    }

    private void send(int count) {
        for (int n = 0; n < count; n++) {
            StringBuilder body = new StringBuilder("[");
            for (int i = 0; i < BATCH; i++) {
                body.append(i == 0 ? "" : ",").append("{\"id\":\"e%d\",\"amount\":%d}".formatted(i % 7, i + 1));
            }
            send(body.append(']').toString());
            batches.incrementAndGet();
        }
    }

    private void send(String body) {
        try {
            HttpResponse<String> response =
                    weir.post("/api/v1/streams/s/events?wait=committed", "application/json", body);
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        } catch (Exception problem) {
            throw new IllegalStateException(problem);
        }
    }

    private long expectedTotal() {
        return (long) batches.get() * BATCH * (BATCH + 1) / 2;
    }

    private long total(String column) throws Exception {
        return database.number("SELECT coalesce(sum(" + column + "), 0) FROM c");
    }

    /** The entities whose counter is not the aggregate over the rows. */
    private List<String> wrong(String aggregate, String column) throws Exception {
        return database.query("SELECT c.id FROM c FULL JOIN (SELECT id, " + aggregate
                + " AS v FROM r GROUP BY id) s ON s.id = c.id WHERE c." + column + " IS DISTINCT FROM s.v");
    }

    private void assertLiveCountsAreTheCommittedOnes() throws Exception {
        for (String row : database.query("SELECT id, total FROM c")) {
            String id = row.substring(0, row.indexOf('|'));
            String total = row.substring(row.indexOf('|') + 1);
            await().untilAsserted(() -> assertThat(
                            weir.get("/api/v1/counters/s/" + id).body())
                    .contains("\"total\":{\"committed\":" + total + ","));
        }
    }

    /** Runs the command and answers what it said. */
    private String backfill(int expectedExit, String counter, String... options) {
        List<String> arguments = new ArrayList<>(List.of("--stream", "s", "--counter", counter, "--url", weir.url()));
        arguments.addAll(List.of(options));
        StringWriter out = new StringWriter();
        int exit = new CommandLine(new BackfillCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(out))
                .execute(arguments.toArray(new String[0]));
        assertThat(exit).as(out.toString()).isEqualTo(expectedExit);
        return out.toString();
    }
}
