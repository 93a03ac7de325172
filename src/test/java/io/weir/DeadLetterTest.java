package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.Range;
import io.lettuce.core.RedisClient;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.api.StatefulRedisConnection;
import io.weir.embedded.EmbeddedRedisServer;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import io.weir.testkit.RedisForTests;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Events that could not be applied, against real servers: found, mended, replayed once, put aside, published. */
class DeadLetterTest {
    private static final String LETTERS = "/api/admin/dead-letters";
    private static final String STATES = "SELECT id, state, attempts FROM dead_letter ORDER BY id";

    private final PostgresTestDatabase database = PostgresForTests.freshDatabase();
    private EmbeddedRedisServer redis;
    private RunningWeir weir;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        redis = RedisForTests.startPrivate(directory.resolve("redis"));
        DefinitionHome.write(directory, DefinitionHome.LIMITED_CLICKS);
        weir = RunningWeir.start(directory, redis.url(), database.url(), Map.of());
    }

    @AfterEach
    void stop() {
        weir.close();
        redis.close();
    }

    private void click(String link, int count) throws Exception {
        String body = "{\"linkId\":\"" + link + "\",\"count\":" + count + "}";
        HttpResponse<String> answer = weir.post("/api/v1/clicks?wait=committed", RunningWeir.JSON, body);
        assertThat(answer.statusCode()).isEqualTo(200);
    }

    private void refuseMoreThan(int clicks) throws Exception {
        database.execute("ALTER TABLE links DROP CONSTRAINT IF EXISTS few;"
                + " ALTER TABLE links ADD CONSTRAINT few CHECK (clicks <= " + clicks + ") NOT VALID");
    }

    private void refuseNothing() throws Exception {
        database.execute("ALTER TABLE links DROP CONSTRAINT few");
    }

    private long clicks(String link) throws Exception {
        return database.number("SELECT coalesce(sum(clicks), 0) FROM links WHERE id = '" + link + "'");
    }

    private void awaitState(long id, String state) {
        await().untilAsserted(() -> assertThat(database.query("SELECT state FROM dead_letter WHERE id = " + id))
                .containsExactly(state));
    }

    /** Waits until everything that was accepted is committed. */
    private void flush() throws Exception {
        click("flush", 1);
    }

    private String metric(String name) throws Exception {
        Matcher line = Pattern.compile("(?m)^" + Pattern.quote(name) + " (\\S+)$")
                .matcher(weir.get("/metrics").body());
        return line.find() ? line.group(1) : "none";
    }

    @Test
    void aLetterIsReplayedOnceHoweverOftenItIsAsked() throws Exception {
        refuseMoreThan(100);
        click("a", 500);
        click("a", 1);
        assertThat(clicks("a")).isEqualTo(1);
        refuseNothing();

        for (int i = 0; i < 3; i++) {
            assertThat(weir.send("POST", LETTERS + "/1/replay", "").statusCode())
                    .isIn(202, 409);
        }
        awaitState(1, "replayed");
        flush();
        assertThat(clicks("a")).isEqualTo(501);
        HttpResponse<String> late = weir.send("POST", LETTERS + "/1/replay", "");
        assertThat(late.statusCode()).isEqualTo(409);
        assertThat(late.body()).contains("replayed");
        assertThat(database.query(STATES)).containsExactly("1|replayed|1");
    }

    @Test
    void aRepeatedAppendOfOneReplayIsDeduplicated() throws Exception {
        refuseMoreThan(100);
        click("a", 500);
        refuseNothing();
        try (CursorLock held = CursorLock.of(database, "link-clicks")) {
            // nothing can be committed, so each of these is appended
            for (int i = 0; i < 3; i++) {
                assertThat(weir.send("POST", LETTERS + "/1/replay", "").statusCode())
                        .isEqualTo(202);
            }
            assertThat(database.query(STATES)).containsExactly("1|replaying|1");
            held.release();
        }
        awaitState(1, "replayed");
        flush();
        assertThat(clicks("a")).isEqualTo(500);
        assertThat(database.query(
                        "SELECT committed_events, deduplicated_events, dead_lettered_events FROM stream_cursor"))
                .containsExactly("2|2|1");
    }

    @Test
    void aReplayThatFailsAgainOpensTheSameLetterWithTheNewReason() throws Exception {
        refuseMoreThan(100);
        click("a", 500);
        database.execute("ALTER TABLE links RENAME CONSTRAINT few TO still_few");
        assertThat(weir.send("POST", LETTERS + "/1/replay", "").statusCode()).isEqualTo(202);
        await().untilAsserted(() -> assertThat(database.query(STATES)).containsExactly("1|open|2"));
        assertThat(weir.get(LETTERS + "/1").body()).contains("still_few", "\"sqlstate\":\"23514\"", "\"attempts\":2");
        await().untilAsserted(() -> assertThat(
                        metric("weir_dead_letters_total{reason=\"constraint\",stream=\"link-clicks\"}"))
                .isEqualTo("2.0"));
    }

    @Test
    void anEditedLetterIsReplayedAsEditedAndKeepsItsOriginal() throws Exception {
        refuseMoreThan(100);
        click("a", 500);
        HttpResponse<String> wrong = weir.send("PUT", LETTERS + "/1", "{\"linkId\":\"a\",\"count\":\"many\"}");
        assertThat(wrong.statusCode()).isEqualTo(422);
        assertThat(wrong.body()).contains("\"field\":\"count\"", "must be an integer");
        HttpResponse<String> tooMuch = weir.send("PUT", LETTERS + "/1", "{\"linkId\":\"a\",\"count\":1001}");
        assertThat(tooMuch.body()).contains("\"field\":\"count\"", "1001");
        assertThat(weir.send("PUT", LETTERS + "/1", "{\"count\":1}").body()).contains("\"field\":\"linkId\"");

        HttpResponse<String> edited = weir.send("PUT", LETTERS + "/1", "{\"linkId\":\"b\",\"count\":7}");
        assertThat(edited.statusCode()).isEqualTo(200);
        assertThat(edited.body())
                .contains("\"edited\":\"{\\\"linkId\\\":\\\"b\\\"", "\"raw\":\"{\\\"linkId\\\":\\\"a\\\"");
        assertThat(weir.send("POST", LETTERS + "/1/replay", "").statusCode()).isEqualTo(202);
        awaitState(1, "replayed");
        assertThat(clicks("a")).isZero();
        assertThat(clicks("b")).isEqualTo(7);
        assertThat(weir.send("PUT", LETTERS + "/1", "{\"linkId\":\"c\"}").statusCode())
                .isEqualTo(409);
    }

    @Test
    void aReplayOfAnOlderVersionIsNotApplied() throws Exception {
        refuseMoreThan(100);
        click("a", 500);
        refuseNothing();
        try (CursorLock held = CursorLock.of(database, "link-clicks");
                RedisClient client = RedisClient.create(redis.url());
                StatefulRedisConnection<String, String> connection = client.connect()) {
            // as an append whose answer was lost leaves it: in the log, before the replay of a version that came later
            connection.sync().xadd("clicks", "e", "{\"linkId\":\"a\",\"count\":500,\"$letter\":\"1.1\"}");
            assertThat(weir.send("PUT", LETTERS + "/1", "{\"linkId\":\"a\",\"count\":5}")
                            .statusCode())
                    .isEqualTo(200);
            assertThat(weir.send("POST", LETTERS + "/1/replay", "").statusCode())
                    .isEqualTo(202);
            held.release();
        }
        awaitState(1, "replayed");
        flush();
        assertThat(clicks("a")).isEqualTo(5);
    }

    @Test
    void aClientCantReplayALetter() throws Exception {
        refuseMoreThan(100);
        click("a", 500);
        refuseNothing();
        assertThat(weir.post("/api/v1/clicks", RunningWeir.JSON, "{\"linkId\":\"a\",\"count\":3,\"$letter\":\"1.0\"}")
                        .statusCode())
                .isEqualTo(202);
        flush();
        assertThat(clicks("a")).isEqualTo(3);
        assertThat(database.query(STATES)).containsExactly("1|open|1");
    }

    @Test
    void anEventThatTheDoorRefusedIsMendedAndReplayed() throws Exception {
        HttpResponse<String> taken = weir.post(
                "/api/v1/clicks?on-invalid=dead-letter&wait=committed", RunningWeir.JSON, "{\"linkId\":5,\"count\":2}");
        assertThat(taken.statusCode()).isEqualTo(200);
        HttpResponse<String> unmended = weir.send("POST", LETTERS + "/1/replay", "");
        assertThat(unmended.statusCode()).isEqualTo(422);
        assertThat(unmended.body()).contains("\"field\":\"linkId\"");
        assertThat(database.query(STATES)).containsExactly("1|open|1");
        weir.send("PUT", LETTERS + "/1", "{\"linkId\":\"5\",\"count\":2}");
        weir.send("POST", LETTERS + "/1/replay", "");
        awaitState(1, "replayed");
        assertThat(clicks("5")).isEqualTo(2);
    }

    @Test
    void aDiscardedLetterIsKeptAndNeverApplied() throws Exception {
        refuseMoreThan(100);
        click("a", 500);
        refuseNothing();
        try (CursorLock held = CursorLock.of(database, "link-clicks")) {
            weir.send("POST", LETTERS + "/1/replay", "");
            assertThat(weir.send("POST", LETTERS + "/1/discard", "").body()).contains("\"state\":\"discarded\"");
            held.release();
        }
        flush();
        assertThat(clicks("a")).isZero();
        assertThat(database.query(STATES)).containsExactly("1|discarded|1");
        assertThat(weir.send("POST", LETTERS + "/1/discard", "").statusCode()).isEqualTo(200);
        assertThat(weir.send("POST", LETTERS + "/1/replay", "").statusCode()).isEqualTo(409);
    }

    @Test
    void lettersAreListedPagedFilteredAndCounted() throws Exception {
        refuseMoreThan(100);
        for (int i = 0; i < 5; i++) {
            click("a" + i, 500);
        }
        weir.post("/api/v1/clicks?on-invalid=dead-letter&wait=committed", RunningWeir.JSON, "{\"linkId\":5}");
        String first = weir.get(LETTERS + "?limit=4").body();
        assertThat(ids(first)).containsExactly(6L, 5L, 4L, 3L);
        assertThat(first).contains("\"next\":3");
        String second = weir.get(LETTERS + "?limit=4&before=3").body();
        assertThat(ids(second)).containsExactly(2L, 1L);
        assertThat(second).contains("\"next\":null");
        assertThat(ids(weir.get(LETTERS + "?reason=invalid").body())).containsExactly(6L);
        assertThat(ids(weir.get(LETTERS + "?sqlstate=23514&stream=link-clicks").body()))
                .hasSize(5);
        assertThat(ids(weir.get(LETTERS + "?state=discarded").body())).isEmpty();
        assertThat(ids(weir.get(LETTERS + "?until=2020-01-01T00:00:00Z").body()))
                .isEmpty();
        assertThat(ids(weir.get(LETTERS + "?since=2020-01-01T00:00:00Z").body()))
                .hasSize(6);
        assertThat(weir.get(LETTERS + "/counts").body())
                .contains("{\"stream\":\"link-clicks\",\"state\":\"open\",\"reason\":\"constraint\",\"letters\":5}");
        await().untilAsserted(() -> assertThat(metric("weir_dead_letters_open{stream=\"link-clicks\"}"))
                .isEqualTo("6.0"));

        for (String wrong : List.of("limit=501", "limit=0", "state=lost", "reason=x", "since=monday", "sort=id")) {
            HttpResponse<String> refused = weir.get(LETTERS + "?" + wrong);
            assertThat(refused.statusCode()).as(wrong).isEqualTo(400);
            assertThat(refused.body()).contains("\"field\":\"" + wrong.substring(0, wrong.indexOf('=')) + "\"");
        }
        assertThat(weir.get(LETTERS + "/99").statusCode()).isEqualTo(404);
        assertThat(weir.get(LETTERS + "/x").statusCode()).isEqualTo(400);
        assertThat(weir.send("POST", LETTERS + "/replay", "").body()).contains("\"field\":\"stream\"");

        assertThat(weir.send("POST", LETTERS + "/discard?stream=link-clicks&reason=invalid", "")
                        .body())
                .isEqualTo("{\"discarded\":1,\"more\":false}");
        refuseNothing();
        String replayed = weir.send("POST", LETTERS + "/replay?stream=link-clicks&limit=3", "")
                .body();
        assertThat(replayed).isEqualTo("{\"replayed\":3,\"refused\":[],\"more\":true}");
        weir.send("POST", LETTERS + "/replay?stream=link-clicks", "");
        await().untilAsserted(() -> assertThat(
                        database.query("SELECT state, count(*) FROM dead_letter GROUP BY 1 ORDER BY 1"))
                .containsExactly("discarded|1", "replayed|5"));
        assertThat(database.number("SELECT sum(clicks) FROM links")).isEqualTo(2500);
    }

    private static List<Long> ids(String page) {
        return Pattern.compile("\"id\":(\\d+)")
                .matcher(page)
                .results()
                .map(match -> Long.parseLong(match.group(1)))
                .toList();
    }

    @Test
    void replaysUnderTrafficCountEachLetterOnce() throws Exception {
        refuseMoreThan(100);
        int letters = 40;
        for (int i = 0; i < letters; i++) {
            click("bad" + i, 500);
        }
        refuseNothing();
        AtomicBoolean running = new AtomicBoolean(true);
        AtomicLong accepted = new AtomicLong();
        List<Thread> threads = new ArrayList<>();
        for (int sender = 0; sender < 3; sender++) {
            int number = sender;
            threads.add(Thread.ofVirtual().start(() -> {
                for (int i = 0; running.get(); i++) {
                    accepted.addAndGet(send("{\"linkId\":\"bad" + (i * 3 + number) % letters + "\"}"));
                }
            }));
        }
        await().until(() -> accepted.get() > 50);
        List<Thread> replayers = new ArrayList<>();
        for (int replayer = 0; replayer < 3; replayer++) {
            replayers.add(Thread.ofVirtual().start(() -> {
                for (int id = 1; id <= letters; id++) {
                    replay(id);
                }
            }));
        }
        for (Thread replayer : replayers) {
            replayer.join();
        }
        running.set(false);
        for (Thread thread : threads) {
            thread.join();
        }
        await().untilAsserted(() -> assertThat(database.query("SELECT DISTINCT state FROM dead_letter"))
                .containsExactly("replayed"));
        flush();
        assertThat(database.number("SELECT sum(clicks) FROM links WHERE id LIKE 'bad%'"))
                .isEqualTo(letters * 500L + accepted.get());
    }

    private int send(String body) {
        try {
            return weir.post("/api/v1/clicks", RunningWeir.JSON, body).statusCode() == 202 ? 1 : 0;
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }

    private void replay(int id) {
        try {
            int status = weir.send("POST", LETTERS + "/" + id + "/replay", "").statusCode();
            // 422: another replayer changed it between this one's look and its step
            assertThat(status).isIn(202, 409, 422, 503);
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }

    @Test
    void lettersArePublishedToRedisThoughItWasAwayAndAgainWhenTheyFailAgain() throws Exception {
        refuseMoreThan(100);
        click("a", 500);
        await().untilAsserted(() -> assertThat(published()).containsExactly("1 constraint 1"));
        RedisForTests.keepAll(redis);
        redis.kill();
        database.execute("INSERT INTO dead_letter (stream, partition, entry, index, raw, reason)"
                + " VALUES ('link-clicks', 0, '5-0', 0, 'x', 'by hand')");
        redis.restart();
        await().untilAsserted(() -> assertThat(published()).contains("2 invalid 1"));
        await().ignoreExceptions()
                .until(() -> weir.send("POST", LETTERS + "/1/replay", "").statusCode() == 202);
        await().untilAsserted(() -> assertThat(published()).contains("1 constraint 2"));
        // noted once Redis has them
        await().untilAsserted(
                        () -> assertThat(database.number("SELECT count(*) FROM dead_letter WHERE published_at IS NULL"))
                                .isZero());
    }

    private List<String> published() {
        try (RedisClient client = RedisClient.create(redis.url());
                StatefulRedisConnection<String, String> connection = client.connect()) {
            return connection.sync().xrange("clicks:dead", Range.unbounded()).stream()
                    .map(StreamMessage::getBody)
                    .map(body -> body.get("id") + " " + body.get("reason") + " " + body.get("attempts"))
                    .toList();
        }
    }
}
