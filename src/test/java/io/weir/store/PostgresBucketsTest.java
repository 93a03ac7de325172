package io.weir.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.definition.RollupStep;
import io.weir.query.Greatest;
import io.weir.query.QueryFailure;
import io.weir.query.RangePart;
import io.weir.query.RankedEntity;
import io.weir.settings.QuerySettings;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Questions about rollups against a real database. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PostgresBucketsTest {
    private static final Instant FIRST_DAY = Instant.parse("2026-03-01T00:00:00Z");
    private static final int LARGE = 100_000;

    private final PostgresTestDatabase database = PostgresForTests.freshDatabase();
    private final Database weir = Database.open(database.settings(), new SimpleMeterRegistry());
    private final PostgresBuckets buckets = weir.buckets(settings(LARGE, Duration.ofSeconds(10)));

    private static QuerySettings settings(int maxReads, Duration timeout) {
        return new QuerySettings(
                2, 8, timeout, 2_000, 1_000, maxReads, 10, Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ZERO);
    }

    /** 300 entities over three days of minutes, and the hours and days that they make; clicks of "balance" may be negative. */
    @BeforeAll
    void fill() throws SQLException {
        weir.migrate();
        database.execute("""
            INSERT INTO rollup_measure (stream, measure)
            VALUES ('links', 'clicks'), ('links', 'balance'), ('others', 'clicks');
            INSERT INTO rollup_minute
            SELECT m.id, 'e' || e, timestamptz '2026-03-01Z' + n * interval '1 minute', v.value, v.value
            FROM rollup_measure m, generate_series(0, 299) AS e, generate_series(e % 7, 4319, 29) AS n,
                 LATERAL (SELECT CASE m.measure WHEN 'clicks' THEN (e * 7919 + n * 31) % 97 * (1 + 300 / (e + 1))
                                 ELSE (e * 7919 + n * 31) % 197 - 120 END) AS v (value)
            WHERE m.stream = 'links';
            INSERT INTO rollup_hour
            SELECT measure, entity, date_trunc('hour', bucket, 'UTC'), sum(value), sum(value) FROM rollup_minute
            GROUP BY 1, 2, 3;
            INSERT INTO rollup_day
            SELECT measure, entity, date_trunc('day', bucket, 'UTC'), sum(value), sum(value) FROM rollup_minute
            GROUP BY 1, 2, 3;
            INSERT INTO rollup_hour
            SELECT id, 'e1', '2026-03-01T00:00Z', 1000000, 1000000 FROM rollup_measure WHERE stream = 'others';
            -- between the value and an eighth more, as windows leave it
            UPDATE rollup_minute SET most = value + abs(value) * (abs(hashtext(entity || bucket)) % 5) / 32;
            UPDATE rollup_hour SET most = value + abs(value) * (abs(hashtext(entity || bucket)) % 5) / 32;
            UPDATE rollup_day SET most = value + abs(value) * (abs(hashtext(entity || bucket)) % 5) / 32;
            ANALYZE;
            """);
    }

    @AfterAll
    void close() {
        buckets.close();
        weir.close();
    }

    private static List<RangePart> range(String from, String to) {
        return RangePart.of(
                new TreeSet<>(EnumSet.allOf(RollupStep.class)),
                Instant.parse("2026-03-" + from + ":00Z"),
                Instant.parse("2026-03-" + to + ":00Z"));
    }

    @ParameterizedTest
    @CsvSource({
        "clicks, 01T00:00, 04T00:00, 10",
        "clicks, 01T00:07, 03T22:41, 10",
        "clicks, 02T10:00, 02T11:00, 3",
        "clicks, 02T10:02, 02T10:03, 200",
        "clicks, 01T00:00, 04T00:00, 400",
        "balance, 01T00:00, 04T00:00, 10",
        "balance, 01T05:21, 03T05:21, 7",
        "balance, 01T00:00, 04T00:00, 300"
    })
    void theGreatestAreThoseThatAddingUpEveryMinuteFinds(String measure, String from, String to, int limit)
            throws SQLException {
        Greatest greatest = buckets.greatest("links", measure, range(from, to), limit);
        Greatest added;
        try (PostgresBuckets others = weir.buckets(settings(1, Duration.ofSeconds(10)))) {
            added = others.greatest("links", measure, range(from, to), limit);
        }

        List<String> expected =
                database.query("SELECT sum(value) FROM rollup_minute AS r JOIN rollup_measure AS m ON m.id = r.measure"
                        + " WHERE stream = 'links' AND m.measure = '" + measure
                        + "' AND bucket >= '2026-03-"
                        + from + "Z' AND bucket < '2026-03-" + to + "Z' GROUP BY entity ORDER BY 1 DESC LIMIT "
                        + limit);
        assertThat(greatest.readAll()).isFalse();
        assertThat(added.readAll()).isTrue();
        assertThat(List.of(greatest, added))
                .allSatisfy(found -> assertThat(found.entities())
                        .extracting(ranked -> ranked.value().toPlainString())
                        .isEqualTo(expected));
    }

    @Test
    void streamsAndMeasuresAreApart() {
        assertThat(buckets.greatest("others", "clicks", range("01T00:00", "01T05:00"), 5)
                        .entities())
                .containsExactly(new RankedEntity("e1", new BigDecimal(1_000_000)));
        assertThat(buckets.greatest("others", "none", range("01T00:00", "01T05:00"), 5)
                        .entities())
                .isEmpty();
    }

    @Test
    void anEntitysValuesStandAtTheirBuckets() throws SQLException {
        Map<Instant, BigDecimal> days = buckets.values(
                "links", "clicks", "e3", new RangePart(RollupStep.DAY, FIRST_DAY, FIRST_DAY.plus(Duration.ofDays(2))));

        assertThat(days.keySet()).containsExactlyInAnyOrder(FIRST_DAY, FIRST_DAY.plus(Duration.ofDays(1)));
        assertThat(days.get(FIRST_DAY))
                .isEqualTo(new BigDecimal(database.number("SELECT sum(value) FROM rollup_minute WHERE entity = 'e3' AND"
                        + " bucket < '2026-03-02Z' AND measure = (SELECT id FROM rollup_measure WHERE stream = 'links'"
                        + " AND measure = 'clicks')")));
        RangePart later = new RangePart(RollupStep.DAY, FIRST_DAY, FIRST_DAY.plus(Duration.ofDays(9)));
        assertThat(buckets.values("links", "clicks", "nobody", later)).isEmpty();
    }

    @Test
    void aQuestionThatTakesTooLongIsGivenUp() throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                PostgresBuckets hurried = weir.buckets(settings(LARGE, Duration.ofMillis(100)))) {
            connection.setAutoCommit(false);
            statement.execute("LOCK TABLE rollup_hour IN ACCESS EXCLUSIVE MODE");

            assertThatThrownBy(() -> hurried.greatest("links", "clicks", range("01T00:00", "01T05:00"), 5))
                    .isInstanceOfSatisfying(
                            QueryFailure.class,
                            failure -> assertThat(failure.reason()).isEqualTo(QueryFailure.Reason.TOO_SLOW));
            connection.rollback();
        }
    }

    @Test
    void aDatabaseThatIsAwayIsSaidToBe() {
        PostgresBuckets closed = weir.buckets(settings(LARGE, Duration.ofSeconds(1)));
        closed.close();

        assertThatThrownBy(() -> closed.greatest("links", "clicks", range("01T00:00", "01T05:00"), 5))
                .isInstanceOfSatisfying(
                        QueryFailure.class,
                        failure -> assertThat(failure.reason()).isEqualTo(QueryFailure.Reason.UNAVAILABLE));
    }
}
