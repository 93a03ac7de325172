package io.weir.store;

import static java.util.concurrent.CompletableFuture.supplyAsync;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.definition.OnMissing;
import io.weir.event.Event;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Keys as clicks have them, many of a batch in a row of {@code event_key}. */
class BatchKeyTest {
    private static final String BATCH = "@0123456789abcdef-1";
    private static final String OTHER = "@0123456789abcdef-2";
    private static final long FIRST_DAY = day("2026-03-01");

    private final StoreFixture fixture = new StoreFixture(StoreFixture.pagesOnly(OnMissing.INSERT));
    private StartedPartition partition;
    private int entries;

    @BeforeEach
    void start() throws SQLException {
        partition = new StartedPartition(fixture);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    private static long day(String date) {
        return Instant.parse(date + "T00:00:00Z").getEpochSecond() / TimeUnit.DAYS.toSeconds(1);
    }

    private CommitOutcome.Committed commit(String time, @Nullable String... keys) {
        return partition.commit(events(time, keys));
    }

    private List<Event> events(String time, @Nullable String... keys) {
        entries++;
        List<Event> events = new ArrayList<>();
        for (int i = 0; i < keys.length; i++) {
            events.add(StartedPartition.view(time, entries, i, keys[i], 1L));
        }
        return events;
    }

    private static String[] keys(String batch, int... indexes) {
        return Arrays.stream(indexes).mapToObj(index -> batch + "/" + index).toArray(String[]::new);
    }

    private long rows() throws SQLException {
        return fixture.database.number("SELECT count(*) FROM event_key");
    }

    @Test
    void theNewKeysOfABatchAreOneRow() throws SQLException {
        assertThat(commit("2026-03-01T10:00:00Z", keys(BATCH, 3, 0, 7, 3)).applied())
                .isEqualTo(3);
        assertThat(fixture.database.query("SELECT day, others FROM event_key")).containsExactly("2026-03-01|\\x44");

        assertThat(commit("2026-03-01T10:00:01Z", keys(BATCH, 0, 3, 7)).deduplicated())
                .isEqualTo(3);
        assertThat(rows()).isEqualTo(1);

        CommitOutcome.Committed overlapping = commit("2026-03-01T10:00:02Z", keys(BATCH, 0, 1, 2, 7, 9999));
        assertThat(overlapping.applied()).isEqualTo(3);
        assertThat(overlapping.deduplicated()).isEqualTo(2);
        assertThat(rows()).isEqualTo(2);
        assertThat(commit("2026-03-01T10:00:03Z", keys(BATCH, 0, 1, 2, 3, 4, 7, 9999))
                        .applied())
                .isEqualTo(1);
        assertThat(fixture.pages()).containsExactly("/a|7|7");
    }

    @Test
    void keysOfBatchesAndOthersGoTogetherInOneWindow() throws SQLException {
        String[] mixed = {BATCH + "/0", null, "k", OTHER + "/0", BATCH + "/1", "k", BATCH + "/01", "k/1", BATCH + "/0"};
        CommitOutcome.Committed first = commit("2026-03-01T10:00:00Z", mixed);
        assertThat(first.applied()).isEqualTo(7);
        assertThat(first.deduplicated()).isEqualTo(2);
        assertThat(rows())
                .as("two batches, k, k/1, and the one that is no number")
                .isEqualTo(5);
        assertThat(commit("2026-03-01T10:00:01Z", mixed).applied())
                .as("the one without a key")
                .isEqualTo(1);
    }

    @Test
    void whatAnEarlierVersionStoredKeyByKeyIsKnown() throws SQLException {
        KeyHash hash = new KeyHash(fixture.definition.name().getBytes(StandardCharsets.UTF_8));
        commit("2026-03-01T10:00:00Z", "k");
        for (String key : keys(BATCH, 1, 2, 5)) {
            fixture.database.execute("INSERT INTO event_key (hash, day) VALUES ('" + hash.of(key) + "', '2026-03-01')");
        }
        assertThat(commit("2026-03-01T10:00:01Z", keys(BATCH, 0, 1, 2, 3, 4, 5)).applied())
                .isEqualTo(3);
        assertThat(known(keys(BATCH, 0, 1, 2, 3, 4, 5, 6))).containsExactlyInAnyOrder(keys(BATCH, 0, 1, 2, 3, 4, 5));
    }

    @Test
    void aBatchIsKnownAcrossMidnightAndForgottenAfterTheWindow() throws SQLException {
        commit("2026-03-01T23:59:59.999Z", keys(BATCH, 0, 1));
        commit("2026-03-02T00:00:00Z", keys(BATCH, 2));
        assertThat(commit("2026-03-03T23:59:59.998Z", keys(BATCH, 0, 1, 2)).applied())
                .as("48 hours later")
                .isZero();
        assertThat(commit("2026-03-04T00:00:00Z", keys(BATCH, 0, 1, 2)).applied())
                .as("no day of the window holds the first two any more")
                .isEqualTo(2);
    }

    @Test
    void aBatchThatCameOnTwoDaysIsKnownForAsLongAsItsLatestKeyMustBe() throws SQLException {
        List<Event> both = events("2026-03-01T23:59:59.999Z", keys(BATCH, 0));
        both.addAll(events("2026-03-02T10:00:00Z", keys(BATCH, 1)));
        assertThat(partition.commit(both).applied()).isEqualTo(2);
        assertThat(rows()).isEqualTo(1);
        assertThat(commit("2026-03-04T09:59:59Z", keys(BATCH, 1)).deduplicated())
                .isEqualTo(1);
    }

    @Test
    void anythingInAnyOrderIsAppliedOnce() throws SQLException {
        Random random = new Random(7);
        Set<String> sent = new HashSet<>();
        for (int window = 0; window < 60; window++) {
            String[] keys = new String[random.nextInt(1, 80)];
            long unknown = 0;
            for (int i = 0; i < keys.length; i++) {
                int most = random.nextInt(4) == 0 ? 10_000 : 60;
                keys[i] = "@" + random.nextInt(4) + "/" + random.nextInt(most);
                unknown += sent.add(keys[i]) ? 1 : 0;
            }
            assertThat(commit("2026-03-0" + (1 + window / 40) + "T10:00:00Z", keys)
                            .applied())
                    .as("window %d", window)
                    .isEqualTo((int) unknown);
        }
        Set<String> all = new HashSet<>();
        for (int batch = 0; batch < 4; batch++) {
            for (int index = 0; index < 10_000; index++) {
                all.add("@" + batch + "/" + index);
            }
        }
        assertThat(known(all.toArray(String[]::new))).isEqualTo(sent);
    }

    private Set<String> known(String... keys) throws SQLException {
        try (Connection connection = fixture.database.connect()) {
            return KeyWriter.known(connection, fixture.definition, List.of(keys));
        }
    }

    /** Two partitions may get keys of one batch, and, where a sender does not keep to it, the same one. */
    @Test
    void twoTransactionsWaitForEachOtherOnlyOverTheSameKey() throws Exception {
        commit("2026-03-01T10:00:00Z", "k");
        try (Connection first = fixture.database.connect();
                Connection second = fixture.database.connect();
                Statement timeout = second.createStatement()) {
            first.setAutoCommit(false);
            second.setAutoCommit(false);
            timeout.execute("SET lock_timeout = '20s'");
            assertThat(insertNew(first, keys(BATCH, 4, 5, 6))).hasSize(3);
            assertThat(insertNew(second, keys(BATCH, 0, 1, 2))).hasSize(3);
            CompletableFuture<List<String>> same =
                    supplyAsync(() -> quietly(() -> insertNew(second, keys(BATCH, 4, 7))));
            await().until(() -> fixture.database.number("SELECT count(*) FROM pg_stat_activity"
                            + " WHERE wait_event_type = 'Lock' AND datname = current_database()")
                    == 1);
            first.commit();
            assertThat(same.get(20, TimeUnit.SECONDS)).containsExactly(BATCH + "/7");
            second.commit();
        }
        assertThat(known(keys(BATCH, 0, 1, 2, 3, 4, 5, 6, 7, 8)))
                .containsExactlyInAnyOrder(keys(BATCH, 0, 1, 2, 4, 5, 6, 7));
    }

    /** Those of the keys that are inserted. */
    private List<String> insertNew(Connection connection, String... keys) throws SQLException {
        BatchKeys batches = new BatchKeys();
        KeyHash hash = new KeyHash(fixture.definition.name().getBytes(StandardCharsets.UTF_8));
        for (String key : keys) {
            batches.add(hash.of(key), FIRST_DAY);
        }
        Set<?> inserted = batches.insertNew(connection, FIRST_DAY - 2);
        return Arrays.stream(keys)
                .filter(key -> inserted.contains(hash.of(key)))
                .toList();
    }

    private interface Work<T> {
        T run() throws SQLException;
    }

    private static <T> T quietly(Work<T> work) {
        try {
            return work.run();
        } catch (SQLException problem) {
            throw new IllegalStateException(problem);
        }
    }

    /** The planner expects a two-hundredth of the day behind a range, and knows nothing of one that was empty just now. */
    @Test
    void noDayIsReadThroughWhateverIsKnownOfIt() throws SQLException {
        commit("2026-03-01T10:00:00Z", "k");
        for (String statistics :
                List.of("SELECT 1", "ANALYZE event_key_20260301", "VACUUM ANALYZE event_key_20260301")) {
            fixture.database.execute("INSERT INTO event_key (hash, day) SELECT gen_random_uuid(), '2026-03-01'"
                    + " FROM generate_series(1, 50000)");
            fixture.database.execute(statistics);
            try (Connection connection = fixture.database.connect();
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                String[] keys = new String[40];
                Arrays.setAll(keys, index -> "@" + statistics.length() + "-" + index % 20 + "/" + index);
                assertThat(insertNew(connection, keys)).hasSize(40);
                var row = statement.executeQuery("SELECT seq_tup_read, idx_scan FROM pg_stat_xact_user_tables"
                        + " WHERE relname = 'event_key_20260301'");
                assertThat(row.next()).isTrue();
                assertThat(row.getLong(1)).as("rows read one after the other").isZero();
                assertThat(row.getLong(2)).as("looked for by the index").isGreaterThanOrEqualTo(20);
                connection.commit();
            }
        }
    }
}
