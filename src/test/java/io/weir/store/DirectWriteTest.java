package io.weir.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.weir.event.EntryId;
import io.weir.event.Event;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Events that are written past the log, beside windows of the same stream. */
class DirectWriteTest {
    private static final long NOW = 1_772_359_200_000L;

    private final StoreFixture fixture = new StoreFixture(StoreFixture.countedOnce(Duration.ofHours(1)));

    @AfterEach
    void close() {
        fixture.close();
    }

    private static Event event(int sequence, @Nullable String key, long bytes) {
        byte[] json = ("{\"n\":" + sequence + "}").getBytes(StandardCharsets.UTF_8);
        return new Event(
                new EntryId(NOW, sequence), 0, new @Nullable Object[] {"/a", NOW * 1_000, bytes, 200L}, key, json);
    }

    private static DirectOutcome.Written written(DirectOutcome outcome) {
        assertThat(outcome).isInstanceOf(DirectOutcome.Written.class);
        return (DirectOutcome.Written) outcome;
    }

    @Test
    void theyCountOnceAndLeaveTheCursorWhereItIs() throws SQLException {
        PartitionStore store = fixture.store();
        Event again = event(2, "v", 1);
        assertThat(written(store.writeDirect(List.of(event(1, "v", 1), again, event(3, null, 1), event(4, null, 1))))
                        .repeated())
                .containsExactly(again);
        assertThat(fixture.pages()).containsExactly("/a|3|3");
        assertThat(fixture.database.query(
                        "SELECT epoch, entry, windows, committed_events, direct_events FROM stream_cursor"))
                .containsExactly("0|0-0|0|0|3");

        long epoch = store.start("one").epoch();
        CommitOutcome outcome =
                store.commit(fixture.window(epoch, EntryId.ZERO, List.of(event(5, "v", 1), event(6, "w", 1))));
        assertThat(outcome)
                .asInstanceOf(type(CommitOutcome.Committed.class))
                .satisfies(committed -> assertThat(committed.applied()).isEqualTo(1))
                .satisfies(committed -> assertThat(committed.deduplicated()).isEqualTo(1));
        assertThat(written(store.writeDirect(List.of(event(7, "w", 1)))).repeated())
                .hasSize(1);
        assertThat(fixture.pages()).containsExactly("/a|4|4");
    }

    @Test
    void oneThatTheDatabaseRefusesBecomesADeadLetterAndTheOthersCount() throws SQLException {
        fixture.database.execute("ALTER TABLE pages ADD CHECK (bytes < 1000)");
        PartitionStore store = fixture.store();
        assertThat(written(store.writeDirect(List.of(event(1, "a", 1), event(2, "b", 5_000), event(3, "c", 1))))
                        .repeated())
                .isEmpty();
        assertThat(fixture.pages()).containsExactly("/a|2|2");
        assertThat(fixture.database.query("SELECT event_key, sqlstate FROM dead_letter"))
                .containsExactly("b|23514");
        assertThat(fixture.meters.get("weir.store.direct").counter().count()).isEqualTo(2);
        assertThat(fixture.meters
                        .get("weir.dead.letters")
                        .tag("reason", "constraint")
                        .counter()
                        .count())
                .isEqualTo(1);
        assertThat(written(store.writeDirect(List.of(event(4, "a", Long.MAX_VALUE), event(5, "d", Long.MAX_VALUE))))
                        .repeated())
                .hasSize(1);
    }

    @Test
    void whatComesTogetherWithAWindowOfTheSameKeyCountsInOneOfThem() throws Exception {
        fixture.database.execute("CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS"
                + " $$ BEGIN PERFORM pg_sleep(0.5); RETURN NEW; END $$;"
                + " CREATE TRIGGER slowly BEFORE INSERT OR UPDATE ON pages FOR EACH ROW EXECUTE FUNCTION slowly()");
        PartitionStore store = fixture.store();
        long epoch = store.start("one").epoch();
        CompletableFuture<DirectOutcome> direct =
                CompletableFuture.supplyAsync(() -> store.writeDirect(List.of(event(1, "v", 1))));
        TimeUnit.MILLISECONDS.sleep(150);
        CommitOutcome window = store.commit(fixture.window(epoch, EntryId.ZERO, List.of(event(2, "v", 1))));
        assertThat(written(direct.join()).repeated()).isEmpty();
        assertThat(window)
                .asInstanceOf(type(CommitOutcome.Committed.class))
                .satisfies(committed -> assertThat(committed.deduplicated()).isEqualTo(1));
        assertThat(fixture.pages()).containsExactly("/a|1|1");
    }

    @Test
    void whatWaitsForTooLongIsNotWritten() throws Exception {
        PartitionStore store = fixture.store();
        store.start("one");
        try (Connection other = fixture.database.connect();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("SELECT 1 FROM stream_cursor FOR UPDATE");
            assertThat(store.writeDirect(List.of(event(1, "v", 1))))
                    .asInstanceOf(type(DirectOutcome.NotWritten.class))
                    .satisfies(not -> assertThat(not.reason()).contains("lock timeout"));
            other.rollback();
        }
        assertThat(written(store.writeDirect(List.of(event(1, "v", 1)))).repeated())
                .isEmpty();
        assertThat(fixture.pages()).containsExactly("/a|1|1");
    }
}
