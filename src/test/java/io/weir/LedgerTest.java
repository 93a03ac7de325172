package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.weir.cli.ServerLauncher;
import io.weir.cli.WeirCommand;
import io.weir.embedded.EmbeddedRedisServer;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import io.weir.testkit.RedisForTests;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.Kill;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every accepted event is accounted for, and what is not is said. */
class LedgerTest {
    private static final String CLICKS = "link-click-updates";

    private final PostgresTestDatabase database = PostgresForTests.freshDatabase();
    private EmbeddedRedisServer redis;

    @BeforeEach
    void startRedis(@TempDir Path directory) {
        redis = RedisForTests.startPrivate(directory);
    }

    @AfterEach
    void stopRedis() {
        redis.close();
    }

    private RunningWeir start() throws Exception {
        RunningWeir weir = RunningWeir.start(
                Path.of("."),
                redis.url(),
                database.url(),
                // what was taken away from Redis can't be committed before the end
                Map.of("weir.pipeline.max-backoff", "300ms", "weir.pipeline.drain-timeout", "2s"));
        try {
            // a ledger that was read once compares everything from there on
            assertThat(weir.get("/api/admin/ledger").statusCode()).isEqualTo(200);
        } catch (AssertionError failure) {
            weir.close();
            throw failure;
        }
        return weir;
    }

    private void redis(Consumer<RedisCommands<String, String>> work) {
        try (RedisClient client = RedisClient.create(redis.url());
                StatefulRedisConnection<String, String> connection = client.connect()) {
            work.accept(connection.sync());
        }
    }

    private static void click(RunningWeir weir, String query, String body) throws Exception {
        assertThat(weir.post("/api/v1/clicks" + query, RunningWeir.JSON, body).statusCode())
                .isBetween(200, 202);
    }

    /** Runs {@code weir verify}; the exit code and what was printed. */
    private static String verify(RunningWeir weir, String... more) {
        StringWriter printed = new StringWriter();
        PrintWriter writer = new PrintWriter(printed);
        String[] arguments = new String[more.length + 3];
        arguments[0] = "verify";
        arguments[1] = "--url";
        arguments[2] = weir.url();
        System.arraycopy(more, 0, arguments, 3, more.length);
        int exit =
                WeirCommand.create(new NoServer()).setOut(writer).setErr(writer).execute(arguments);
        return exit + "\n" + printed;
    }

    private static final class NoServer implements ServerLauncher {
        @Override
        public int up() {
            return 3;
        }

        @Override
        public int serve() {
            return 3;
        }
    }

    /** Keeps windows from being written while it is open. */
    private AutoCloseable heldCursor(String stream) throws Exception {
        var connection = database.connect();
        connection.setAutoCommit(false);
        try (var statement = connection.createStatement()) {
            statement.execute("SELECT 1 FROM stream_cursor WHERE stream = '" + stream + "' FOR UPDATE");
        }
        return () -> {
            connection.rollback();
            connection.close();
        };
    }

    @Test
    void theLedgerSaysWhatBecameOfEveryEvent() throws Exception {
        try (RunningWeir weir = start()) {
            for (int i = 0; i < 3; i++) {
                assertThat(weir.post(
                                        "/api/v1/clicks?wait=committed&on-invalid=dead-letter",
                                        RunningWeir.JSON,
                                        "[{\"linkId\":\"a\"},{\"linkId\":\"b\"},{\"linkId\":5}]",
                                        "Idempotency-Key",
                                        "k" + i / 2)
                                .statusCode())
                        .isEqualTo(200);
            }
            assertThat(weir.get("/api/admin/ledger?stream=link-clicks").body())
                    .contains("{\"balanced\":true")
                    .contains(
                            "\"accepted\":9,\"committed\":4,\"deduplicated\":3,\"filtered\":0,\"deadLettered\":2,\"depth\":0")
                    .contains("\"entries\":{\"added\":3,\"committed\":3,\"waiting\":0,\"missing\":0}")
                    .containsPattern(
                            "\"thisProcess\":\\{\"since\":\"[^\"]*\",\"accepted\":9,\"recorded\":9,\"missing\":0");
            assertThat(verify(weir))
                    .startsWith("0\n")
                    .contains("link-clicks: accepted 9 = committed 4", "not compared");
            assertThat(weir.get("/api/admin/ledger?stream=none").statusCode()).isEqualTo(404);
            assertThat(verify(weir, "--stream", "none")).startsWith("2\n").contains("there is no stream none");
            assertThat(verify(weir, "--bogus")).startsWith("2\n");
        }
    }

    @Test
    void anEntryThatSomebodyDeletesBeforeItIsReadIsMissing() throws Exception {
        try (RunningWeir weir = start()) {
            click(weir, "?wait=committed", "{\"linkId\":\"a\"}");
            // in one step, so that nobody can read them in between
            redis(commands -> {
                commands.eval(
                        "redis.call('XDEL', KEYS[1], redis.call('XADD', KEYS[1], '*', 'e', '{}', 'e', '{}'))",
                        ScriptOutputType.STATUS,
                        CLICKS);
            });
            assertThat(weir.get("/api/admin/ledger").body()).contains("\"missingEntries\":1");
            redis(commands -> {
                commands.eval(
                        "redis.call('XADD', KEYS[1], '*', 'e', '{}') redis.call('XTRIM', KEYS[1], 'MAXLEN', '0')",
                        ScriptOutputType.STATUS,
                        CLICKS);
            });
            click(weir, "?wait=committed", "{\"linkId\":\"a\"}");
            assertThat(verify(weir, "--stream", "link-clicks"))
                    .startsWith("1\n")
                    .contains(
                            "NOT BALANCED",
                            "link-clicks/0: 2 entries MISSING: 4 added to Redis, 2 committed, 0 waiting");
            assertThat(verify(weir, "--stream", "page-views")).startsWith("0\n");

            assertThat(verify(weir, "--acknowledge"))
                    .startsWith("0\n")
                    .contains("(acknowledged, 2 entries not accounted for)");
            assertThat(verify(weir)).startsWith("0\n");
        }
    }

    @Test
    void aLogThatSomebodyEmptiesIsAnEpisodeAndWhatItHeldIsMissing() throws Exception {
        try (RunningWeir weir = start()) {
            click(weir, "?wait=committed", "[{\"linkId\":\"a\"},{\"linkId\":\"b\"}]");
            await().untilAsserted(() -> assertThat(
                            weir.get("/api/admin/ledger?stream=link-clicks").body())
                    .contains("\"depth\":0", "\"balanced\":true"));
            redis(commands -> commands.del(CLICKS));
            await().untilAsserted(() -> assertThat(
                            weir.get("/api/admin/ledger?stream=link-clicks").body())
                    .contains("\"reason\":\"emptied\"", "\"missingEntries\":-1", "\"balanced\":true"));
            click(weir, "?wait=committed", "{\"linkId\":\"a\"}");
            assertThat(verify(weir)).startsWith("0\n").contains("(emptied, -1 entries not accounted for)");
        }
    }

    @Test
    void acceptedEventsThatRedisLosesBeforeTheyAreCommittedAreMissing() throws Exception {
        try (RunningWeir weir = start()) {
            click(weir, "?wait=committed", "{\"linkId\":\"a\"}");
            try (AutoCloseable _ = heldCursor("link-clicks")) {
                click(weir, "", "[{\"linkId\":\"a\"},{\"linkId\":\"b\"}]");
                redis(commands -> commands.del(CLICKS));
                assertThat(weir.get("/api/admin/ledger?stream=link-clicks").body())
                        .contains("\"missingEvents\":2", "\"balanced\":false");
            }
        }
    }

    @Test
    void aCounterThatWasChangedByHandIsFoundAndNamed() throws Exception {
        try (RunningWeir weir = start()) {
            String body =
                    "[{\"path\":\"/a\",\"bytes\":10},{\"path\":\"/b\",\"bytes\":5},{\"path\":\"/a\",\"bytes\":1}]";
            assertThat(weir.post("/api/v1/page-views?wait=committed", RunningWeir.JSON, body)
                            .statusCode())
                    .isEqualTo(200);
            assertThat(verify(weir))
                    .startsWith("0\n")
                    .contains("page-views pages: bytes, last_viewed, views of 2 entities compared with page_views:"
                            + " equal");

            database.execute("UPDATE pages SET bytes = bytes + 1 WHERE path = '/a'");
            database.execute("INSERT INTO pages (path, views) VALUES ('/c', 7)");
            database.execute("DELETE FROM pages WHERE path = '/b'");
            assertThat(verify(weir, "--stream", "page-views"))
                    .startsWith("1\n")
                    .contains("5 DIFFERENCES")
                    .contains("/a bytes: counter 12, rows 11")
                    .contains("/c views: counter 7, rows null")
                    .contains("/b views: counter null, rows 1")
                    .contains("/b bytes: counter null, rows 5")
                    .contains("/b last_viewed: counter null, rows 2");
        }
    }

    @Test
    void theLedgerBalancesUnderLoadThoughThePartitionDiesAgainAndAgain() throws Exception {
        try (RunningWeir weir = start()) {
            for (int kill = 0; kill < 5; kill++) {
                for (int i = 0; i < 30; i++) {
                    click(weir, "", "[{\"linkId\":\"a\"},{\"linkId\":\"b\",\"count\":2}]");
                    assertThat(weir.post(
                                            "/api/v1/page-views",
                                            RunningWeir.JSON,
                                            "{\"path\":\"/" + i + "\"}",
                                            "Idempotency-Key",
                                            "k" + i)
                                    .statusCode())
                            .isEqualTo(202);
                    if (i % 10 == 0) {
                        assertThat(verify(weir)).startsWith("0\n");
                    }
                }
                for (String stream : new String[] {"link-clicks", "page-views"}) {
                    weir.server()
                            .actorSystem()
                            .actorSelection(RunningWeir.partitionPath(stream, 0) + "/consumer-*")
                            .tell(Kill.getInstance(), ActorRef.noSender());
                }
            }
            await().untilAsserted(() -> assertThat(weir.get("/api/admin/ledger").body())
                    .contains(
                            "\"accepted\":300,\"committed\":300",
                            "\"accepted\":150,\"committed\":30,\"deduplicated\":120"));
            assertThat(verify(weir)).startsWith("0\n").contains("30 entities compared with page_views: equal");
            assertThat(weir.get("/metrics").body()).contains("weir_ledger_missing_entries{stream=\"link-clicks\"} 0.0");
        }
    }
}
