package io.weir.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.settings.RollupSettings;
import io.weir.store.Database;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rollups of two measures, under a clock that goes on. */
class RollupKeeperTest {
    private final PostgresTestDatabase database = PostgresForTests.freshDatabase();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Database weir = Database.open(database.settings(), meters);
    private Instant now = Instant.parse("2026-03-02T12:00:00Z");
    private final RollupKeeper keeper = new RollupKeeper(
            weir.rollups(),
            new RollupSettings(Duration.ofMinutes(10), Duration.ofDays(2), Duration.ofDays(90), null),
            Runnable::run,
            () -> now,
            meters);

    @BeforeEach
    void fill() throws SQLException {
        database.execute("INSERT INTO rollup_measure (stream, measure) VALUES ('s', 'clicks'), ('gone', 'clicks')");
        for (String step : List.of("minute", "hour", "day")) {
            for (String time : List.of("2020-01-01", "2026-02-28T11:59Z", "2026-02-28T12:00Z", "2026-03-02T11:00Z")) {
                database.execute("INSERT INTO rollup_" + step + " SELECT id, 'a', '" + time
                        + "', 1, 1 FROM rollup_measure; INSERT INTO rollup_" + step + "_sketch SELECT id, 'a', '" + time
                        + "', '' FROM rollup_measure WHERE stream = 's'");
            }
        }
    }

    @AfterEach
    void close() {
        weir.close();
    }

    private void keep() {
        keeper.run().toCompletableFuture().join();
    }

    private List<String> rows(String table) throws SQLException {
        return database.query("SELECT stream, to_char(bucket AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') FROM rollup_"
                + table + " r JOIN rollup_measure m ON m.id = r.measure ORDER BY 1 DESC, 2");
    }

    private double expired(String step) {
        return meters.get("weir.rollups.expired").tag("step", step).counter().count();
    }

    @Test
    void eachStepHasItsRetentionWhetherItsStreamIsThereOrNot() throws SQLException {
        keep();
        assertThat(rows("minute"))
                .containsExactly(
                        "s|2026-02-28 12:00", "s|2026-03-02 11:00", "gone|2026-02-28 12:00", "gone|2026-03-02 11:00");
        assertThat(rows("minute_sketch")).containsExactly("s|2026-02-28 12:00", "s|2026-03-02 11:00");
        assertThat(rows("hour")).hasSize(6).doesNotContain("s|2020-01-01 00:00");
        assertThat(rows("hour_sketch")).hasSize(3);
        assertThat(rows("day")).hasSize(8);
        assertThat(rows("day_sketch")).hasSize(4);
        assertThat(expired("minute")).isEqualTo(6);
        assertThat(expired("hour")).isEqualTo(3);
        assertThat(expired("day")).isZero();

        now = now.plusSeconds(1);
        keep();
        assertThat(rows("minute")).containsExactly("s|2026-03-02 11:00", "gone|2026-03-02 11:00");
    }

    @Test
    void whatAWindowHoldsIsLeftForTheNextRound() throws SQLException {
        try (Connection window = database.connect();
                Statement statement = window.createStatement()) {
            window.setAutoCommit(false);
            statement.execute("UPDATE rollup_hour SET value = value + 1 WHERE bucket < '2021-01-01' AND measure = 1");
            keep();
            assertThat(rows("hour")).hasSize(7).contains("s|2020-01-01 00:00");
            window.rollback();
        }
        keep();
        assertThat(rows("hour")).hasSize(6);
        assertThat(meters.get("weir.rollups.failures").counter().count()).isZero();
    }

    @Test
    void moreThanOneStatementRemovesIsRemoved() throws SQLException {
        database.execute(
                "INSERT INTO rollup_hour SELECT 1, 'e' || n, '2021-01-01', n, n FROM generate_series(1, 25000) n");
        keep();
        assertThat(rows("hour")).hasSize(6);
        assertThat(expired("hour")).isEqualTo(25_003);
    }

    @Test
    void aRoundThatFailsIsCountedAndTheNextGoesWell() throws SQLException {
        database.execute("ALTER TABLE rollup_hour RENAME TO hidden");
        keep();
        assertThat(meters.get("weir.rollups.failures").counter().count()).isEqualTo(1);
        database.execute("ALTER TABLE hidden RENAME TO rollup_hour");
        keep();
        assertThat(rows("hour")).hasSize(6);
    }
}
