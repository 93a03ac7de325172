package io.weir.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.definition.ColumnSource;
import io.weir.definition.DayPartitioning;
import io.weir.definition.OnMissing;
import io.weir.definition.RowColumn;
import io.weir.definition.RowTable;
import io.weir.event.EntryId;
import io.weir.event.Event;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A table of rows that is divided into days of a column, three ahead, of which thirty stay. */
class TablePartitionsTest {
    private static final LocalDate TODAY = LocalDate.parse("2026-03-01");
    private static final RowTable ROWS = rows(new DayPartitioning("at", 30, 3));

    private final StoreFixture fixture = new StoreFixture(
            StoreFixture.stream("views", List.of(StoreFixture.pages(OnMissing.INSERT)), List.of(ROWS)));
    private PartitionStore store;
    private long epoch;
    private EntryId cursor = EntryId.ZERO;

    static RowTable rows(@Nullable DayPartitioning partition) {
        return new RowTable(
                "day_views",
                List.of(
                        new RowColumn("event_key", new ColumnSource.Key()),
                        new RowColumn("path", new ColumnSource.OfField(StoreFixture.PATH)),
                        new RowColumn("bytes", new ColumnSource.OfField(StoreFixture.BYTES)),
                        new RowColumn("at", new ColumnSource.OfField(StoreFixture.AT))),
                null,
                partition);
    }

    @BeforeEach
    void start() throws SQLException {
        fixture.database.execute(
                "CREATE TABLE day_views (event_key text UNIQUE, path text, bytes bigint, at timestamptz);"
                        + " CREATE INDEX day_views_path ON day_views (path)");
        assertThat(fixture.weir.divideTables(List.of(fixture.definition), TODAY))
                .isEmpty();
        fixture.weir.keepDays(ROWS, TODAY);
        store = fixture.store();
        epoch = store.start("one").epoch();
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    /** An event that Redis took at one time and that says another of itself. */
    private static Event event(String received, int sequence, @Nullable String key, @Nullable String at) {
        EntryId entry = new EntryId(Instant.parse(received).toEpochMilli(), sequence);
        return new Event(
                entry,
                0,
                new @Nullable Object[] {"/a", at == null ? null : micros(at), 1L, 200L},
                key,
                "{}".getBytes(StandardCharsets.UTF_8));
    }

    private static long micros(String at) {
        Instant time = Instant.parse(at);
        return time.getEpochSecond() * 1_000_000 + time.getNano() / 1_000;
    }

    private CommitOutcome.Committed commit(Event... events) {
        CommitOutcome outcome = store.commit(fixture.window(epoch, cursor, List.of(events)));
        assertThat(outcome).isInstanceOf(CommitOutcome.Committed.class);
        cursor = events[events.length - 1].entryId();
        return (CommitOutcome.Committed) outcome;
    }

    private List<String> parts() throws SQLException {
        return fixture.database.query(
                "SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'day_views'::regclass ORDER BY"
                        + " inhrelid::regclass::text");
    }

    private List<String> stored() throws SQLException {
        return fixture.database.query("SELECT tableoid::regclass, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI')"
                + " FROM day_views ORDER BY at, 1");
    }

    private double meter(String name) {
        return fixture.meters.get(name).tag("table", "day_views").counter().count();
    }

    private double gauge(String name) {
        return fixture.meters.get(name).tag("table", "day_views").gauge().value();
    }

    @Test
    void daysAreCreatedAheadAndDroppedPastTheirRetention() throws SQLException {
        assertThat(parts())
                .containsExactly(
                        "day_views_20260302",
                        "day_views_20260303",
                        "day_views_20260304",
                        "day_views_before_20260302",
                        "day_views_default");
        assertThat(gauge("weir.table.partitions.ahead")).isEqualTo(3);
        commit(
                event("2026-03-01T10:00:00Z", 0, "k1", "2026-03-01T10:00:00Z"),
                event("2026-03-01T10:00:00Z", 1, "k2", "2026-03-02T10:00:00Z"));

        fixture.weir.keepDays(ROWS, LocalDate.parse("2026-03-31"));
        assertThat(parts())
                .as("the first of March is the thirtieth day before")
                .contains("day_views_before_20260302", "day_views_20260331", "day_views_20260403")
                .hasSize(1 + 33 + 1);
        fixture.weir.keepDays(ROWS, LocalDate.parse("2026-04-01"));
        assertThat(parts()).doesNotContain("day_views_before_20260302").contains("day_views_20260302");
        fixture.weir.keepDays(ROWS, LocalDate.parse("2026-04-02"));
        assertThat(parts())
                .doesNotContain("day_views_20260302")
                .contains("day_views_20260303")
                .hasSize(33 + 2);
        assertThat(stored()).isEmpty();
        assertThat(meter("weir.table.partitions.dropped")).isEqualTo(2);
        assertThat(fixture.database.query("SELECT table_name, before FROM expired_rows"))
                .containsExactly("day_views|2026-03-03");
        assertThat(fixture.pages()).as("counters stay").containsExactly("/a|2|2");
    }

    @Test
    void daysThatWereMissedAreFilledIn() throws SQLException {
        fixture.weir.keepDays(ROWS, LocalDate.parse("2026-03-20"));
        assertThat(parts()).contains("day_views_20260305", "day_views_20260323").hasSize(22 + 2);
        assertThat(gauge("weir.table.partitions.ahead")).isEqualTo(3);
        fixture.weir.keepDays(ROWS, LocalDate.parse("2027-03-20"));
        assertThat(parts())
                .as("no older than the retention")
                .contains("day_views_20270218")
                .hasSize(30 + 1 + 3 + 1);
    }

    @Test
    void aRetryAtMidnightIsStoredOnceThoughItSaysAnotherTime() throws SQLException {
        commit(event("2026-03-01T23:59:59.900Z", 0, "k", "2026-03-01T23:59:59.900Z"));
        assertThat(commit(event("2026-03-02T00:00:00.100Z", 0, "k", "2026-03-02T00:00:00.100Z"))
                        .deduplicated())
                .isEqualTo(1);
        assertThat(stored()).containsExactly("day_views_before_20260302|2026-03-01 23:59");
        assertThat(fixture.pages()).containsExactly("/a|1|1");
    }

    @Test
    void eventsAtADaysBoundaryGoToTheirDaysInUtc() throws SQLException {
        fixture.database.execute("ALTER DATABASE " + fixture.database.url().replaceFirst(".*/", "")
                + " SET timezone = 'Pacific/Auckland'");
        fixture.weir.keepDays(ROWS, TODAY.plusDays(1));
        commit(
                event("2026-03-02T23:59:59Z", 0, "k1", "2026-03-02T23:59:59.999999Z"),
                event("2026-03-02T23:59:59Z", 1, "k2", "2026-03-03T00:00:00Z"));
        assertThat(stored())
                .containsExactly("day_views_20260302|2026-03-02 23:59", "day_views_20260303|2026-03-03 00:00");
    }

    @Test
    void noTimeThatAnEventSaysFailsItsWindow() throws SQLException {
        CommitOutcome.Committed outcome = commit(
                event("2026-03-01T10:00:00Z", 0, "k1", "0001-01-01T00:00:00Z"),
                event("2026-03-01T10:00:00Z", 1, "k2", "2026-03-01T10:00:00Z"),
                event("2026-03-01T10:00:00Z", 2, "k3", "2026-03-05T00:00:00Z"),
                event("2026-03-01T10:00:00Z", 3, "k4", "9999-12-31T23:59:59.999999Z"),
                event("2026-03-01T10:00:00Z", 4, "k5", null));
        assertThat(outcome.applied()).isEqualTo(5);
        assertThat(outcome.deadLettered()).isZero();
        assertThat(fixture.database.query("SELECT event_key, tableoid::regclass FROM day_views ORDER BY 1"))
                .containsExactly(
                        "k1|day_views_before_20260302",
                        "k2|day_views_before_20260302",
                        "k3|day_views_default",
                        "k4|day_views_default",
                        "k5|day_views_default");
    }

    @Test
    void whatWasAheadOfItsDayIsMovedWhenThatIsCreated() throws SQLException {
        commit(
                event("2026-03-01T10:00:00Z", 0, "k1", "2026-03-05T00:00:00Z"),
                event("2026-03-01T10:00:00Z", 1, "k2", "2026-03-06T00:00:00Z"));
        fixture.weir.keepDays(ROWS, TODAY);
        assertThat(gauge("weir.table.default.rows")).isEqualTo(2);
        fixture.weir.keepDays(ROWS, TODAY.plusDays(1));
        assertThat(stored())
                .containsExactly("day_views_20260305|2026-03-05 00:00", "day_views_default|2026-03-06 00:00");
        assertThat(gauge("weir.table.default.rows")).isEqualTo(1);
    }

    @Test
    void whatComesLaterThanItsRetentionIsStoredAndThenRemovedAndCounted() throws SQLException {
        LocalDate today = LocalDate.parse("2026-06-01");
        fixture.weir.keepDays(ROWS, today);
        assertThat(commit(
                                event("2026-06-01T10:00:00Z", 0, "k1", "2026-03-01T10:00:00Z"),
                                event("2026-06-01T10:00:00Z", 1, "k2", "2026-06-01T10:00:00Z"))
                        .applied())
                .isEqualTo(2);
        fixture.weir.keepDays(ROWS, today);
        assertThat(stored()).containsExactly("day_views_20260601|2026-06-01 10:00");
        assertThat(meter("weir.table.rows.expired")).isEqualTo(1);
    }

    @Test
    void creatingDaysKeepsNoWindowWaitingAndDroppingGivesWayToOne() throws SQLException {
        try (Connection window = fixture.database.connect();
                Statement statement = window.createStatement()) {
            window.setAutoCommit(false);
            statement.execute("INSERT INTO day_views (path, at) VALUES ('/b', '2026-03-02 10:00:00+00')");
            fixture.weir.keepDays(ROWS, LocalDate.parse("2026-03-02"));
            assertThat(parts()).contains("day_views_20260305");

            fixture.weir.keepDays(ROWS, LocalDate.parse("2026-04-01"));
            assertThat(parts()).contains("day_views_before_20260302", "day_views_20260404");
            assertThat(meter("weir.table.partitions.kept")).isEqualTo(1);
            // and others wait for nobody
            assertThat(commit(event("2026-03-02T10:00:00Z", 0, "k", "2026-03-02T10:00:00Z"))
                            .applied())
                    .isEqualTo(1);
            window.commit();
        }
        fixture.weir.keepDays(ROWS, LocalDate.parse("2026-04-01"));
        assertThat(parts()).doesNotContain("day_views_before_20260302");
    }

    @Test
    void aLongQueryPutsOffNewDaysAndNoEventIsLost() throws SQLException {
        try (Connection report = fixture.database.connect();
                Statement statement = report.createStatement()) {
            report.setAutoCommit(false);
            statement.execute("SELECT count(*) FROM day_views");
            fixture.weir.keepDays(ROWS, LocalDate.parse("2026-03-10"));
            assertThat(gauge("weir.table.partitions.ahead")).isZero();
            assertThat(commit(event("2026-03-10T10:00:00Z", 0, "k", "2026-03-10T10:00:00Z"))
                            .applied())
                    .isEqualTo(1);
            report.commit();
        }
        fixture.weir.keepDays(ROWS, LocalDate.parse("2026-03-10"));
        assertThat(stored()).containsExactly("day_views_20260310|2026-03-10 10:00");
    }

    @Test
    void severalProcessesKeepTheSameDaysWhileWindowsAreWritten() throws Exception {
        List<StoreFixture> processes = Stream.generate(() -> new StoreFixture(fixture.definition, fixture.database))
                .limit(4)
                .toList();
        try {
            CompletableFuture<Void> windows = CompletableFuture.runAsync(() -> {
                for (int i = 0; i < 200; i++) {
                    String at = TODAY.plusDays(i % 60) + "T10:00:00Z";
                    commit(event("2026-03-01T10:00:00Z", i, "k" + i, at));
                }
            });
            for (int day = 0; day < 25; day++) {
                LocalDate today = TODAY.plusDays(day);
                List<CompletableFuture<Void>> kept = processes.stream()
                        .map(process -> CompletableFuture.runAsync(() -> keep(process, today)))
                        .toList();
                kept.forEach(CompletableFuture::join);
            }
            windows.join();
        } finally {
            processes.forEach(StoreFixture::close);
        }
        fixture.weir.keepDays(ROWS, TODAY.plusDays(24));
        assertThat(fixture.database.query("SELECT count(*), count(DISTINCT event_key) FROM day_views"))
                .containsExactly("200|200");
        assertThat(fixture.database.number("SELECT count(*) FROM day_views WHERE to_char(at AT TIME ZONE 'UTC',"
                        + " 'YYYYMMDD') <> right(tableoid::regclass::text, 8)"
                        + " AND tableoid::regclass::text ~ '_2[0-9]{7}$' AND tableoid::regclass::text !~ 'before'"))
                .isZero();
        assertThat(parts()).hasSize(1 + 24 + 3 + 1);
    }

    private static void keep(StoreFixture process, LocalDate today) {
        try {
            process.weir.keepDays(ROWS, today);
        } catch (SQLException problem) {
            throw new IllegalStateException(problem);
        }
    }

    @Test
    void aTableOfTheUserThatIsCalledLikeADayStaysAsItIs() throws SQLException {
        fixture.database.execute(
                "CREATE TABLE day_views_20260305 (mine int); CREATE TABLE day_views_20200101 (mine int)");
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> fixture.weir.keepDays(ROWS, TODAY.plusDays(1)))
                .hasMessageContaining("\"day_views_20260305\" already exists");
        assertThat(fixture.database.number("SELECT count(*) FROM day_views_20260305"))
                .isZero();
        fixture.weir.keepDays(ROWS, TODAY);
        assertThat(fixture.database.number("SELECT count(*) FROM day_views_20200101"))
                .isZero();
    }

    @Test
    void countersAreNotComparedWithRowsThatWereDropped() throws SQLException {
        commit(event("2026-03-01T10:00:00Z", 0, "k1", "2026-03-01T10:00:00Z"));
        SchemaCheck.Result check = fixture.weir.check(List.of(fixture.definition));
        CounterVerifier verifier =
                fixture.weir.verifier(List.of(fixture.definition), check.catalog(), java.time.Duration.ofSeconds(10));
        assertThat(verifier.verify(null))
                .singleElement()
                .satisfies(counter -> assertThat(counter.rows()).isEqualTo("day_views"))
                .satisfies(counter -> assertThat(counter.drifts()).isZero());

        fixture.weir.keepDays(ROWS, LocalDate.parse("2026-04-01"));
        assertThat(verifier.verify(null))
                .singleElement()
                .satisfies(counter -> assertThat(counter.drifts()).isZero())
                .satisfies(counter -> assertThat(counter.notCompared())
                        .containsExactly(
                                "day_views has no longer its rows of before 2026-03-02, whose retention has passed"));
    }
}
