package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.embedded.EmbeddedRedisServer;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import io.weir.testkit.RedisForTests;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.datasketches.hll.HllSketch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What could not be counted, replayed by hand: in its counter and in its own time's buckets, once. */
class DeadLetterRollupTest {
    private static final String LETTER = "/api/admin/dead-letters/1";
    private static final Map<ChronoUnit, String> TABLES =
            Map.of(ChronoUnit.MINUTES, "rollup_minute", ChronoUnit.HOURS, "rollup_hour", ChronoUnit.DAYS, "rollup_day");

    /** Days ago, so that a bucket of the replay's own time would be another. */
    private final Instant at = Instant.now().minus(Duration.ofDays(3));

    private final PostgresTestDatabase database = PostgresForTests.freshDatabase();
    private EmbeddedRedisServer redis;
    private RunningWeir weir;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        redis = RedisForTests.startPrivate(directory.resolve("redis"));
        DefinitionHome.write(directory, """
            weir.streams.link-clicks {
              redis-key = clicks
              window { max-delay = 100ms }
              ingest { path = "/api/v1/clicks" }
              fields {
                linkId = { type = text, required = true }
                count = { type = long, default = 1 }
                at = { type = timestamp, required = true }
                visitor = text
              }
              entity = linkId
              counters = [{ table = links, key { id = linkId }, set { clicks = "sum(count)" } }]
              rollups { steps = [minute, hour, day], by = at, uniques = visitor }
            }
            """);
        // buckets of minutes are looked at longer after their time than they are kept
        weir = RunningWeir.start(
                directory, redis.url(), database.url(), Map.of("weir.rollups.minute-retention", "off"));
        database.execute("ALTER TABLE links ADD CONSTRAINT few CHECK (clicks <= 100) NOT VALID");
        click("one", 1);
        click("two", 500);
        assertRolledUp(1, 1);
    }

    @AfterEach
    void stop() {
        weir.close();
        redis.close();
    }

    private void click(String visitor, int count) throws Exception {
        String body = "{\"linkId\":\"a\",\"count\":%d,\"at\":\"%s\",\"visitor\":\"%s\"}".formatted(count, at, visitor);
        assertThat(weir.post("/api/v1/clicks?wait=committed", RunningWeir.JSON, body)
                        .statusCode())
                .isEqualTo(200);
    }

    private void refuseNothing() throws Exception {
        database.execute("ALTER TABLE links DROP CONSTRAINT few");
    }

    private void replay() throws Exception {
        assertThat(weir.send("POST", LETTER + "/replay", "").statusCode()).isEqualTo(202);
    }

    private void awaitLetter(String stateAndAttempts) {
        await().untilAsserted(() -> assertThat(database.query("SELECT state, attempts FROM dead_letter"))
                .containsExactly(stateAndAttempts));
    }

    private void assertRolledUp(long clicks, int visitors) throws Exception {
        assertThat(database.number("SELECT sum(clicks) FROM links")).isEqualTo(clicks);
        for (ChronoUnit step : TABLES.keySet()) {
            String table = TABLES.get(step);
            String bucket = "a|" + at.truncatedTo(step).getEpochSecond();
            assertThat(database.query("SELECT entity, extract(epoch FROM bucket)::bigint, value FROM " + table))
                    .as(table)
                    .containsExactly(bucket + "|" + clicks);
            List<String> sketches = database.query("SELECT encode(sketch, 'hex') FROM " + table + "_sketch");
            assertThat(sketches).as("%s: sketches", table).hasSize(1);
            HllSketch sketch = HllSketch.heapify(HexFormat.of().parseHex(sketches.getFirst()));
            assertThat(Math.round(sketch.getEstimate())).isEqualTo(visitors);
        }
    }

    @Test
    void aLetterThatIsReplayedSeveralTimesIsRolledUpOnceAtItsOwnTime() throws Exception {
        refuseNothing();
        try (CursorLock held = CursorLock.of(database, "link-clicks")) {
            // nothing can be committed, so each of these is appended
            for (int i = 0; i < 3; i++) {
                replay();
            }
            held.release();
        }
        awaitLetter("replayed|1");
        // behind all copies
        click("one", 1);
        assertThat(database.query("SELECT committed_events, deduplicated_events FROM stream_cursor"))
                .containsExactly("3|2");
        assertRolledUp(502, 2);
    }

    @Test
    void aReplayThatFailsAgainAddsNothing() throws Exception {
        replay();
        awaitLetter("open|2");
        assertRolledUp(1, 1);
        refuseNothing();
        replay();
        awaitLetter("replayed|2");
        assertRolledUp(501, 2);
    }

    @Test
    void anEditedLetterIsRolledUpAsEdited() throws Exception {
        Instant sameMinute = at.truncatedTo(ChronoUnit.MINUTES);
        String edited = "{\"linkId\":\"a\",\"count\":7,\"at\":\"%s\",\"visitor\":\"three\"}".formatted(sameMinute);
        assertThat(weir.send("PUT", LETTER, edited).statusCode()).isEqualTo(200);
        replay();
        awaitLetter("replayed|1");
        assertRolledUp(8, 2);
    }
}
