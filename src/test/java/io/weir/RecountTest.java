package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.cli.RecountCommand;
import io.weir.cli.VerifyCommand;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import io.weir.testkit.RedisForTests;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What a counter leaves out by its rule is stored all the same, and another rule can be applied to it later. */
class RecountTest {
    private static final String ROWS =
            "rows = [{ table = r, columns { k = \"$key\", id = id, amount = amount, bot = bot } }]";
    private static final String NO_BOTS = "where { bot = false }";

    private final PostgresTestDatabase database = PostgresForTests.freshDatabase();
    private final String key = RedisForTests.freshPrefix() + "recount";
    private final AtomicInteger rounds = new AtomicInteger();

    @SuppressWarnings("NullAway.Init") // each test starts it
    private RunningWeir weir;

    @TempDir
    private Path home;

    @BeforeEach
    void createTables() throws Exception {
        database.execute("CREATE TABLE r (k text UNIQUE, id text, amount bigint, bot boolean)");
        database.execute(
                "CREATE TABLE c (id text PRIMARY KEY, n bigint NOT NULL DEFAULT 0, total bigint," + " least bigint)");
        database.execute("CREATE TABLE every (id text PRIMARY KEY, n bigint NOT NULL DEFAULT 0)");
    }

    @AfterEach
    void stop() {
        weir.close();
    }

    @Test
    void whatACounterLeavesOutIsStoredAndCountedByTheOthers() throws Exception {
        start(NO_BOTS, "");
        round();
        assertThat(database.query("SELECT id, n, total, least FROM c ORDER BY id"))
                .containsExactly("mixed|1|10|10");
        assertThat(database.query("SELECT id, n FROM every ORDER BY id")).containsExactly("bots|1", "mixed|2");
        assertThat(database.number("SELECT count(*) FROM r WHERE bot")).isEqualTo(2);
        verifyAgrees();

        // a window that only another counter takes something of leaves this one's count as it is
        send("[{\"id\":\"mixed\",\"amount\":5,\"bot\":true}]");
        assertThat(live("mixed")).contains("\"n\":{\"committed\":1,").contains("\"n\":{\"committed\":3,");
        assertThat(live("bots")).contains("\"n\":{\"committed\":0,").contains("\"n\":{\"committed\":1,");
        verifyAgrees();
    }

    @Test
    void anEventPastTheLogIsLeftOutInTheSameWay() throws Exception {
        start(NO_BOTS, "ingest { redis = false, fallback = true }");
        round();
        assertThat(database.query("SELECT id, n, total, least FROM c ORDER BY id"))
                .containsExactly("mixed|1|10|10");
        assertThat(database.query("SELECT id, n FROM every ORDER BY id")).containsExactly("bots|1", "mixed|2");
        assertThat(recount(0)).contains("c.n: 3 rows of r, 2 entities, 0 of them changed");
        verifyAgrees();
    }

    @Test
    void anEventThatIsNotCountedNeedsNoRow() throws Exception {
        database.execute("INSERT INTO c (id) VALUES ('mixed')");
        start(NO_BOTS + ", on-missing = dead-letter", "");
        round();
        assertThat(database.number("SELECT count(*) FROM dead_letter")).isZero();
        assertThat(database.number("SELECT count(*) FROM r")).isEqualTo(3);
        send("[{\"id\":\"bots\",\"amount\":5,\"bot\":false}]");
        assertThat(database.number("SELECT count(*) FROM dead_letter")).isEqualTo(1);
    }

    @Test
    void anotherRuleIsAppliedToWhatIsStoredBesideLiveTraffic() throws Exception {
        start("", "");
        round();
        round();
        assertThat(database.query("SELECT id, n FROM c ORDER BY id")).containsExactly("bots|2", "mixed|4");
        verifyAgrees();
        weir.close();

        start(NO_BOTS, "");
        round();
        assertThat(verify(1)).contains("6 DIFFERENCES", "bots n: counter 2, rows null");
        String said = besideTraffic(() -> recount(0));
        assertThat(said)
                .contains("c.n: ", "2 entities, 2 of them changed", "every.n: ", "2 entities, 0 of them changed");
        verifyAgrees();
        assertThat(database.query("SELECT id, n, total, least FROM c WHERE id = 'bots'"))
                .containsExactly("bots|0|0|");
        assertThat(database.number("SELECT n FROM c WHERE id = 'mixed'")).isEqualTo(rounds.get());
        assertThat(live("mixed")).contains("\"n\":{\"committed\":" + rounds.get() + ",");
        assertThat(recount(0)).doesNotContain(" 1 of them", " 2 of them");

        // and back
        weir.close();
        start("where { bot = [true, false, null] }", "");
        assertThat(recount(0, "--counter", "c")).contains("c.total: ").doesNotContain("every");
        assertThat(database.number("SELECT n FROM c WHERE id = 'mixed'")).isEqualTo(rounds.get() * 2L);
        verifyAgrees();
    }

    @Test
    void nullInARuleIsWhatWasStoredBeforeTheFieldWasThere() throws Exception {
        start("", "");
        send(
                "[{\"id\":\"old\",\"amount\":1},{\"id\":\"old\",\"amount\":2,\"bot\":false},{\"id\":\"old\",\"bot\":true}]");
        weir.close();
        start(NO_BOTS, "");
        recount(0);
        assertThat(database.number("SELECT n FROM c")).isEqualTo(1);
        weir.close();
        start("where { bot = [false, null] }", "");
        recount(0);
        assertThat(database.number("SELECT n FROM c")).isEqualTo(2);
        send("[{\"id\":\"old\"},{\"id\":\"old\",\"bot\":true}]");
        assertThat(database.number("SELECT n FROM c")).isEqualTo(3);
        verifyAgrees();
    }

    @Test
    void whatRowsCannotSayIsRefusedAndNothingIsChanged() throws Exception {
        String without = "rows = [{ table = r, columns { k = \"$key\", id = id, amount = amount } }]";
        start(NO_BOTS, "", without);
        round();
        assertThat(recount(1)).contains("409", "holds id and amount and bot", "c.least is made of");
        assertThat(verify(0)).contains("r has no column with bot (where)");
        weir.close();

        start("where { bot = [true, false] }", "");
        database.execute("DELETE FROM r WHERE id = 'bots'");
        assertThat(recount(1)).contains("409", "holds 2 rows, and 3 events", "rows-are-complete");
        assertThat(recount(1, "--counter", "nothing")).contains("there is no counter nothing");
        assertThat(database.query("SELECT id, n FROM c ORDER BY id")).containsExactly("mixed|1");
    }

    private void start(String rule, String more) throws Exception {
        start(rule, more, ROWS);
    }

    private void start(String rule, String more, String rows) throws Exception {
        DefinitionHome.write(home, """
            weir.streams.s {
              redis-key = "%s"
              partitions = 2
              fields {
                id = { type = text, required = true }
                amount = { type = long, default = 1 }
                bot = boolean
              }
              entity = id
              counters = [
                { table = c, key { id = id }, set { n = count, total = "sum(amount)", least = "min(amount)" }, %s }
                { table = every, key { id = id }, set { n = count } }
              ]
              %s
              %s
            }
            """.formatted(key, rule, rows, more));
        weir = RunningWeir.start(home, RedisForTests.url(), database.url(), Map.of());
    }

    private void round() {
        send("[{\"id\":\"mixed\",\"amount\":10,\"bot\":false},{\"id\":\"mixed\",\"amount\":1,\"bot\":true},"
                + "{\"id\":\"bots\",\"amount\":100,\"bot\":true}]");
        rounds.incrementAndGet();
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

    private String besideTraffic(Callable<String> work) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        int before = rounds.get();
        CompletableFuture<Void> traffic = CompletableFuture.runAsync(() -> {
            while (!over.get()) {
                round();
            }
        });
        await().until(() -> rounds.get() > before + 2);
        String said = work.call();
        int after = rounds.get();
        await().until(() -> rounds.get() > after + 2);
        over.set(true);
        traffic.join();
        return said;
    }

    private String live(String entity) throws Exception {
        return weir.get("/api/v1/counters/s/" + entity).body();
    }

    private void verifyAgrees() throws Exception {
        assertThat(verify(0)).contains("c: ", "every: ");
    }

    private String recount(int expectedExit, String... options) {
        List<String> arguments = new ArrayList<>(List.of("s", "--url", weir.url()));
        arguments.addAll(List.of(options));
        return run(new RecountCommand(), expectedExit, arguments);
    }

    private String verify(int expectedExit) {
        return run(new VerifyCommand(), expectedExit, List.of("--url", weir.url()));
    }

    private static String run(Object command, int expectedExit, List<String> arguments) {
        StringWriter out = new StringWriter();
        int exit = new CommandLine(command)
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(out))
                .execute(arguments.toArray(new String[0]));
        assertThat(exit).as(out.toString()).isEqualTo(expectedExit);
        return out.toString();
    }
}
