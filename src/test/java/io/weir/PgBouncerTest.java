package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.testkit.PgBouncer;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import io.weir.testkit.RedisForTests;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole Weir behind pgbouncer in transaction mode, from its first migration on. */
@Tag("pgbouncer")
class PgBouncerTest {
    private static final int SENDERS = 8;
    private static final int REQUESTS = 40;
    private static final int SERVER_CONNECTIONS = 6;
    /** A pooler keeps these as each client said at its beginning. */
    private static final String LEFT_BEHIND = """
        SELECT name || ' = ' || setting FROM pg_settings WHERE source = 'session' AND name NOT IN
            ('application_name', 'client_encoding', 'DateStyle', 'TimeZone', 'standard_conforming_strings')
        UNION ALL SELECT 'prepared: ' || statement FROM pg_prepared_statements
        UNION ALL SELECT 'locked: ' || objid FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()
        UNION ALL SELECT 'temporary: ' || relname FROM pg_class WHERE relpersistence = 't'
        """;

    private final PostgresTestDatabase database = PostgresForTests.emptyDatabase();
    private final String prefix = RedisForTests.freshPrefix();
    private PgBouncer bouncer;

    @TempDir
    @SuppressWarnings("NullAway.Init") // by JUnit
    private Path home;

    @BeforeEach
    void start() throws Exception {
        // fewer server connections than Weir has clients' ones, so that each is lent to all of them
        bouncer = PgBouncer.before(database, home, SERVER_CONNECTIONS);
        define("n = count");
    }

    @AfterEach
    void stop() {
        if (bouncer != null) {
            bouncer.close();
        }
    }

    private void define(String counters) throws Exception {
        Path streams = Files.createDirectories(home.resolve("conf/streams"));
        Files.writeString(streams.resolve("s.conf"), """
            weir.streams.s {
              redis-key = "%s", partitions = 3, window.max-delay = 50ms
              fields { id = { type = text, required = true }, amount = { type = long, default = 1, max = 100 } }
              entity = id
              counters = [{ table = c, key { id = id }, set { %s } }]
              rows = [{ table = r, columns { k = "$key", id = id, amount = amount } }]
            }
            weir.streams.once {
              redis-key = "%sonce", window.max-delay = 50ms
              fields { id = { type = text, required = true }, visitor = { type = text, required = true } }
              entity = id
              counters = [{ table = pages, key { path = id }, set { views = count } }]
              dedup { key = [id, visitor], ttl = 1h }
            }
            """.formatted(prefix + "s", counters, prefix));
    }

    private RunningWeir weir() throws Exception {
        if (database.query("SELECT to_regclass('c') || ''").getFirst().isEmpty()) {
            database.execute("CREATE TABLE r (k text UNIQUE, id text, amount bigint)");
            database.execute("CREATE TABLE c (id text PRIMARY KEY, n bigint NOT NULL DEFAULT 0, total bigint,"
                    + " CHECK (id <> 'refused'))");
        }
        return RunningWeir.start(
                home,
                RedisForTests.url(),
                bouncer.url(),
                Map.of(
                        "weir.links.cache.redis-prefix", prefix + "link:",
                        "weir.links.click-stream", "",
                        "weir.store.table-days-interval", "200ms",
                        "weir.store.key-days-interval", "200ms"));
    }

    /** Sends from all senders at once; answers how many events of each entity were accepted. */
    private static int load(RunningWeir weir, int round) {
        try (ExecutorService senders = Executors.newVirtualThreadPerTaskExecutor()) {
            List<CompletableFuture<Integer>> sent = new ArrayList<>();
            for (int sender = 0; sender < SENDERS; sender++) {
                String id = "{\"id\":\"e" + sender + "\",\"amount\":2}";
                String key = round + "-" + sender + "-";
                sent.add(CompletableFuture.supplyAsync(() -> send(weir, id, key), senders));
            }
            return sent.stream().mapToInt(CompletableFuture::join).sum();
        }
    }

    private static int send(RunningWeir weir, String body, String key) {
        try {
            int accepted = 0;
            for (int i = 0; i < REQUESTS; i++) {
                // each comes twice and counts once
                for (int time = 0; time < 2; time++) {
                    HttpResponse<String> answer =
                            weir.post("/api/v1/streams/s/events", RunningWeir.JSON, body, "Idempotency-Key", key + i);
                    assertThat(answer.statusCode()).isEqualTo(202);
                }
                accepted++;
            }
            return accepted;
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }

    private void counted(int events) {
        await().ignoreExceptions().untilAsserted(() -> {
            assertThat(database.number("SELECT coalesce(sum(n), 0) FROM c WHERE id LIKE 'e_'"))
                    .isEqualTo(events);
            assertThat(database.number("SELECT count(*) FROM r WHERE id LIKE 'e_'"))
                    .isEqualTo(events);
        });
    }

    @Test
    void everythingThatTheDatabaseDoesIsExact() throws Exception {
        int events;
        try (RunningWeir weir = weir()) {
            events = load(weir, 1) + load(weir, 2);
            counted(events);
            for (int i = 0; i < 3; i++) {
                assertThat(weir.post(
                                        "/api/v1/streams/once/events?wait=committed",
                                        RunningWeir.JSON,
                                        "{\"id\":\"/a\",\"visitor\":\"v\"}")
                                .statusCode())
                        .isEqualTo(200);
            }
            assertThat(database.number("SELECT views FROM pages WHERE path = '/a'"))
                    .isEqualTo(1);

            // a window that the database refuses, halved until the culprit is found
            assertThat(weir.post(
                                    "/api/v1/streams/s/events?wait=committed",
                                    RunningWeir.JSON,
                                    "[{\"id\":\"e0\"},{\"id\":\"refused\"},{\"id\":\"e1\"}]")
                            .statusCode())
                    .isEqualTo(200);
            events += 2;
            counted(events);
            long letter = database.number("SELECT id FROM dead_letter");
            database.execute("ALTER TABLE c DROP CONSTRAINT c_id_check");
            assertThat(weir.send("POST", "/api/admin/dead-letters/" + letter + "/replay", "")
                            .statusCode())
                    .isBetween(200, 202);
            await().untilAsserted(() -> {
                assertThat(database.query("SELECT state FROM dead_letter")).containsExactly("replayed");
                assertThat(database.number("SELECT n FROM c WHERE id = 'refused'"))
                        .isEqualTo(1);
            });

            assertThat(weir.send("POST", "/api/v1/links", "{\"code\":\"spring\",\"url\":\"https://example.com/\"}")
                            .statusCode())
                    .isEqualTo(201);
            assertThat(weir.send("PATCH", "/api/v1/links/spring", "{\"url\":\"https://example.com/b\"}")
                            .statusCode())
                    .isEqualTo(200);
            assertThat(weir.get("/api/v1/links").body()).contains("https://example.com/b");
            assertThat(weir.send("DELETE", "/api/v1/links/spring", "").statusCode())
                    .isEqualTo(204);

            await().untilAsserted(() ->
                    assertThat(weir.get("/api/admin/ledger").body()).startsWith("{\"balanced\":true"));
            assertThat(weir.get("/api/admin/verify").body()).startsWith("{\"good\":true");
        }
        define("n = count, total = \"sum(amount)\"");
        try (RunningWeir weir = weir()) {
            assertThat(weir.send("POST", "/api/admin/streams/s/backfill?counter=c.total&source=rows", "")
                            .body())
                    .contains("entities");
            assertThat(database.query("SELECT id FROM c WHERE total <> (SELECT sum(amount) FROM r WHERE r.id = c.id)"))
                    .isEmpty();
        }
        assertThat(leftBehind()).isEmpty();
    }

    @Test
    void aPoolerThatIsKilledAgainAndAgainCostsNoEventAndNoDouble() throws Exception {
        int events = 0;
        try (RunningWeir weir = weir()) {
            for (int round = 0; round < 3; round++) {
                int sending = round;
                CompletableFuture<Integer> load = CompletableFuture.supplyAsync(() -> load(weir, sending));
                long before = database.number("SELECT coalesce(sum(windows), 0) FROM stream_cursor");
                await().until(() -> database.number("SELECT coalesce(sum(windows), 0) FROM stream_cursor") > before);
                bouncer.kill();
                bouncer.restart();
                events += load.join();
            }
            counted(events);
        }
    }

    /** What the pooler's sessions hold that their next client would not expect. */
    private List<String> leftBehind() throws Exception {
        List<String> left = new ArrayList<>();
        List<Connection> connections = new ArrayList<>();
        try {
            for (int i = 0; i < SERVER_CONNECTIONS; i++) {
                // in a transaction, so that each has a server connection of its own
                Connection connection = DriverManager.getConnection(
                        "jdbc:" + bouncer.url().replace("postgres://postgres@", "postgresql://")
                                + "?prepareThreshold=0&assumeMinServerVersion=12",
                        "postgres",
                        "");
                connection.setAutoCommit(false);
                connections.add(connection);
                try (Statement statement = connection.createStatement();
                        ResultSet row = statement.executeQuery(LEFT_BEHIND)) {
                    while (row.next()) {
                        left.add(row.getString(1));
                    }
                }
            }
        } finally {
            for (Connection connection : connections) {
                connection.close();
            }
        }
        return left;
    }
}
