package io.weir.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.event.EntryId;
import io.weir.event.Event;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A partition of a fixture's stream whose windows follow each other. */
final class StartedPartition {
    private final StoreFixture fixture;
    private final PartitionStore store;
    private final long epoch;
    private EntryId cursor = EntryId.ZERO;

    StartedPartition(StoreFixture fixture) throws SQLException {
        this.fixture = fixture;
        this.store = fixture.store();
        this.epoch = store.start("one").epoch();
    }

    /** A view of the page /a, of the entry that stands at this time. */
    static Event view(String time, int sequence, int index, @Nullable String key, long bytes) {
        EntryId entry = new EntryId(Instant.parse(time).toEpochMilli(), sequence);
        byte[] json = "{}".getBytes(StandardCharsets.UTF_8);
        return new Event(entry, index, new @Nullable Object[] {"/a", entry.millis() * 1_000, bytes, 200L}, key, json);
    }

    /** Commits a window of these events; the cursor, which it moves, does not go back. */
    CommitOutcome.Committed commit(List<Event> events) {
        CommitOutcome outcome = tryToCommit(events);
        assertThat(outcome).isInstanceOf(CommitOutcome.Committed.class);
        return (CommitOutcome.Committed) outcome;
    }

    CommitOutcome tryToCommit(List<Event> events) {
        CommitOutcome outcome = store.commit(fixture.window(epoch, cursor, events));
        EntryId last = events.getLast().entryId();
        if (outcome instanceof CommitOutcome.Committed && last.isAfter(cursor)) {
            cursor = last;
        }
        return outcome;
    }
}
