package io.weir.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.definition.OnMissing;
import io.weir.embedded.EmbeddedPostgresServer;
import io.weir.event.EntryId;
import io.weir.event.Event;
import io.weir.settings.StoreSettings;
import io.weir.testkit.FaultProxy;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PostgresPartitionStoreFailureTest {
    private static CommitOutcome.Committed committed(CommitOutcome outcome) {
        assertThat(outcome).isInstanceOf(CommitOutcome.Committed.class);
        return (CommitOutcome.Committed) outcome;
    }

    private static CompletableFuture<PartitionStore.Started> startLater(PartitionStore store) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return store.start("two");
            } catch (SQLException problem) {
                throw new IllegalStateException(problem);
            }
        });
    }

    @Test
    void aStartEndsTheTransactionOfAStuckPredecessor() throws SQLException {
        try (StoreFixture fixture = new StoreFixture(StoreFixture.pagesOnly(OnMissing.INSERT));
                Connection stuck = fixture.database.connect();
                Statement statement = stuck.createStatement()) {
            PartitionStore store = fixture.store();
            store.start("one");
            stuck.setAutoCommit(false);
            statement.execute("SET LOCAL application_name = '" + Identifiers.applicationName("pages", 0) + "'");
            statement.execute("UPDATE stream_cursor SET entry = '5-0'");
            PartitionStore.Started started = store.start("two");
            assertThat(started).isEqualTo(new PartitionStore.Started(2, EntryId.ZERO, 0, 0));
            assertThat(fixture.meters.get("weir.store.terminated").counter().count())
                    .isEqualTo(1);
        }
    }

    @Test
    void aStartWhoseProcessIsGoneDoesNotHoldUpTheNextOne() throws SQLException {
        try (StoreFixture fixture = new StoreFixture(StoreFixture.pagesOnly(OnMissing.INSERT));
                Connection gone = fixture.database.connect()) {
            PartitionStore store = fixture.store();
            store.start("one");
            gone.setAutoCommit(false);
            new CursorStatements("pages", 0, fixture.database.settings()).raiseEpoch(gone, "gone");
            assertThat(store.start("two")).isEqualTo(new PartitionStore.Started(2, EntryId.ZERO, 0, 0));
        }
    }

    @Test
    void aStartWaitsForAPredecessorAsLongAsItsOwnLimitSaysAndNotALocks() throws Exception {
        PostgresTestDatabase database = PostgresForTests.freshDatabase();
        StoreSettings patient =
                PostgresForTests.settings(database.url(), Duration.ofMillis(100), Duration.ofSeconds(15));
        try (StoreFixture fixture = new StoreFixture(StoreFixture.pagesOnly(OnMissing.INSERT), database, patient);
                Connection slow = database.connect();
                Statement statement = slow.createStatement()) {
            PartitionStore store = fixture.store();
            store.start("one");
            slow.setAutoCommit(false);
            statement.execute("SET LOCAL application_name = '" + Identifiers.applicationName("pages", 0) + "'");
            statement.execute("UPDATE stream_cursor SET entry = '5-0'");
            CompletableFuture<PartitionStore.Started> start = startLater(store);
            await().until(() -> database.number("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                            + " AND now() - query_start > interval '500 ms'")
                    > 0);
            slow.commit();
            assertThat(start.join()).isEqualTo(new PartitionStore.Started(2, EntryId.parse("5-0"), 0, 0));
        }
    }

    @Test
    void aStartDoesNotEndTransactionsOfOthers() throws SQLException {
        try (StoreFixture fixture = new StoreFixture(StoreFixture.pagesOnly(OnMissing.INSERT));
                Connection other = fixture.database.connect();
                Statement statement = other.createStatement()) {
            PartitionStore store = fixture.store();
            store.start("one");
            other.setAutoCommit(false);
            statement.execute("UPDATE stream_cursor SET entry = '5-0'");
            CompletableFuture<PartitionStore.Started> start = startLater(store);
            await().until(() ->
                    fixture.database.number("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
                            > 0);
            other.commit();
            assertThat(start.join()).isEqualTo(new PartitionStore.Started(2, EntryId.parse("5-0"), 0, 0));
        }
    }

    @Test
    void aWindowThatWaitedForAStartIsFenced() throws SQLException {
        try (StoreFixture fixture = new StoreFixture(StoreFixture.pagesOnly(OnMissing.INSERT));
                Connection starting = fixture.database.connect();
                Statement statement = starting.createStatement()) {
            PartitionStore store = fixture.store();
            long epoch = store.start("one").epoch();
            starting.setAutoCommit(false);
            statement.execute("UPDATE stream_cursor SET epoch = epoch + 1");
            WindowCommit window = fixture.window(epoch, EntryId.ZERO, List.of(fixture.view(null, "/a", 1L)));
            CompletableFuture<CommitOutcome> outcome = CompletableFuture.supplyAsync(() -> store.commit(window));
            // the wait shows under the partition's own name, by which a start finds it
            await().until(() -> fixture.database.number("SELECT count(*) FROM pg_stat_activity"
                            + " WHERE wait_event_type = 'Lock' AND application_name = 'weir:pages/0'")
                    == 1);
            starting.commit();
            assertThat(outcome.join()).isInstanceOf(CommitOutcome.Fenced.class);
            assertThat(fixture.pages()).isEmpty();
        }
    }

    @Test
    void aWindowThatWaitsTooLongForALockIsToBeRetried() throws SQLException {
        try (StoreFixture fixture = new StoreFixture(StoreFixture.pagesOnly(OnMissing.INSERT));
                Connection holder = fixture.database.connect();
                Statement statement = holder.createStatement()) {
            PartitionStore store = fixture.store();
            long epoch = store.start("one").epoch();
            holder.setAutoCommit(false);
            statement.execute("UPDATE stream_cursor SET updated_at = now()");
            WindowCommit window = fixture.window(epoch, EntryId.ZERO, List.of(fixture.view(null, "/a", 1L)));
            assertThat(store.commit(window))
                    .asInstanceOf(type(CommitOutcome.RetryLater.class))
                    .satisfies(retry -> {
                        assertThat(retry.sqlState()).isEqualTo(SqlStates.LOCK_NOT_AVAILABLE);
                        assertThat(retry.databaseAway()).isFalse();
                    });
            holder.rollback();
            committed(store.commit(window));
        }
    }

    @ParameterizedTest
    @CsvSource({"1", "3", "100"})
    void culpritsBecomeDeadLettersAndAllOthersAreCounted(int culprits) throws SQLException {
        try (StoreFixture fixture = new StoreFixture(StoreFixture.pageViews())) {
            fixture.database.execute("ALTER TABLE page_views ADD CHECK (bytes <> 666)");
            PartitionStore store = fixture.store();
            long epoch = store.start("one").epoch();
            List<Event> events = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                boolean culprit = i % (100 / culprits) == 0 && i / (100 / culprits) < culprits;
                events.add(fixture.view(i % 2 == 0 ? "k" + i : null, "/p" + i % 7, culprit ? 666L : 1L));
            }
            CommitOutcome.Committed outcome = committed(store.commit(fixture.window(epoch, EntryId.ZERO, events)));
            assertThat(outcome.deadLettered()).isEqualTo(culprits);
            assertThat(outcome.applied()).isEqualTo(100 - culprits);
            assertThat(fixture.database.query(
                            "SELECT DISTINCT sqlstate, reason LIKE '%page_views_bytes_check%'" + " FROM dead_letter"))
                    .containsExactly("23514|t");
            assertThat(fixture.database.number("SELECT coalesce(sum(views), 0) FROM pages"))
                    .isEqualTo(100 - culprits);
            assertThat(fixture.database.query("SELECT path, views FROM pages ORDER BY 1"))
                    .isEqualTo(fixture.database.query("SELECT path, count(*) FROM page_views GROUP BY 1 ORDER BY 1"));
            outcome.totals().forEach((page, totals) -> assertThat(totals[0][0]).isNotNull());
            assertThat(store.start("two").cursor()).isEqualTo(events.getLast().entryId());
            assertThat(fixture.database.query("SELECT committed_events, dead_lettered_events FROM stream_cursor"))
                    .containsExactly(100 - culprits + "|" + culprits);
        }
    }

    @Test
    void aDeadLetterIsKeptOnceAndAnotherInItsPlaceToo() throws SQLException {
        try (StoreFixture fixture = new StoreFixture(StoreFixture.pageViews())) {
            PartitionStore store = fixture.store();
            long epoch = store.start("one").epoch();
            EntryId place = fixture.view(null, "/a", 1L).entryId();
            assertThat(deadLettered(fixture, store, epoch, EntryId.ZERO, place, "one", "one"))
                    .isEqualTo(1);
            assertThat(deadLettered(fixture, store, epoch, place, place, "one")).isZero();
            // a promoted replica of Redis gave the entry's ID again
            assertThat(deadLettered(fixture, store, epoch, place, place, "two", "one"))
                    .isEqualTo(1);
            assertThat(fixture.database.query("SELECT convert_from(raw, 'UTF8') FROM dead_letter ORDER BY id"))
                    .containsExactly("one", "two");
        }
    }

    /** Commits a window of events of one place that can't be read; how many of them were kept. */
    private static long deadLettered(
            StoreFixture fixture, PartitionStore store, long epoch, EntryId from, EntryId place, String... raw)
            throws SQLException {
        List<DeadLetter> letters = Stream.of(raw)
                .map(text ->
                        new DeadLetter(place, 0, text.getBytes(StandardCharsets.UTF_8), "it is no JSON", null, null))
                .toList();
        return committed(store.commit(
                        new WindowCommit(epoch, fixture.windows(), from, place, 0, List.of(), letters, List.of())))
                .deadLettered();
    }

    @Test
    void aConstraintThatWaitsForCommitFindsItsCulprit() throws SQLException {
        try (StoreFixture fixture = new StoreFixture(StoreFixture.pageViews())) {
            fixture.database.execute("CREATE TABLE allowed (path text PRIMARY KEY);"
                    + " INSERT INTO allowed VALUES ('/a'), ('/b');"
                    + " ALTER TABLE page_views ADD FOREIGN KEY (path) REFERENCES allowed"
                    + " DEFERRABLE INITIALLY DEFERRED");
            PartitionStore store = fixture.store();
            long epoch = store.start("one").epoch();
            List<Event> events = List.of(
                    fixture.view("k1", "/a", 1L), fixture.view("k2", "/forbidden", 1L), fixture.view("k3", "/b", 1L));
            CommitOutcome.Committed outcome = committed(store.commit(fixture.window(epoch, EntryId.ZERO, events)));
            assertThat(outcome.deadLettered()).isEqualTo(1);
            assertThat(fixture.pages()).containsExactly("/a|1|1", "/b|1|1");
            assertThat(fixture.database.query("SELECT event_key, sqlstate FROM dead_letter"))
                    .containsExactly("k2|23503");
        }
    }

    @Test
    void anEventThatACounterCannotHoldBecomesADeadLetter() throws SQLException {
        try (StoreFixture fixture = new StoreFixture(StoreFixture.pagesOnly(OnMissing.INSERT))) {
            fixture.database.execute("INSERT INTO pages (path, bytes) VALUES ('/a', 9223372036854775800)");
            PartitionStore store = fixture.store();
            long epoch = store.start("one").epoch();
            List<Event> events =
                    List.of(fixture.view(null, "/a", 5L), fixture.view(null, "/a", 5L), fixture.view(null, "/b", 1L));
            CommitOutcome.Committed outcome = committed(store.commit(fixture.window(epoch, EntryId.ZERO, events)));
            assertThat(outcome.applied()).isEqualTo(2);
            assertThat(fixture.pages()).containsExactly("/a|1|9223372036854775805", "/b|1|1");
            assertThat(fixture.database.query("SELECT entry, sqlstate FROM dead_letter"))
                    .containsExactly(events.get(1).entryId() + "|" + SqlStates.NUMERIC_VALUE_OUT_OF_RANGE);
        }
    }

    @Test
    void sumsThatOverflowBeforeTheyReachTheDatabaseEndAsDeadLettersToo() throws SQLException {
        try (StoreFixture fixture = new StoreFixture(StoreFixture.pageViews())) {
            PartitionStore store = fixture.store();
            long epoch = store.start("one").epoch();
            Event known = fixture.view("k0", "/a", 1L);
            committed(store.commit(fixture.window(epoch, EntryId.ZERO, List.of(known))));
            // the repeated event makes the store fold the others itself
            List<Event> events = List.of(
                    fixture.view("k0", "/a", 1L),
                    fixture.view("k1", "/a", Long.MAX_VALUE - 1),
                    fixture.view("k2", "/a", Long.MAX_VALUE));
            WindowCommit window = new WindowCommit(
                    epoch,
                    fixture.windows(),
                    known.entryId(),
                    events.getLast().entryId(),
                    0,
                    events,
                    List.of(),
                    List.of());
            CommitOutcome.Committed outcome = committed(store.commit(window));
            assertThat(outcome.applied()).isEqualTo(1);
            assertThat(outcome.deduplicated()).isEqualTo(1);
            assertThat(outcome.deadLettered()).isEqualTo(1);
            assertThat(fixture.pages()).containsExactly("/a|2|" + Long.MAX_VALUE);
        }
    }

    @Test
    void aMissingTableStopsThePartitionWithoutLosingTheWindow() throws SQLException {
        try (StoreFixture fixture = new StoreFixture(StoreFixture.pagesOnly(OnMissing.INSERT))) {
            PartitionStore store = fixture.store();
            long epoch = store.start("one").epoch();
            fixture.database.execute("ALTER TABLE pages RENAME TO gone");
            WindowCommit window = fixture.window(epoch, EntryId.ZERO, List.of(fixture.view(null, "/a", 1L)));
            assertThat(store.commit(window))
                    .asInstanceOf(type(CommitOutcome.Stopped.class))
                    .satisfies(stopped -> assertThat(stopped.sqlState()).isEqualTo("42P01"));
            fixture.database.execute("ALTER TABLE gone RENAME TO pages");
            committed(store.commit(window));
            assertThat(fixture.pages()).containsExactly("/a|1|1");
        }
    }

    @Test
    void aBugInAWindowIsAnOutcomeAndNoException() throws SQLException {
        try (StoreFixture fixture = new StoreFixture(StoreFixture.pagesOnly(OnMissing.INSERT))) {
            PartitionStore store = fixture.store();
            long epoch = store.start("one").epoch();
            Event event = fixture.view(null, "/a", 1L);
            event.values()[1] = "no timestamp";
            assertThat(store.commit(fixture.window(epoch, EntryId.ZERO, List.of(event))))
                    .asInstanceOf(type(CommitOutcome.Failed.class))
                    .satisfies(failed -> assertThat(failed.reason()).contains("ClassCastException"));
            assertThat(store.start("two").cursor()).isEqualTo(EntryId.ZERO);
        }
    }

    @Test
    void aDatabaseThatStopsAndComesBackTakesTheSameWindow(@TempDir Path directory) throws Exception {
        try (EmbeddedPostgresServer server =
                EmbeddedPostgresServer.start(directory.resolve("pg"), 0, Duration.ofSeconds(60), false)) {
            PostgresTestDatabase database = new PostgresTestDatabase(server.url());
            try (StoreFixture fixture = new StoreFixture(StoreFixture.pagesOnly(OnMissing.INSERT), database)) {
                fixture.weir.migrate();
                PartitionStore store = fixture.store();
                long epoch = store.start("one").epoch();
                Event first = fixture.view(null, "/a", 1L);
                committed(store.commit(fixture.window(epoch, EntryId.ZERO, List.of(first))));
                WindowCommit window = fixture.window(epoch, first.entryId(), List.of(fixture.view(null, "/a", 1L)));
                server.stopImmediately();
                for (int attempt = 0; attempt < 2; attempt++) {
                    assertThat(store.commit(window))
                            .asInstanceOf(type(CommitOutcome.RetryLater.class))
                            .satisfies(retry -> assertThat(retry.databaseAway()).isTrue());
                }
                server.restart();
                fixture.weir.awaitReachable(Duration.ofSeconds(10));
                committed(store.commit(window));
                assertThat(fixture.pages()).containsExactly("/a|2|2");
            }
        }
    }

    @Test
    void aDatabaseThatIsAwayDoesNotKeepThePoolFromOpening() {
        StoreSettings nobody = PostgresForTests.settings("postgres://postgres@127.0.0.1:1/postgres");
        try (Database database = Database.open(nobody, new SimpleMeterRegistry())) {
            assertThat(database.location()).contains("127.0.0.1:1");
            org.assertj.core.api.Assertions.assertThatThrownBy(() -> database.awaitReachable(Duration.ofMillis(300)))
                    .isInstanceOf(SQLException.class);
        }
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void aConnectionLostAtCommitIsUnknownUntilTheNextStartTells(boolean reachedTheServer) throws SQLException {
        PostgresTestDatabase database = PostgresForTests.freshDatabase();
        URI url = URI.create(database.url());
        try (FaultProxy proxy = new FaultProxy(url.getPort())) {
            // statements that are sent as text each time, so that the proxy can see COMMIT
            StoreSettings throughProxy = PostgresForTests.settings(
                    "postgres://postgres@127.0.0.1:" + proxy.port() + url.getPath() + "?prepareThreshold=0");
            try (StoreFixture fixture =
                    new StoreFixture(StoreFixture.pagesOnly(OnMissing.INSERT), database, throughProxy)) {
                PartitionStore store = fixture.store();
                long epoch = store.start("one").epoch();
                WindowCommit window = fixture.window(epoch, EntryId.ZERO, List.of(fixture.view(null, "/a", 1L)));
                if (reachedTheServer) {
                    proxy.cutAnswerTo("COMMIT");
                } else {
                    proxy.cutBefore("COMMIT");
                }
                assertThat(store.commit(window)).isInstanceOf(CommitOutcome.Unknown.class);
                PartitionStore.Started next = store.start("two");
                assertThat(next.cursor()).isEqualTo(reachedTheServer ? window.to() : EntryId.ZERO);
                assertThat(fixture.pages()).isEqualTo(reachedTheServer ? List.of("/a|1|1") : List.of());
            }
        }
    }

    @Test
    void aConnectionLostBeforeCommitIsToBeRetried() throws SQLException {
        PostgresTestDatabase database = PostgresForTests.freshDatabase();
        URI url = URI.create(database.url());
        try (FaultProxy proxy = new FaultProxy(url.getPort())) {
            StoreSettings throughProxy = PostgresForTests.settings(
                    "postgres://postgres@127.0.0.1:" + proxy.port() + url.getPath() + "?prepareThreshold=0");
            try (StoreFixture fixture =
                    new StoreFixture(StoreFixture.pagesOnly(OnMissing.INSERT), database, throughProxy)) {
                PartitionStore store = fixture.store();
                long epoch = store.start("one").epoch();
                WindowCommit window = fixture.window(epoch, EntryId.ZERO, List.of(fixture.view(null, "/a", 1L)));
                proxy.cutAnswerTo("INSERT INTO \"pages\"");
                assertThat(store.commit(window))
                        .asInstanceOf(type(CommitOutcome.RetryLater.class))
                        .satisfies(retry -> assertThat(retry.databaseAway()).isTrue());
                committed(store.commit(window));
                assertThat(fixture.pages()).containsExactly("/a|1|1");
            }
        }
    }
}
