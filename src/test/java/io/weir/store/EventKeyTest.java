package io.weir.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.definition.OnMissing;
import io.weir.event.Event;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Keys of a stream that has counters alone; it knows them for 48 hours. */
class EventKeyTest {
    private final StoreFixture fixture = new StoreFixture(StoreFixture.pagesOnly(OnMissing.INSERT));
    private StartedPartition partition;

    @BeforeEach
    void start() throws SQLException {
        partition = new StartedPartition(fixture);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    private static Event event(String time, int sequence, @Nullable String key, long bytes) {
        return StartedPartition.view(time, sequence, 0, key, bytes);
    }

    private CommitOutcome.Committed commit(Event... events) {
        return partition.commit(List.of(events));
    }

    private long rows(String table) throws SQLException {
        return fixture.database.number("SELECT count(*) FROM " + table);
    }

    @Test
    void aKeyCountsOnceWithinAWindowAndAcrossWindows() throws SQLException {
        CommitOutcome.Committed first = commit(
                event("2026-03-01T10:00:00Z", 0, "k1", 1),
                event("2026-03-01T10:00:00Z", 1, "k2", 2),
                event("2026-03-01T10:00:00Z", 2, "k1", 100),
                event("2026-03-01T10:00:00Z", 3, null, 4),
                event("2026-03-01T10:00:00Z", 4, null, 4));
        assertThat(first.applied()).isEqualTo(4);
        assertThat(first.deduplicated()).isEqualTo(1);
        CommitOutcome.Committed second =
                commit(event("2026-03-01T10:00:01Z", 0, "k2", 100), event("2026-03-01T10:00:01Z", 1, "k3", 8));
        assertThat(second.applied()).isEqualTo(1);
        assertThat(second.deduplicated()).isEqualTo(1);

        assertThat(fixture.pages()).containsExactly("/a|5|19");
        assertThat(rows("event_key")).isEqualTo(3);
        assertThat(fixture.database.query("SELECT committed_events, deduplicated_events FROM stream_cursor"))
                .containsExactly("5|2");
    }

    @Test
    void aKeyIsKnownAcrossMidnightAndForgottenAfterTheWindow() throws SQLException {
        commit(event("2026-03-01T23:59:59.999Z", 0, "k", 1));
        assertThat(commit(event("2026-03-02T00:00:00.001Z", 0, "k", 1)).deduplicated())
                .isEqualTo(1);
        assertThat(commit(event("2026-03-03T23:59:59.998Z", 0, "k", 1)).deduplicated())
                .as("48 hours later")
                .isEqualTo(1);
        assertThat(commit(event("2026-03-04T00:00:00Z", 0, "k", 1)).applied())
                .as("no day of the window holds it any more")
                .isEqualTo(1);
        assertThat(fixture.pages()).containsExactly("/a|2|2");
    }

    @Test
    void oneWindowMayReachOverMidnight() throws SQLException {
        CommitOutcome.Committed outcome = commit(
                event("2026-03-01T23:59:59.999Z", 0, "k", 1),
                event("2026-03-02T00:00:00Z", 0, "k", 1),
                event("2026-03-02T00:00:00Z", 1, "other", 1));
        assertThat(outcome.deduplicated()).isEqualTo(1);
        assertThat(fixture.database.query("SELECT day, count(*) FROM event_key GROUP BY 1 ORDER BY 1"))
                .containsExactly("2026-03-01|1", "2026-03-02|1");
    }

    @Test
    void aWindowWithADuplicateAndAnEventThatCannotBeAppliedKeepsBothApart() throws SQLException {
        fixture.database.execute("INSERT INTO pages (path, bytes) VALUES ('/a', " + (Long.MAX_VALUE - 10) + ")");
        commit(event("2026-03-01T10:00:00Z", 0, "known", 1));
        CommitOutcome.Committed outcome = commit(
                event("2026-03-01T10:00:01Z", 0, "known", 1),
                event("2026-03-01T10:00:01Z", 1, "poison", 100),
                event("2026-03-01T10:00:01Z", 2, "new", 2),
                event("2026-03-01T10:00:01Z", 3, "new", 2),
                event("2026-03-01T10:00:01Z", 4, "poison", 3));
        assertThat(outcome.applied()).isEqualTo(2);
        assertThat(outcome.deduplicated()).isEqualTo(2);
        assertThat(outcome.deadLettered()).isEqualTo(1);
        assertThat(fixture.pages()).containsExactly("/a|3|" + (Long.MAX_VALUE - 4));
        assertThat(fixture.database.query("SELECT event_key, sqlstate FROM dead_letter"))
                .containsExactly("poison|22003");
        assertThat(rows("event_key")).as("a dead letter's key is not kept").isEqualTo(3);
    }

    @Test
    void aDroppedDayIsForgottenAndTheOthersAreNot() throws SQLException {
        commit(event("2026-03-01T10:00:00Z", 0, "old", 1));
        commit(event("2026-03-02T10:00:00Z", 0, "new", 1));
        assertThat(fixture.weir.dropKeyDays(LocalDate.parse("2026-03-02"))).isEqualTo(1);
        assertThat(fixture.weir.dropKeyDays(LocalDate.parse("2026-03-02"))).isZero();
        CommitOutcome.Committed outcome =
                commit(event("2026-03-02T11:00:00Z", 0, "old", 1), event("2026-03-02T11:00:00Z", 1, "new", 1));
        assertThat(outcome.applied()).isEqualTo(1);
        assertThat(outcome.deduplicated()).isEqualTo(1);
        assertThat(fixture.database.query(
                        "SELECT relname FROM pg_class WHERE relname LIKE 'event_key_2%' AND" + " relkind = 'r'"))
                .containsExactly("event_key_20260302");
    }

    @Test
    void aDayThatSomebodyTookAwayIsCreatedAnewAndCostsNoEvent() throws SQLException {
        commit(event("2026-03-01T10:00:00Z", 0, "k1", 1));
        fixture.database.execute("DROP TABLE event_key_20260301");
        Event next = event("2026-03-01T10:00:01Z", 0, "k2", 1);
        assertThat(partition.tryToCommit(List.of(next))).isInstanceOf(CommitOutcome.RetryLater.class);
        assertThat(commit(next).applied()).isEqualTo(1);
        assertThat(rows("dead_letter")).isZero();
        assertThat(fixture.pages()).containsExactly("/a|2|2");
    }

    @Test
    void droppingADayGivesWayToAWindowThatIsBeingWritten() throws SQLException {
        commit(event("2026-03-01T10:00:00Z", 0, "k", 1));
        try (Connection window = fixture.database.connect();
                Statement statement = window.createStatement()) {
            window.setAutoCommit(false);
            statement.execute("SELECT count(*) FROM event_key");
            assertThat(fixture.weir.dropKeyDays(LocalDate.parse("2026-03-02"))).isZero();
            // it waits behind nobody
            assertThat(commit(event("2026-03-01T10:00:01Z", 0, "k", 1)).deduplicated())
                    .isEqualTo(1);
            window.rollback();
        }
        assertThat(fixture.weir.dropKeyDays(LocalDate.parse("2026-03-02"))).isEqualTo(1);
    }

    @Test
    void aDayIsAttachedWhileAWindowIsBeingWritten() throws SQLException {
        try (Connection window = fixture.database.connect();
                Statement statement = window.createStatement()) {
            window.setAutoCommit(false);
            statement.execute("DELETE FROM event_key");
            commit(event("2026-03-01T10:00:00Z", 0, "k", 1));
        }
    }

    @Test
    void severalProcessesCreateAndDropTheSameDays() throws SQLException {
        LocalDate first = LocalDate.parse("2026-03-01");
        List<StoreFixture> processes = new ArrayList<>();
        try {
            for (int i = 0; i < 4; i++) {
                processes.add(new StoreFixture(fixture.definition, fixture.database));
            }
            var created = processes.stream()
                    .map(process -> CompletableFuture.runAsync(
                            () -> run(() -> process.weir.createKeyDays(first, first.plusDays(5)))))
                    .toList();
            created.forEach(CompletableFuture::join);
            assertThat(days()).hasSize(6);
            var dropped = processes.stream()
                    .map(process ->
                            CompletableFuture.runAsync(() -> run(() -> process.weir.dropKeyDays(first.plusDays(3)))))
                    .toList();
            dropped.forEach(CompletableFuture::join);
            assertThat(days()).hasSize(3);
        } finally {
            processes.forEach(StoreFixture::close);
        }
    }

    private List<String> days() throws SQLException {
        return fixture.database.query(
                "SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'event_key'::regclass");
    }

    private interface Work {
        void run() throws SQLException;
    }

    private static void run(Work work) {
        try {
            work.run();
        } catch (SQLException problem) {
            throw new IllegalStateException(problem);
        }
    }
}
