package io.weir.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.definition.RollupStep;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import java.nio.file.Files;
import java.sql.Connection;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The checker on a real database: silent about what is exact, and red on every loss and double that is planted. */
class CheckerTest {
    private static final int EVENTS = 100;
    private static final int REFUSED = EVENTS;
    private static final int UNKNOWN = EVENTS + 1;

    private final Ledger ledger = Ledger.inMemory();
    private final PostgresTestDatabase database = PostgresForTests.freshDatabase();

    /** Of each stream 100 accepted events, which are stored, one that was refused and one of which nobody knows. */
    @BeforeEach
    void storeWhatWasAccepted() throws Exception {
        StringBuilder setup = new StringBuilder(Files.readString(Site.HOME.resolve("tables.sql")));
        for (EventStream stream : EventStream.ALL) {
            ledger.settle(stream, ledger.send(stream, EVENTS), EVENTS, Outcome.ACCEPTED);
            ledger.settle(stream, ledger.send(stream, 1), 1, Outcome.REFUSED);
            ledger.send(stream, 1);
            for (int event = 0; event < EVENTS; event++) {
                setup.append(storing(stream, event));
            }
        }
        database.execute(setup.toString());
    }

    @Test
    void whatIsExactIsFoundExact() throws Exception {
        Verdict verdict = check();
        assertThat(verdict.isExact()).as("%s", verdict).isTrue();
        assertThat(verdict.events()).isEqualTo(3L * EVENTS);
    }

    @Test
    void anUnknownEventMayBeStoredOrNot() throws Exception {
        for (EventStream stream : EventStream.ALL) {
            store(stream, UNKNOWN);
        }
        assertThat(check().isExact()).isTrue();
    }

    @Test
    void aRowThatIsMissingWithItsCountIsALoss() throws Exception {
        database.execute("DELETE FROM chaos_plain WHERE seq = 7");
        count(EventStream.PLAIN, 7, -1);
        assertThat(check().lost()).isEqualTo(1);
    }

    @Test
    void aRowThatIsMissingThoughItIsCountedIsALossAndADouble() throws Exception {
        database.execute("DELETE FROM chaos_keyed WHERE seq = 7");
        assertThat(check()).returns(1L, Verdict::lost).returns(1L, Verdict::doubled);
    }

    @Test
    void aRowThatIsThereTwiceIsADouble() throws Exception {
        store(EventStream.PLAIN, 7);
        assertThat(check()).returns(0L, Verdict::lost).returns(1L, Verdict::doubled);
    }

    @Test
    void anEventThatIsCountedTwiceIsADouble() throws Exception {
        for (EventStream stream : EventStream.ALL) {
            // two: one may be the unknown event's, which counters alone can't tell
            count(stream, 7, 2);
        }
        assertThat(check().lost()).isZero();
        assertThat(check().doubled()).isBetween(5L, 6L);
    }

    @Test
    void anEventThatIsNotCountedIsALoss() throws Exception {
        for (EventStream stream : EventStream.ALL) {
            count(stream, 7, -1);
        }
        assertThat(check()).returns(3L, Verdict::lost).returns(0L, Verdict::doubled);
    }

    @Test
    void anAmountThatIsWrongIsFound() throws Exception {
        database.execute("UPDATE chaos_clicks SET amount = amount + 1000 WHERE id = 'e" + EventStream.entity(7) + "'");
        assertThat(check().isExact()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(RollupStep.class)
    void anEventThatIsRolledUpTwiceIsADouble(RollupStep step) throws Exception {
        for (EventStream stream : EventStream.ALL) {
            database.execute(rollingUp(stream, step, 7, 1));
        }
        assertThat(check()).returns(0L, Verdict::lost).returns(3L, Verdict::doubled);
    }

    @ParameterizedTest
    @EnumSource(RollupStep.class)
    void anEventThatIsCountedAndNotRolledUpIsALoss(RollupStep step) throws Exception {
        for (EventStream stream : EventStream.ALL) {
            database.execute(rollingUp(stream, step, 7, -1));
        }
        assertThat(check()).returns(3L, Verdict::lost).returns(0L, Verdict::doubled);
    }

    @Test
    void anAmountThatIsRolledUpWronglyIsFound() throws Exception {
        database.execute("UPDATE rollup_day SET value = value + 1 WHERE measure IN"
                + " (SELECT id FROM rollup_measure WHERE stream = 'chaos-plain' AND measure = 'amount')");
        assertThat(check().isExact()).isFalse();
    }

    @Test
    void anEventThatWasRefusedMustNotBeStored() throws Exception {
        store(EventStream.PLAIN, REFUSED);
        assertThat(check().doubled()).isEqualTo(1);
    }

    @Test
    void anEventThatNobodySentMustNotBeStored() throws Exception {
        store(EventStream.KEYED, 5_000);
        assertThat(check().doubled()).isEqualTo(1);
    }

    @Test
    void aDeadLetterStandsForARow() throws Exception {
        for (EventStream stream : EventStream.ALL) {
            if (stream.hasRows()) {
                database.execute("DELETE FROM " + stream.rows() + " WHERE seq = 7");
            }
            count(stream, 7, -1);
            bury(stream, 7, 0);
        }
        assertThat(check().isExact()).isTrue();
    }

    @Test
    void aDeadLetterBesideARowOrAnotherOneIsADouble() throws Exception {
        bury(EventStream.PLAIN, 7, 0);
        bury(EventStream.CLICKS, 8, 0);
        bury(EventStream.CLICKS, 8, 1);
        // the click is counted, too
        assertThat(check().doubled()).isBetween(2L, 3L);
    }

    @Test
    void anExcusedEventMayBeMissingUnlessItsCommitWasConfirmed() throws Exception {
        ledger.settle(EventStream.PLAIN, 8, 1, Outcome.COMMITTED);
        for (int event = 7; event <= 8; event++) {
            ledger.excuse(EventStream.PLAIN, event);
            database.execute("DELETE FROM chaos_plain WHERE seq = " + event);
            count(EventStream.PLAIN, event, -1);
        }
        assertThat(check().lost()).isEqualTo(1);
    }

    @Test
    void onlyThatNothingWasTakenCountsAsRefused() {
        assertThat(HttpSender.outcome(503, "\"type\":\"urn:weir:problem:unavailable\""))
                .isEqualTo(Outcome.REFUSED);
        assertThat(HttpSender.outcome(503, "\"type\":\"urn:weir:problem:unknown\""))
                .isEqualTo(Outcome.UNKNOWN);
        assertThat(HttpSender.outcome(503, "\"type\":\"urn:weir:problem:not-yet-committed\""))
                .isEqualTo(Outcome.ACCEPTED);
        assertThat(HttpSender.outcome(503, "The server was not able to produce a timely response"))
                .isEqualTo(Outcome.UNKNOWN);
        assertThat(HttpSender.outcome(500, "")).isEqualTo(Outcome.UNKNOWN);
    }

    private Verdict check() throws Exception {
        try (Connection connection = database.connect()) {
            return Checker.check(connection, ledger, Map.of());
        }
    }

    private void store(EventStream stream, int event) throws Exception {
        database.execute(storing(stream, event));
    }

    private static String storing(EventStream stream, int event) {
        String row = stream.hasRows()
                ? "INSERT INTO " + stream.rows() + " (seq, entity, amount) VALUES (" + event + ", 'e"
                        + EventStream.entity(event) + "', " + EventStream.amount(event) + ");"
                : "";
        return row + counting(stream, event, 1);
    }

    private void count(EventStream stream, int event, int times) throws Exception {
        database.execute(counting(stream, event, times));
    }

    /** In its counters and in the rollups of each step. */
    private static String counting(EventStream stream, int event, int times) {
        String rollups = Arrays.stream(RollupStep.values())
                .map(step -> rollingUp(stream, step, event, times))
                .collect(Collectors.joining());
        return rollups + "INSERT INTO " + stream.counters() + " AS t (id, events, amount) VALUES ('e"
                + EventStream.entity(event)
                + "', " + times + ", " + times * EventStream.amount(event)
                + ") ON CONFLICT (id) DO UPDATE SET events = t.events + EXCLUDED.events,"
                + " amount = t.amount + EXCLUDED.amount;";
    }

    private static String rollingUp(EventStream stream, RollupStep step, int event, int times) {
        return "INSERT INTO rollup_measure (stream, measure) VALUES ('" + stream.key() + "', 'events'), ('"
                + stream.key() + "', 'amount') ON CONFLICT DO NOTHING;" + "INSERT INTO rollup_" + step.label()
                + " AS t (measure, entity, bucket, value) SELECT id, 'e" + EventStream.entity(event)
                // of different buckets
                + "', timestamptz '2026-01-01' + interval '1 " + step.label() + "' * " + event % 5
                + ", CASE measure WHEN 'events' THEN " + times + " ELSE " + times * EventStream.amount(event)
                + " END FROM rollup_measure WHERE stream = '" + stream.key()
                + "' ON CONFLICT (measure, entity, bucket) DO UPDATE SET value = t.value + EXCLUDED.value;";
    }

    private void bury(EventStream stream, int event, int index) throws Exception {
        database.execute(
                "INSERT INTO dead_letter (stream, partition, entry, index, raw, reason) VALUES ('" + stream.key()
                        + "', 0, '1-" + event + "', " + index + ", convert_to('" + EventStream.json(event, true)
                        + "', 'UTF8'), 'planted')");
    }
}
