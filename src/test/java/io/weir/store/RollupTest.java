package io.weir.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.definition.Aggregate;
import io.weir.definition.Condition;
import io.weir.definition.Counter;
import io.weir.definition.CounterColumn;
import io.weir.definition.Field;
import io.weir.definition.FieldType;
import io.weir.definition.OnMissing;
import io.weir.definition.RollupStep;
import io.weir.definition.Rollups;
import io.weir.definition.RowTable;
import io.weir.definition.StreamDefinition;
import io.weir.event.EntryId;
import io.weir.event.Event;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What windows leave in the rollups of their stream: what they added to its counters, by time. */
class RollupTest {
    private static final List<RollupStep> ALL = List.of(RollupStep.values());
    private static final Rollups BY_TIME = new Rollups(ALL, StoreFixture.AT, null);
    private long entries;

    private static StreamDefinition pages(OnMissing onMissing, List<RowTable> rows, Rollups rollups) {
        return StoreFixture.rolledUp(List.of(StoreFixture.pages(onMissing)), rows, rollups);
    }

    private Event view(@Nullable String key, String path, String time, @Nullable Object bytes) {
        long micros = Instant.parse(time).toEpochMilli() * 1_000;
        return new Event(
                new EntryId(Instant.parse("2026-03-02T10:00:00Z").toEpochMilli() + ++entries, 0),
                0,
                new @Nullable Object[] {path, micros, bytes, 200L},
                key,
                "{}".getBytes(StandardCharsets.UTF_8));
    }

    private static List<String> sums(StoreFixture fixture, String step) throws SQLException {
        return fixture.database.query("""
            SELECT m.measure, r.entity, to_char(r.bucket AT TIME ZONE 'UTC', 'MM-DD HH24:MI'), r.value
            FROM rollup_%s r JOIN rollup_measure m ON m.id = r.measure ORDER BY 1, 2, r.bucket
            """.formatted(step));
    }

    /** Each step's sums are the counters, which is what matters. */
    private static void assertSumsAreTheCounters(StoreFixture fixture) throws SQLException {
        for (RollupStep step : ALL) {
            assertThat(fixture.database.query("""
                SELECT entity, coalesce(sum(value) FILTER (WHERE m.measure = 'views'), 0),
                       coalesce(sum(value) FILTER (WHERE m.measure = 'bytes'), 0)
                FROM rollup_%s r JOIN rollup_measure m ON m.id = r.measure GROUP BY 1 ORDER BY 1
                """.formatted(step.label())))
                    .as(step.label())
                    .isEqualTo(fixture.pages());
        }
    }

    private static CommitOutcome.Committed commit(
            StoreFixture fixture, PartitionStore store, long epoch, EntryId from, List<Event> events) {
        CommitOutcome outcome = store.commit(fixture.window(epoch, from, events));
        assertThat(outcome).isInstanceOf(CommitOutcome.Committed.class);
        return (CommitOutcome.Committed) outcome;
    }

    @Test
    void anEventGoesToTheBucketsOfItsOwnTimeHoweverLateItComes() throws SQLException {
        try (StoreFixture fixture = new StoreFixture(pages(OnMissing.INSERT, List.of(), BY_TIME))) {
            PartitionStore store = fixture.store();
            long epoch = store.start("one").epoch();
            List<Event> first = List.of(
                    view(null, "/a", "2026-03-01T23:59:59.999Z", 10L),
                    view(null, "/a", "2026-03-02T00:00:00Z", 5L),
                    view(null, "/b", "2026-03-02T00:00:30Z", null),
                    view(null, "/a", "2026-03-02T00:59:00Z", 0L));
            commit(fixture, store, epoch, EntryId.ZERO, first);
            Event late = view(null, "/a", "2026-03-01T23:59:01Z", 100L);
            commit(fixture, store, epoch, first.getLast().entryId(), List.of(late));

            assertThat(sums(fixture, "minute"))
                    .containsExactly(
                            "bytes|/a|03-01 23:59|110",
                            "bytes|/a|03-02 00:00|5",
                            "views|/a|03-01 23:59|2",
                            "views|/a|03-02 00:00|1",
                            "views|/a|03-02 00:59|1",
                            "views|/b|03-02 00:00|1");
            assertThat(sums(fixture, "hour"))
                    .containsExactly(
                            "bytes|/a|03-01 23:00|110",
                            "bytes|/a|03-02 00:00|5",
                            "views|/a|03-01 23:00|2",
                            "views|/a|03-02 00:00|2",
                            "views|/b|03-02 00:00|1");
            assertThat(sums(fixture, "day"))
                    .containsExactly(
                            "bytes|/a|03-01 00:00|110",
                            "bytes|/a|03-02 00:00|5",
                            "views|/a|03-01 00:00|2",
                            "views|/a|03-02 00:00|2",
                            "views|/b|03-02 00:00|1");
            assertSumsAreTheCounters(fixture);
        }
    }

    @Test
    void withoutAFieldItIsTheTimeAtWhichRedisTookTheEvent() throws SQLException {
        Rollups rollups = new Rollups(List.of(RollupStep.HOUR), null, null);
        try (StoreFixture fixture = new StoreFixture(pages(OnMissing.INSERT, List.of(), rollups))) {
            PartitionStore store = fixture.store();
            long epoch = store.start("one").epoch();
            commit(fixture, store, epoch, EntryId.ZERO, List.of(view(null, "/a", "2020-01-01T00:00:00Z", 7L)));
            assertThat(sums(fixture, "hour")).containsExactly("bytes|/a|03-02 10:00|7", "views|/a|03-02 10:00|1");
            assertThat(sums(fixture, "minute")).isEmpty();
        }
    }

    @Test
    void whatWasThereBeforeIsNotAddedAgain() throws SQLException {
        try (StoreFixture fixture =
                new StoreFixture(pages(OnMissing.INSERT, List.of(StoreFixture.pageViewRows()), BY_TIME))) {
            PartitionStore store = fixture.store();
            long epoch = store.start("one").epoch();
            List<Event> first = List.of(
                    view("k1", "/a", "2026-03-01T12:00:00Z", 10L), view("k2", "/b", "2026-03-01T12:00:00Z", 1L));
            commit(fixture, store, epoch, EntryId.ZERO, first);
            List<Event> second = List.of(
                    view("k1", "/a", "2026-03-01T13:00:00Z", 10L),
                    view("k3", "/a", "2026-03-01T13:00:00Z", 2L),
                    view("k3", "/a", "2026-03-01T14:00:00Z", 2L));
            CommitOutcome.Committed outcome =
                    commit(fixture, store, epoch, first.getLast().entryId(), second);
            assertThat(outcome.deduplicated()).isEqualTo(2);
            assertThat(sums(fixture, "hour"))
                    .containsExactly(
                            "bytes|/a|03-01 12:00|10",
                            "bytes|/a|03-01 13:00|2",
                            "bytes|/b|03-01 12:00|1",
                            "views|/a|03-01 12:00|1",
                            "views|/a|03-01 13:00|1",
                            "views|/b|03-01 12:00|1");
            assertSumsAreTheCounters(fixture);
        }
    }

    @Test
    void anEventThatTheDatabaseRefusesAddsNothingAndItsNeighboursDo() throws SQLException {
        try (StoreFixture fixture = new StoreFixture(pages(OnMissing.INSERT, List.of(), BY_TIME))) {
            fixture.database.execute("ALTER TABLE pages ADD CHECK (bytes < 1000)");
            PartitionStore store = fixture.store();
            long epoch = store.start("one").epoch();
            List<Event> events = new ArrayList<>();
            for (int i = 0; i < 9; i++) {
                events.add(view("k" + i, "/" + i % 3, "2026-03-01T12:0" + i + ":00Z", i == 4 ? 5_000L : 1L));
            }
            assertThat(commit(fixture, store, epoch, EntryId.ZERO, events).deadLettered())
                    .isEqualTo(1);
            assertThat(fixture.database.number("SELECT sum(value) FROM rollup_day r JOIN rollup_measure m"
                            + " ON m.id = r.measure WHERE m.measure = 'views'"))
                    .isEqualTo(8);
            assertSumsAreTheCounters(fixture);
        }
    }

    @Test
    void whatARollupRefusesIsNotCountedEither() throws SQLException {
        try (StoreFixture fixture = new StoreFixture(pages(OnMissing.INSERT, List.of(), BY_TIME))) {
            fixture.database.execute("ALTER TABLE rollup_hour ADD CHECK (entity <> '/bad')");
            PartitionStore store = fixture.store();
            long epoch = store.start("one").epoch();
            List<Event> events = List.of(
                    view(null, "/a", "2026-03-01T12:00:00Z", 1L),
                    view(null, "/bad", "2026-03-01T12:00:00Z", 1L),
                    view(null, "/a", "2026-03-01T12:00:00Z", 1L));
            assertThat(commit(fixture, store, epoch, EntryId.ZERO, events).deadLettered())
                    .isEqualTo(1);
            assertThat(fixture.pages()).containsExactly("/a|2|2");
            assertSumsAreTheCounters(fixture);
        }
    }

    @Test
    void anEntityThatACounterLeavesAloneIsLeftAloneHereToo() throws SQLException {
        try (StoreFixture fixture = new StoreFixture(pages(OnMissing.SKIP, List.of(), BY_TIME))) {
            fixture.database.execute("INSERT INTO pages (path) VALUES ('/a')");
            PartitionStore store = fixture.store();
            long epoch = store.start("one").epoch();
            List<Event> events =
                    List.of(view(null, "/a", "2026-03-01T12:00:00Z", 1L), view(null, "/b", "2026-03-01T12:00:00Z", 1L));
            commit(fixture, store, epoch, EntryId.ZERO, events);
            assertThat(sums(fixture, "day")).containsExactly("bytes|/a|03-01 00:00|1", "views|/a|03-01 00:00|1");
        }
    }

    @Test
    void eachMeasureHoldsWhatItsOwnCounterCounts() throws SQLException {
        Condition ok = new Condition(List.of(new Condition.Term(StoreFixture.STATUS, List.of(200L))));
        List<Counter> counters = List.of(
                new Counter(
                        "pages", "path", OnMissing.INSERT, List.of(new CounterColumn("views", Aggregate.COUNT, null))),
                new Counter(
                        "good_pages",
                        "path",
                        OnMissing.SKIP,
                        List.of(
                                new CounterColumn("views", Aggregate.COUNT, null),
                                new CounterColumn("sized", Aggregate.COUNT, StoreFixture.BYTES)),
                        null,
                        ok));
        try (StoreFixture fixture = new StoreFixture(StoreFixture.rolledUp(counters, List.of(), BY_TIME))) {
            fixture.database.execute("CREATE TABLE good_pages (path text PRIMARY KEY, views bigint, sized bigint);"
                    + " INSERT INTO good_pages VALUES ('/a', 0, 0), ('/c', 0, 0)");
            PartitionStore store = fixture.store();
            long epoch = store.start("one").epoch();
            Event bad = view(null, "/a", "2026-03-01T12:00:00Z", 1L);
            bad.values()[3] = 404L;
            Event onlyBad = view(null, "/c", "2026-03-01T12:00:00Z", 1L);
            onlyBad.values()[3] = 404L;
            List<Event> events = List.of(
                    view(null, "/a", "2026-03-01T12:00:00Z", null),
                    bad,
                    onlyBad,
                    view(null, "/a", "2026-03-01T12:00:00Z", 0L),
                    view(null, "/b", "2026-03-01T12:00:00Z", 1L));
            commit(fixture, store, epoch, EntryId.ZERO, events);
            assertThat(fixture.database.query("SELECT path, views, sized FROM good_pages ORDER BY path"))
                    .containsExactly("/a|2|1", "/c|0|0");
            assertThat(sums(fixture, "day"))
                    .containsExactly(
                            "good_pages.views|/a|03-01 00:00|2",
                            "pages.views|/a|03-01 00:00|3",
                            "pages.views|/b|03-01 00:00|1",
                            "pages.views|/c|03-01 00:00|1",
                            "sized|/a|03-01 00:00|1");
        }
    }

    @Test
    void whatIsWrittenPastTheLogIsAddedToo() throws SQLException {
        try (StoreFixture fixture = new StoreFixture(pages(OnMissing.INSERT, List.of(), BY_TIME))) {
            PartitionStore store = fixture.store();
            List<Event> events =
                    List.of(view("k", "/a", "2026-03-01T12:00:00Z", 1L), view("k", "/a", "2026-03-01T12:00:00Z", 1L));
            assertThat(store.writeDirect(events)).isInstanceOf(DirectOutcome.Written.class);
            assertThat(sums(fixture, "day")).containsExactly("bytes|/a|03-01 00:00|1", "views|/a|03-01 00:00|1");
            assertSumsAreTheCounters(fixture);
        }
    }

    @Test
    void decimalsAreAddedAsTheyWereWritten() throws SQLException {
        Field price = StoreFixture.field(2, "price", FieldType.DOUBLE);
        Counter counter = new Counter(
                "orders", "path", OnMissing.INSERT, List.of(new CounterColumn("total", Aggregate.SUM, price)));
        try (StoreFixture fixture = new StoreFixture(StoreFixture.rolledUp(List.of(counter), List.of(), BY_TIME))) {
            fixture.database.execute("CREATE TABLE orders (path text PRIMARY KEY, total numeric)");
            PartitionStore store = fixture.store();
            long epoch = store.start("one").epoch();
            List<Event> first = List.of(
                    view(null, "/a", "2026-03-01T12:00:00Z", 0.1), view(null, "/a", "2026-03-01T12:00:00Z", 0.2));
            commit(fixture, store, epoch, EntryId.ZERO, first);
            Event large = view(null, "/a", "2026-03-01T12:00:00Z", 1e20);
            commit(fixture, store, epoch, first.getLast().entryId(), List.of(large));
            assertThat(fixture.database.query("SELECT trim_scale(value) FROM rollup_hour"))
                    .containsExactly("100000000000000000000.3");
        }
    }

    @Test
    void whatABucketHoldsIsNeverAboveWhatItHoldsAtMost() throws SQLException {
        try (StoreFixture fixture = new StoreFixture(pages(OnMissing.INSERT, List.of(), BY_TIME))) {
            PartitionStore store = fixture.store();
            long epoch = store.start("one").epoch();
            EntryId cursor = EntryId.ZERO;
            for (long bytes : new long[] {100, 1, 11, 1, -500, -300, 50, 10_000, -20_000, 15_000}) {
                Event event = view(null, "/a", "2026-03-01T12:00:00Z", bytes);
                commit(fixture, store, epoch, cursor, List.of(event));
                cursor = event.entryId();
                for (RollupStep step : ALL) {
                    String table = "rollup_" + step.label();
                    assertThat(fixture.database.query("SELECT value, most FROM " + table + " WHERE most < value"))
                            .as(table)
                            .isEmpty();
                }
            }
            assertThat(fixture.database.query("SELECT value, trim_scale(most) FROM rollup_day r"
                            + " JOIN rollup_measure m ON m.id = r.measure WHERE m.measure = 'views'"))
                    .containsExactly("10|11.25");
        }
    }

    @Test
    void noIndexHoldsTheValueThatEachWindowChanges() throws SQLException {
        try (StoreFixture fixture = new StoreFixture(pages(OnMissing.INSERT, List.of(), BY_TIME))) {
            assertThat(fixture.database.query(
                            "SELECT indexdef FROM pg_indexes WHERE tablename ~ '^rollup_(minute|hour|day)$'"))
                    .hasSize(6)
                    .noneMatch(index -> index.contains("value"));
        }
    }

    @Test
    void aWindowThatIsFencedAddsNothing() throws SQLException {
        try (StoreFixture fixture = new StoreFixture(pages(OnMissing.INSERT, List.of(), BY_TIME))) {
            PartitionStore store = fixture.store();
            long old = store.start("one").epoch();
            store.start("two");
            WindowCommit late =
                    fixture.window(old, EntryId.ZERO, List.of(view(null, "/a", "2026-03-01T12:00:00Z", 1L)));
            assertThat(store.commit(late)).isInstanceOf(CommitOutcome.Fenced.class);
            assertThat(sums(fixture, "minute")).isEmpty();
        }
    }
}
