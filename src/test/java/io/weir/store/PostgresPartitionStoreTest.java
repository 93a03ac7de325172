package io.weir.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.weir.definition.OnMissing;
import io.weir.event.EntryId;
import io.weir.event.Event;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PostgresPartitionStoreTest {
    private static CommitOutcome.Committed committed(CommitOutcome outcome) {
        assertThat(outcome).isInstanceOf(CommitOutcome.Committed.class);
        return (CommitOutcome.Committed) outcome;
    }

    /** What the page's row holds after a window: views, bytes, last_viewed. */
    private static @Nullable Object[] counts(CommitOutcome.Committed outcome, String path) {
        return Objects.requireNonNull(outcome.totals().get(path))[0];
    }

    @Test
    void aNewPartitionStartsBeforeTheFirstEntryAndEachStartRaisesTheEpoch() throws SQLException {
        try (StoreFixture fixture = new StoreFixture(StoreFixture.pagesOnly(OnMissing.INSERT))) {
            PartitionStore store = fixture.store();
            assertThat(store.start("one")).isEqualTo(new PartitionStore.Started(1, EntryId.ZERO, 0, 0));
            assertThat(store.start("two")).isEqualTo(new PartitionStore.Started(2, EntryId.ZERO, 0, 0));
        }
    }

    @Test
    void aWindowMovesTheCursorAndAddsItsDeltasInOneTransaction() throws SQLException {
        try (StoreFixture fixture = new StoreFixture(StoreFixture.pagesOnly(OnMissing.INSERT))) {
            PartitionStore store = fixture.store();
            long epoch = store.start("one").epoch();
            Event first = fixture.view(null, "/a", 10L);
            Event second = fixture.view(null, "/b", null);
            Event third = fixture.view(null, "/a", 5L);
            CommitOutcome.Committed outcome =
                    committed(store.commit(fixture.window(epoch, EntryId.ZERO, List.of(first, second, third))));
            assertThat(outcome.applied()).isEqualTo(3);
            assertThat(counts(outcome, "/a"))
                    .containsExactly(2L, 15L, third.entryId().millis() * 1_000);
            assertThat(counts(outcome, "/b"))
                    .containsExactly(1L, 0L, second.entryId().millis() * 1_000);
            assertThat(fixture.pages()).containsExactly("/a|2|15", "/b|1|0");

            PartitionStore.Counts counts = store.readCounts("/a");
            assertThat(counts.windows()).isEqualTo(1);
            assertThat(counts.values()[0])
                    .containsExactly(2L, 15L, third.entryId().millis() * 1_000);
            assertThat(store.readCounts("/none").values()[0]).containsOnlyNulls();
            assertThat(store.start("two").cursor()).isEqualTo(third.entryId());
            assertThat(fixture.database.query("SELECT committed_events, deduplicated_events, dead_lettered_events"
                            + " FROM stream_cursor"))
                    .containsExactly("3|0|0");
        }
    }

    @Test
    void aSmallWindowIsWrittenInPortionsAndALargeOneAtOnce() throws SQLException {
        try (StoreFixture fixture = new StoreFixture(StoreFixture.pageViews())) {
            StartedPartition partition = new StartedPartition(fixture);
            int[] sizes = {1, 2, 5, 80, 81};
            int[] statements = {1, 1, 3, 40, 1};
            for (int window = 0; window < sizes.length; window++) {
                List<Event> events = new ArrayList<>();
                for (int i = 0; i < sizes[window]; i++) {
                    events.add(fixture.view(window + "-" + i, "/" + i, 1L));
                }
                CommitOutcome.Committed outcome = partition.commit(events);
                assertThat(outcome.applied()).isEqualTo(sizes[window]);
                assertThat(outcome.totals()).hasSize(sizes[window]);
                for (String table : List.of("page_views", "pages")) {
                    // what one statement of a transaction has written shows the same cmin
                    assertThat(fixture.database.query("SELECT count(*), count(DISTINCT cmin::text) FROM " + table
                                    + " WHERE xmin::text = (SELECT xmin::text FROM stream_cursor)"))
                            .as("%s of a window of %d", table, sizes[window])
                            .containsExactly(sizes[window] + "|" + statements[window]);
                }
            }
            assertThat(fixture.database.query("SELECT sum(views), count(*), max(views) FROM pages"))
                    .containsExactly("169|81|5");
        }
    }

    @Test
    void aCursorIsConfirmedToItsOwnerForWhatIsCommitted() throws SQLException {
        try (StoreFixture fixture = new StoreFixture(StoreFixture.pagesOnly(OnMissing.INSERT))) {
            PartitionStore store = fixture.store();
            assertThat(store.confirms(1, 0)).isFalse();
            long epoch = store.start("one").epoch();
            Event view = fixture.view(null, "/a", 10L);
            committed(store.commit(fixture.window(epoch, EntryId.ZERO, List.of(view))));
            assertThat(store.confirms(epoch, 0)).isTrue();
            assertThat(store.confirms(epoch, 1)).isTrue();
            assertThat(store.confirms(epoch, 2)).isFalse();
            store.start("two");
            assertThat(store.confirms(epoch, 1)).isFalse();
        }
    }

    @Test
    void aWindowIsFencedWhenOneBeforeItIsGoneThatDidNotMoveTheCursor() throws SQLException {
        try (StoreFixture fixture = new StoreFixture(StoreFixture.pagesOnly(OnMissing.INSERT))) {
            PartitionStore store = fixture.store();
            long epoch = store.start("one").epoch();
            Event first = fixture.view(null, "/a", 1L);
            committed(store.commit(fixture.window(epoch, EntryId.ZERO, List.of(first))));
            EntryId cursor = first.entryId();
            Event again = fixture.view("k", "/b", 1L);
            committed(
                    store.commit(new WindowCommit(epoch, 1, cursor, cursor, 7, List.of(again), List.of(), List.of())));
            WindowCommit next = fixture.window(epoch, cursor, List.of(fixture.view(null, "/c", 1L)));
            // a failover to a standby that lagged
            fixture.database.execute("UPDATE stream_cursor SET windows = 1");
            assertThat(store.commit(next)).isInstanceOf(CommitOutcome.Fenced.class);
            assertThat(store.start("two")).isEqualTo(new PartitionStore.Started(2, cursor, 7, 1));
            assertThat(fixture.pages()).containsExactly("/a|1|1");
        }
    }

    @Test
    void anEarlierIncarnationIsFencedAndWritesNothing() throws SQLException {
        try (StoreFixture fixture = new StoreFixture(StoreFixture.pagesOnly(OnMissing.INSERT))) {
            PartitionStore store = fixture.store();
            long old = store.start("one").epoch();
            long current = store.start("two").epoch();
            WindowCommit late = fixture.window(old, EntryId.ZERO, List.of(fixture.view(null, "/a", 1L)));
            assertThat(store.commit(late))
                    .asInstanceOf(type(CommitOutcome.Fenced.class))
                    .satisfies(fenced -> assertThat(fenced.detail()).contains("epoch " + current, "two"));
            assertThat(fixture.pages()).isEmpty();
            assertThat(fixture.meters
                            .get("weir.store.windows")
                            .tag("outcome", "fenced")
                            .counter()
                            .count())
                    .isEqualTo(1);
        }
    }

    @Test
    void aWindowThatIsWrittenTwiceIsFencedTheSecondTime() throws SQLException {
        try (StoreFixture fixture = new StoreFixture(StoreFixture.pagesOnly(OnMissing.INSERT))) {
            PartitionStore store = fixture.store();
            long epoch = store.start("one").epoch();
            WindowCommit window = fixture.window(epoch, EntryId.ZERO, List.of(fixture.view(null, "/a", 1L)));
            committed(store.commit(window));
            assertThat(store.commit(window)).isInstanceOf(CommitOutcome.Fenced.class);
            assertThat(fixture.pages()).containsExactly("/a|1|1");
        }
    }

    @Test
    void aWindowThatLeavesEntriesOutIsFenced() throws SQLException {
        try (StoreFixture fixture = new StoreFixture(StoreFixture.pagesOnly(OnMissing.INSERT))) {
            PartitionStore store = fixture.store();
            long epoch = store.start("one").epoch();
            Event skipped = fixture.view(null, "/a", 1L);
            WindowCommit gap = fixture.window(epoch, skipped.entryId(), List.of(fixture.view(null, "/a", 1L)));
            assertThat(store.commit(gap)).isInstanceOf(CommitOutcome.Fenced.class);
        }
    }

    @Test
    void aWindowOfRereadEventsMayEndWhereTheCursorIs() throws SQLException {
        try (StoreFixture fixture = new StoreFixture(StoreFixture.pageViews())) {
            PartitionStore store = fixture.store();
            long epoch = store.start("one").epoch();
            Event event = fixture.view("k1", "/a", 1L);
            committed(store.commit(fixture.window(epoch, EntryId.ZERO, List.of(event))));
            CommitOutcome.Committed again =
                    committed(store.commit(fixture.window(epoch, event.entryId(), List.of(event))));
            assertThat(again.applied()).isZero();
            assertThat(again.deduplicated()).isEqualTo(1);
            assertThat(fixture.pages()).containsExactly("/a|1|1");
        }
    }

    @Test
    void aKeyedEventIsStoredAndCountedOnceWithinAWindowAndAcrossWindows() throws SQLException {
        try (StoreFixture fixture = new StoreFixture(StoreFixture.pageViews())) {
            PartitionStore store = fixture.store();
            long epoch = store.start("one").epoch();
            List<Event> first = List.of(
                    fixture.view("k1", "/a", 1L),
                    fixture.view("k2", "/b", 2L),
                    fixture.view("k1", "/a", 100L),
                    fixture.view(null, "/a", 4L),
                    fixture.view(null, "/a", 8L));
            CommitOutcome.Committed outcome = committed(store.commit(fixture.window(epoch, EntryId.ZERO, first)));
            assertThat(outcome.applied()).isEqualTo(4);
            assertThat(outcome.deduplicated()).isEqualTo(1);
            assertThat(fixture.pages()).containsExactly("/a|3|13", "/b|1|2");

            List<Event> second = List.of(
                    fixture.view("k2", "/b", 100L), fixture.view("k3", "/b", 16L), fixture.view("k4", "/c", 32L));
            outcome =
                    committed(store.commit(fixture.window(epoch, first.getLast().entryId(), second)));
            assertThat(outcome.applied()).isEqualTo(2);
            assertThat(outcome.deduplicated()).isEqualTo(1);
            assertThat(counts(outcome, "/b")[1]).isEqualTo(18L);
            assertThat(fixture.pages()).containsExactly("/a|3|13", "/b|2|18", "/c|1|32");
            assertThat(fixture.database.query(
                            "SELECT path, count(*), sum(bytes) FROM page_views GROUP BY 1 ORDER BY 1"))
                    .containsExactly("/a|3|13", "/b|2|18", "/c|1|32");
            assertThat(fixture.database.query("SELECT committed_events, deduplicated_events FROM stream_cursor"))
                    .containsExactly("6|2");
        }
    }

    @Test
    void aSeriesOfWindowsAfterADuplicateStaysExact() throws SQLException {
        try (StoreFixture fixture = new StoreFixture(StoreFixture.pageViews())) {
            StartedPartition partition = new StartedPartition(fixture);
            int deduplicated = 0;
            for (int window = 0; window < 60; window++) {
                List<Event> events = new ArrayList<>();
                for (int i = 0; i < 10; i++) {
                    // each third window repeats the one before it
                    events.add(fixture.view("k" + (window % 3 == 2 ? window - 1 : window) + "-" + i, "/p" + i, 1L));
                }
                deduplicated += partition.commit(events).deduplicated();
            }
            assertThat(deduplicated).isEqualTo(200);
            assertThat(fixture.database.number("SELECT sum(views) FROM pages")).isEqualTo(400);
            assertThat(fixture.database.number("SELECT count(*) FROM page_views"))
                    .isEqualTo(400);
        }
    }

    @Test
    void aMissingEntityIsSkippedWhereTheDefinitionSaysSo() throws SQLException {
        try (StoreFixture fixture = new StoreFixture(StoreFixture.pagesOnly(OnMissing.SKIP))) {
            fixture.database.execute("INSERT INTO pages (path, views) VALUES ('/a', 40)");
            PartitionStore store = fixture.store();
            long epoch = store.start("one").epoch();
            CommitOutcome.Committed outcome = committed(store.commit(fixture.window(
                    epoch, EntryId.ZERO, List.of(fixture.view(null, "/a", 1L), fixture.view(null, "/b", 1L)))));
            assertThat(outcome.applied()).isEqualTo(2);
            assertThat(counts(outcome, "/a")[0]).isEqualTo(41L);
            assertThat(counts(outcome, "/b")).containsOnlyNulls();
            assertThat(fixture.pages()).containsExactly("/a|41|1");
        }
    }

    @Test
    void anEventOfAMissingEntityBecomesADeadLetterWhereTheDefinitionSaysSo() throws SQLException {
        try (StoreFixture fixture = new StoreFixture(StoreFixture.stream(
                "page-views",
                List.of(StoreFixture.pages(OnMissing.DEAD_LETTER)),
                List.of(StoreFixture.pageViewRows())))) {
            fixture.database.execute("INSERT INTO pages (path) VALUES ('/a')");
            PartitionStore store = fixture.store();
            long epoch = store.start("one").epoch();
            Event lost = fixture.view("k2", "/b", 1L);
            CommitOutcome.Committed outcome = committed(
                    store.commit(fixture.window(epoch, EntryId.ZERO, List.of(fixture.view("k1", "/a", 1L), lost))));
            assertThat(outcome.applied()).isEqualTo(1);
            assertThat(outcome.deadLettered()).isEqualTo(1);
            assertThat(fixture.pages()).containsExactly("/a|1|1");
            assertThat(fixture.database.query("SELECT event_key FROM page_views"))
                    .containsExactly("k1");
            assertThat(fixture.database.query(
                            "SELECT entry, index, reason, sqlstate, convert_from(raw, 'UTF8') FROM dead_letter"))
                    .containsExactly(lost.entryId() + "|0|pages has no row with path = /b||{\"path\":\"/b\"}");
            assertThat(fixture.database.query("SELECT committed_events, dead_lettered_events FROM stream_cursor"))
                    .containsExactly("1|1");
        }
    }

    @Test
    void aDeadLetterThatIsSentAgainIsKeptOnce() throws SQLException {
        try (StoreFixture fixture = new StoreFixture(StoreFixture.pageViews())) {
            PartitionStore store = fixture.store();
            long epoch = store.start("one").epoch();
            byte[] raw = "not a line\0".getBytes(StandardCharsets.UTF_8);
            EntryId cursor = EntryId.ZERO;
            for (int round = 0; round < 2; round++) {
                EntryId entry = new EntryId(1_700_000_000_000L + 1_000 + round, 0);
                DeadLetter letter = new DeadLetter(entry, 0, raw, "malformed\0line", null, "file-7");
                WindowCommit window = new WindowCommit(
                        epoch, fixture.windows(), cursor, entry, 0, List.of(), List.of(letter), List.of());
                CommitOutcome.Committed outcome = committed(store.commit(window));
                assertThat(outcome.deadLettered()).isEqualTo(round == 0 ? 1 : 0);
                assertThat(outcome.deduplicated()).isEqualTo(round);
                cursor = entry;
            }
            assertThat(fixture.database.query(
                            "SELECT committed_events, deduplicated_events, dead_lettered_events FROM stream_cursor"))
                    .containsExactly("0|1|1");
            assertThat(fixture.database.number("SELECT count(*) FROM dead_letter"))
                    .isEqualTo(1);
        }
    }

    @Test
    void textsArriveAsTheyAreWhateverTheirScript() throws SQLException {
        List<String> paths =
                List.of("/plain", "/größe", "/日本語", "/ends-in-é", "/\uD83C\uDF0A-wave", "", "/" + "x".repeat(300));
        try (StoreFixture fixture = new StoreFixture(StoreFixture.pageViews())) {
            PartitionStore store = fixture.store();
            long epoch = store.start("one").epoch();
            List<Event> views = new ArrayList<>();
            for (String path : paths) {
                views.add(fixture.view("key of " + path, path, 1L));
            }
            committed(store.commit(fixture.window(epoch, EntryId.ZERO, views)));
            for (String path : paths) {
                assertThat(fixture.database.number(
                                "SELECT count(*) FROM page_views v JOIN pages p ON p.path = v.path WHERE p.views = 1"
                                        + " AND v.path = '"
                                        + path + "' AND v.event_key = 'key of " + path + "'"))
                        .as(path)
                        .isEqualTo(1);
            }
        }
    }

    @Test
    void aNullDeltaLeavesTheColumnAlone() throws SQLException {
        try (StoreFixture fixture = new StoreFixture(StoreFixture.pagesOnly(OnMissing.INSERT))) {
            fixture.database.execute("INSERT INTO pages VALUES ('/a', 1, 7, '2100-01-01T00:00:00Z')");
            PartitionStore store = fixture.store();
            long epoch = store.start("one").epoch();
            committed(store.commit(
                    fixture.window(epoch, EntryId.ZERO, Collections.nCopies(1, fixture.view(null, "/a", null)))));
            assertThat(fixture.database.query("SELECT views, bytes, last_viewed = '2100-01-01T00:00:00Z' FROM pages"))
                    .containsExactly("2|7|t");
        }
    }
}
