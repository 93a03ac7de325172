package io.weir.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.event.Event;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Keys that count again an hour after they were counted. */
class RecentKeyTest {
    private final StoreFixture fixture = new StoreFixture(StoreFixture.countedOnce(Duration.ofHours(1)));
    private StartedPartition partition;

    @BeforeEach
    void start() throws SQLException {
        partition = new StartedPartition(fixture);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    private static Event event(String time, int sequence, @Nullable String key) {
        return StartedPartition.view(time, sequence, 0, key, 1L);
    }

    /** How many of the events of a window counted. */
    private int applied(Event... events) {
        CommitOutcome.Committed committed = partition.commit(List.of(events));
        assertThat(committed.applied() + committed.deduplicated()).isEqualTo(events.length);
        return committed.applied();
    }

    @Test
    void aKeyCountsOnceInAWindowAndAcrossWindowsAndAgainAfterItsTime() throws SQLException {
        assertThat(applied(
                        event("2026-03-01T10:00:00Z", 0, "v1"),
                        event("2026-03-01T10:00:00Z", 1, "v1"),
                        event("2026-03-01T10:00:00Z", 2, "v2"),
                        event("2026-03-01T10:00:00Z", 3, null),
                        event("2026-03-01T10:00:00Z", 4, null)))
                .isEqualTo(4);
        assertThat(applied(event("2026-03-01T10:59:58Z", 0, "v1"))).isZero();
        assertThat(applied(event("2026-03-01T11:00:00Z", 0, "v1"), event("2026-03-01T11:00:00Z", 1, "v3")))
                .isEqualTo(2);
        assertThat(applied(event("2026-03-01T11:59:58Z", 0, "v1"))).isZero();
        assertThat(fixture.database.query("SELECT views FROM pages")).containsExactly("6");
        assertThat(fixture.database.query("SELECT count(*), count(DISTINCT hash), count(DISTINCT day) FROM event_key"))
                .containsExactly("4|3|1");
    }

    @Test
    void anHourThatEndsTheNextDayIsAnHourToo() {
        assertThat(applied(event("2026-03-01T23:30:00Z", 0, "v"))).isEqualTo(1);
        assertThat(applied(event("2026-03-02T00:29:58Z", 0, "v"))).isZero();
        assertThat(applied(event("2026-03-02T00:30:00Z", 0, "v"))).isEqualTo(1);
    }

    @Test
    void aWindowThatWaitedForHoursCountsAsIfItHadNot() {
        assertThat(applied(
                        event("2026-03-01T10:00:00Z", 0, "v"),
                        event("2026-03-01T10:30:00Z", 0, "v"),
                        event("2026-03-01T11:00:00Z", 0, "v"),
                        event("2026-03-01T11:59:00Z", 0, "v"),
                        event("2026-03-01T12:00:00Z", 0, "v")))
                .isEqualTo(3);
    }

    @Test
    void whatWasCountedLaterIsSeenByWhatComesAfterIt() {
        // such as one that was written past Redis, while an earlier one waited there
        assertThat(applied(event("2026-03-01T10:10:00Z", 0, "v"))).isEqualTo(1);
        assertThat(applied(event("2026-03-01T10:00:00Z", 0, "v"), event("2026-03-01T10:20:00Z", 0, "w")))
                .isEqualTo(1);
    }
}
