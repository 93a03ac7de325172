package io.weir.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.weir.definition.OnMissing;
import io.weir.definition.RollupStep;
import io.weir.definition.Rollups;
import io.weir.event.EntryId;
import io.weir.event.Event;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.apache.datasketches.hll.HllSketch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The different values of a field, here of status, that windows leave in sketches. */
class RollupSketchTest {
    private static final Rollups UNIQUES =
            new Rollups(List.of(RollupStep.HOUR, RollupStep.DAY), StoreFixture.AT, StoreFixture.STATUS);

    private long entries;

    private static StoreFixture fixture(OnMissing onMissing) {
        return new StoreFixture(StoreFixture.rolledUp(List.of(StoreFixture.pages(onMissing)), List.of(), UNIQUES));
    }

    private Event view(String path, String time, long bytes, @Nullable Long status) {
        return new Event(
                new EntryId(1_772_359_200_000L + ++entries, 0),
                0,
                new @Nullable Object[] {path, Instant.parse(time).toEpochMilli() * 1_000, bytes, status},
                null,
                "{}".getBytes(StandardCharsets.UTF_8));
    }

    /** Entity, hour of the bucket and how many different values there were. */
    private static List<String> uniques(StoreFixture fixture, String step) throws SQLException {
        List<String> uniques = new ArrayList<>();
        for (String row : fixture.database.query("""
            SELECT r.entity || ' ' || to_char(r.bucket AT TIME ZONE 'UTC', 'HH24'), encode(r.sketch, 'hex')
            FROM rollup_%s_sketch r JOIN rollup_measure m ON m.id = r.measure
            WHERE m.measure = 'uniques:status' ORDER BY 1
            """.formatted(step))) {
            int end = row.indexOf('|');
            byte[] sketch = HexFormat.of().parseHex(row.substring(end + 1));
            uniques.add(row.substring(0, end) + " "
                    + Math.round(HllSketch.heapify(sketch).getEstimate()));
        }
        return uniques;
    }

    @Test
    void whoComesAgainIsNotCountedAgain() throws SQLException {
        try (StoreFixture fixture = fixture(OnMissing.INSERT)) {
            PartitionStore store = fixture.store();
            long epoch = store.start("one").epoch();
            List<Event> first = List.of(
                    view("/a", "2026-03-01T12:00:00Z", 1, 1L),
                    view("/a", "2026-03-01T12:59:00Z", 1, 1L),
                    view("/a", "2026-03-01T13:00:00Z", 1, 2L),
                    view("/b", "2026-03-01T12:00:00Z", 1, null),
                    view("/c", "2026-03-01T12:00:00Z", 1, 1L));
            assertThat(store.commit(fixture.window(epoch, EntryId.ZERO, first)))
                    .isInstanceOf(CommitOutcome.Committed.class);
            List<String> versions = fixture.database.query("SELECT entity, bucket, xmin FROM rollup_hour_sketch");
            List<Event> second =
                    List.of(view("/a", "2026-03-01T12:30:00Z", 1, 1L), view("/a", "2026-03-01T13:30:00Z", 1, 2L));
            assertThat(store.commit(fixture.window(epoch, first.getLast().entryId(), second)))
                    .isInstanceOf(CommitOutcome.Committed.class);
            assertThat(fixture.database.query("SELECT entity, bucket, xmin FROM rollup_hour_sketch"))
                    .as("a sketch to which nothing is new is not written")
                    .isEqualTo(versions);
            List<Event> third = List.of(view("/a", "2026-03-01T12:30:00Z", 1, 7L));
            assertThat(store.commit(fixture.window(epoch, second.getLast().entryId(), third)))
                    .isInstanceOf(CommitOutcome.Committed.class);
            assertThat(uniques(fixture, "hour")).containsExactly("/a 12 2", "/a 13 1", "/c 12 1");
            assertThat(uniques(fixture, "day")).containsExactly("/a 00 3", "/c 00 1");
        }
    }

    @Test
    void manyAreEstimatedAsWellAsIsPromised() throws SQLException {
        try (StoreFixture fixture = fixture(OnMissing.INSERT)) {
            PartitionStore store = fixture.store();
            long epoch = store.start("one").epoch();
            EntryId cursor = EntryId.ZERO;
            for (int window = 0; window < 6; window++) {
                List<Event> events = new ArrayList<>();
                for (long value = window * 5_000L; value < window * 5_000L + 10_000; value++) {
                    events.add(view("/a", "2026-03-01T12:00:00Z", 1, value));
                }
                assertThat(store.commit(fixture.window(epoch, cursor, events)))
                        .isInstanceOf(CommitOutcome.Committed.class);
                cursor = events.getLast().entryId();
            }
            List<String> sketches = fixture.database.query("SELECT encode(sketch, 'hex') FROM rollup_day_sketch");
            assertThat(sketches).hasSize(1);
            HllSketch sketch = HllSketch.heapify(HexFormat.of().parseHex(sketches.getFirst()));
            assertThat(sketch.getEstimate()).isCloseTo(35_000, within(35_000 * 0.04));
            assertThat(sketch.getLowerBound(2)).isLessThan(35_000);
            assertThat(sketch.getUpperBound(2)).isGreaterThan(35_000);
            assertThat(sketches.getFirst().length() / 2).isLessThan(2_200);
        }
    }

    @Test
    void whatIsNotCountedIsInNoSketch() throws SQLException {
        try (StoreFixture fixture = fixture(OnMissing.SKIP)) {
            fixture.database.execute(
                    "INSERT INTO pages (path) VALUES ('/a'), ('/c');" + " ALTER TABLE pages ADD CHECK (bytes < 1000)");
            PartitionStore store = fixture.store();
            long epoch = store.start("one").epoch();
            List<Event> events = List.of(
                    view("/a", "2026-03-01T12:00:00Z", 1, 1L),
                    view("/a", "2026-03-01T12:00:00Z", 5_000, 2L),
                    view("/b", "2026-03-01T12:00:00Z", 1, 3L),
                    view("/c", "2026-03-01T12:00:00Z", 1, 4L));
            assertThat(store.commit(fixture.window(epoch, EntryId.ZERO, events)))
                    .isInstanceOf(CommitOutcome.Committed.class);
            assertThat(uniques(fixture, "day")).containsExactly("/a 00 1", "/c 00 1");
        }
    }

    @Test
    void aSketchThatSomebodyElseAddsMeanwhileIsNotLost() throws SQLException {
        try (StoreFixture fixture = fixture(OnMissing.INSERT)) {
            // as if another had it: the insertion finds it there
            fixture.database.execute("CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS"
                    + " $$ BEGIN RETURN NULL; END $$; CREATE TRIGGER nothing BEFORE INSERT ON rollup_day_sketch"
                    + " FOR EACH ROW EXECUTE FUNCTION nothing()");
            PartitionStore store = fixture.store();
            long epoch = store.start("one").epoch();
            WindowCommit window =
                    fixture.window(epoch, EntryId.ZERO, List.of(view("/a", "2026-03-01T12:00:00Z", 1, 1L)));
            assertThat(store.commit(window)).isInstanceOf(CommitOutcome.RetryLater.class);
            assertThat(fixture.pages()).isEmpty();
            assertThat(uniques(fixture, "hour")).isEmpty();
            fixture.database.execute("DROP TRIGGER nothing ON rollup_day_sketch");
            assertThat(store.commit(window)).isInstanceOf(CommitOutcome.Committed.class);
            assertThat(uniques(fixture, "day")).containsExactly("/a 00 1");
        }
    }
}
