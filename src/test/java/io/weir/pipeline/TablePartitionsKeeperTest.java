package io.weir.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.definition.ColumnSource;
import io.weir.definition.DayPartitioning;
import io.weir.definition.RowColumn;
import io.weir.definition.RowTable;
import io.weir.definition.StreamDefinition;
import io.weir.store.Database;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Two tables, one of which stays for two days, under a clock that goes on. */
class TablePartitionsKeeperTest {
    private final PostgresTestDatabase database = PostgresForTests.freshDatabase();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Database weir = Database.open(database.settings(), meters);
    private final StreamDefinition definition = PipelineFixture.withRows(List.of(
            table("short", new DayPartitioning("at", 2, 1)),
            table("whole", null),
            table("long", new DayPartitioning("at", null, 1))));
    private Instant now = Instant.parse("2026-12-30T23:59:59.999Z");
    private final TablePartitionsKeeper keeper =
            new TablePartitionsKeeper(List.of(definition), weir, Runnable::run, () -> now, meters);

    private static RowTable table(String name, @org.jspecify.annotations.Nullable DayPartitioning partition) {
        return new RowTable(name, List.of(new RowColumn("at", new ColumnSource.Received())), null, partition);
    }

    @BeforeEach
    void createTables() throws SQLException {
        for (String table : List.of("short", "whole", "long")) {
            database.execute("CREATE TABLE " + table + " (at timestamptz)");
        }
        assertThat(weir.divideTables(List.of(definition), LocalDate.parse("2026-12-29")))
                .isEqualTo(Map.of());
    }

    @AfterEach
    void close() {
        weir.close();
    }

    private void keep(String time) {
        now = Instant.parse(time);
        keeper.run().toCompletableFuture().join();
    }

    private List<String> days(String table) throws SQLException {
        return database.query("SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = '" + table
                + "'::regclass AND inhrelid::regclass::text ~ '_2[0-9]+$' ORDER BY inhrelid::regclass::text");
    }

    @Test
    void daysComeAndGoWithTheClockInUtc() throws SQLException {
        keep("2026-12-30T23:59:59.999Z");
        assertThat(days("short")).containsExactly("short_20261230", "short_20261231", "short_before_20261230");
        keep("2026-12-31T00:00:00Z");
        assertThat(days("short"))
                .containsExactly("short_20261230", "short_20261231", "short_20270101", "short_before_20261230");
        keep("2027-01-01T12:00:00Z");
        assertThat(days("short"))
                .containsExactly("short_20261230", "short_20261231", "short_20270101", "short_20270102");
        keep("2027-01-02T12:00:00Z");
        assertThat(days("short"))
                .containsExactly("short_20261231", "short_20270101", "short_20270102", "short_20270103");
        assertThat(days("long")).hasSize(6).contains("long_before_20261230");
        assertThat(days("whole")).isEmpty();
    }

    @Test
    void aFailureIsToldOnceUntilItGoesWellAgainAndStopsNoOtherTable() throws SQLException {
        Logger logger = (Logger) LoggerFactory.getLogger(TablePartitionsKeeper.class);
        ListAppender<ILoggingEvent> told = new ListAppender<>();
        told.start();
        logger.addAppender(told);
        try {
            database.execute("CREATE TABLE short_20261231 (mine int)");
            keep("2026-12-30T12:00:00Z");
            keep("2026-12-30T12:10:00Z");
            assertThat(days("long")).contains("long_20261231");
            assertThat(told.list)
                    .singleElement()
                    .asString()
                    .contains("[WARN] the days of short were not looked after", "\"short_20261231\" already exists");
            assertThat(meters.get("weir.table.partitions.failures")
                            .tag("table", "short")
                            .counter()
                            .count())
                    .isEqualTo(2);
            assertThat(meters.get("weir.table.partitions.ahead")
                            .tag("table", "short")
                            .gauge()
                            .value())
                    .isZero();

            database.execute("DROP TABLE short_20261231");
            keep("2026-12-30T12:20:00Z");
            assertThat(told.list).hasSize(2);
            assertThat(days("short")).contains("short_20261231");
        } finally {
            logger.detachAppender(told);
        }
    }
}
