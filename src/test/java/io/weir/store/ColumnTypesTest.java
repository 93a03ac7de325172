package io.weir.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.definition.Aggregate;
import io.weir.definition.BodyForm;
import io.weir.definition.ColumnSource;
import io.weir.definition.Condition;
import io.weir.definition.Counter;
import io.weir.definition.CounterColumn;
import io.weir.definition.Dedup;
import io.weir.definition.Field;
import io.weir.definition.FieldType;
import io.weir.definition.IngestSettings;
import io.weir.definition.OnMissing;
import io.weir.definition.RowColumn;
import io.weir.definition.RowTable;
import io.weir.definition.StreamDefinition;
import io.weir.definition.WindowSettings;
import io.weir.event.EntityDelta;
import io.weir.event.EntryId;
import io.weir.event.Event;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Every type of field and every source of a column, on its way into the database and back. */
class ColumnTypesTest {
    private static final UUID DEVICE = UUID.fromString("f81d4fae-7dec-11d0-a765-00a0c91e6bf6");
    private static final long MICROS =
            Instant.parse("1999-12-31T23:59:59.123456Z").getEpochSecond() * 1_000_000 + 123_456;
    private static final EntryId ENTRY = new EntryId(1_700_000_000_123L, 7);

    private static final List<Field> FIELDS = List.of(
            StoreFixture.field(0, "device", FieldType.UUID),
            StoreFixture.field(1, "text", FieldType.TEXT),
            StoreFixture.field(2, "number", FieldType.LONG),
            StoreFixture.field(3, "amount", FieldType.DOUBLE),
            StoreFixture.field(4, "flag", FieldType.BOOLEAN),
            StoreFixture.field(5, "at", FieldType.TIMESTAMP),
            StoreFixture.field(6, "url", FieldType.URL),
            StoreFixture.field(7, "ip", FieldType.IP),
            StoreFixture.field(8, "json", FieldType.JSON));

    private static StreamDefinition definition(List<Counter> counters, List<RowTable> rows) {
        return new StreamDefinition(
                "all",
                "all.conf",
                "all",
                1,
                1_000,
                new WindowSettings(10, 10, Duration.ofSeconds(1)),
                Duration.ofMinutes(1),
                new IngestSettings(null, Set.of(BodyForm.OBJECT), null),
                FIELDS,
                FIELDS.getFirst(),
                null,
                counters,
                rows,
                new Dedup(List.of(), Duration.ofDays(2)));
    }

    private static Event event(int index, @Nullable String key, @Nullable Object... values) {
        return new Event(ENTRY, index, values, key, "{}".getBytes(StandardCharsets.UTF_8));
    }

    private static Event full(int index, @Nullable String key, String text) {
        return event(index, key, DEVICE, text, 5L, 1.5, true, MICROS, "https://a.b/c", "2001:db8::1", "{\"a\":[1]}");
    }

    private static CommitOutcome.Committed commit(
            PostgresTestDatabase database, StreamDefinition definition, List<Event> events) throws SQLException {
        try (Database weir = Database.open(database.settings(), new SimpleMeterRegistry())) {
            SchemaCheck.Result check = weir.check(List.of(definition));
            assertThat(check.faults()).isEmpty();
            PartitionStore store = weir.partitionStore(definition, 0, check.catalog());
            PartitionStore.Started started = store.start("test");
            List<EntityDelta> deltas = new ArrayList<>();
            if (!definition.counters().isEmpty()) {
                EntityDelta delta = new EntityDelta(definition.counters(), DEVICE);
                events.forEach(delta::add);
                deltas.add(delta);
            }
            EntryId to = new EntryId(started.cursor().millis() + ENTRY.millis(), 0);
            CommitOutcome outcome = store.commit(new WindowCommit(
                    started.epoch(), started.windows(), started.cursor(), to, 0, events, List.of(), deltas));
            assertThat(outcome).isInstanceOf(CommitOutcome.Committed.class);
            if (!definition.counters().isEmpty()) {
                Object[] read = store.readCounts(DEVICE).values()[0];
                assertThat(read)
                        .isEqualTo(
                                Objects.requireNonNull(((CommitOutcome.Committed) outcome)
                                        .totals()
                                        .get(DEVICE))[0]);
            }
            return (CommitOutcome.Committed) outcome;
        }
    }

    private static RowColumn of(String column, int field) {
        return new RowColumn(column, new ColumnSource.OfField(FIELDS.get(field)));
    }

    @Test
    void everyValueArrivesAsItIs() throws SQLException {
        PostgresTestDatabase database = PostgresForTests.freshDatabase();
        database.execute(
                "CREATE TABLE raw (k uuid UNIQUE, device uuid, text varchar(20), number integer, amount numeric,"
                        + " flag boolean, at timestamptz, url text, ip inet, json jsonb, entry text, index smallint,"
                        + " received timestamptz)");
        RowTable rows = new RowTable(
                "raw",
                List.of(
                        new RowColumn("k", new ColumnSource.Key()),
                        of("device", 0),
                        of("text", 1),
                        of("number", 2),
                        of("amount", 3),
                        of("flag", 4),
                        of("at", 5),
                        of("url", 6),
                        of("ip", 7),
                        of("json", 8),
                        new RowColumn("entry", new ColumnSource.Entry()),
                        new RowColumn("index", new ColumnSource.Index()),
                        new RowColumn("received", new ColumnSource.Received())),
                null);
        StreamDefinition definition = definition(List.of(), List.of(rows));
        List<Event> events = List.of(
                full(0, "key", "häß\"lich,{}\\ 🦆"),
                event(1, null, null, null, null, null, null, null, null, null, null));
        commit(database, definition, events);
        String key = UUID.nameUUIDFromBytes("all\0key".getBytes(StandardCharsets.UTF_8))
                .toString();
        assertThat(database.query("SELECT k, device, text, number, amount, flag, at AT TIME ZONE 'UTC', url, ip, json,"
                        + " entry, index, received AT TIME ZONE 'UTC' FROM raw ORDER BY index"))
                .containsExactly(
                        key + "|" + DEVICE + "|häß\"lich,{}\\ 🦆|5|1.5|t|1999-12-31 23:59:59.123456|https://a.b/c"
                                + "|2001:db8::1|{\"a\": [1]}|1700000000123-7|0|2023-11-14 22:13:20.123",
                        "||||||||||1700000000123-7|1|2023-11-14 22:13:20.123");
        assertThat(commit(database, definition, events.subList(0, 1)).deduplicated())
                .isEqualTo(1);
    }

    @Test
    void aTableTakesOnlyTheEventsThatMeetItsConditionAndNeverADuplicate() throws SQLException {
        PostgresTestDatabase database = PostgresForTests.freshDatabase();
        database.execute("CREATE TABLE every (k text UNIQUE, text text); CREATE TABLE ducks (k text, text text)");
        RowTable every =
                new RowTable("every", List.of(new RowColumn("k", new ColumnSource.Key()), of("text", 1)), null);
        RowTable ducks = new RowTable(
                "ducks",
                List.of(new RowColumn("k", new ColumnSource.Key()), of("text", 1)),
                new Condition(List.of(new Condition.Term(FIELDS.get(1), List.of("duck", "drake")))));
        StreamDefinition definition = definition(List.of(), List.of(ducks, every));
        List<Event> events = List.of(full(0, "a", "duck"), full(1, "b", "goose"), full(2, "c", "drake"));
        commit(database, definition, events.subList(0, 2));
        CommitOutcome.Committed second = commit(database, definition, events);
        assertThat(second.applied()).isEqualTo(1);
        assertThat(database.query("SELECT k FROM every ORDER BY k")).containsExactly("a", "b", "c");
        assertThat(database.query("SELECT k FROM ducks ORDER BY k")).containsExactly("a", "c");
    }

    @Test
    void everyAggregateGrowsAndComesBackAsItsType() throws SQLException {
        PostgresTestDatabase database = PostgresForTests.freshDatabase();
        database.execute("CREATE TABLE \"Devices\" (\"The Id\" text PRIMARY KEY, n integer, total numeric(12, 2), low"
                + " timestamptz, high text, flag boolean, seen uuid, first double precision)");
        Counter counter = new Counter(
                "Devices",
                "The Id",
                OnMissing.INSERT,
                List.of(
                        new CounterColumn("n", Aggregate.COUNT, FIELDS.get(2)),
                        new CounterColumn("total", Aggregate.SUM, FIELDS.get(3)),
                        new CounterColumn("low", Aggregate.MIN, FIELDS.get(5)),
                        new CounterColumn("high", Aggregate.MAX, FIELDS.get(1)),
                        new CounterColumn("flag", Aggregate.LAST, FIELDS.get(4)),
                        new CounterColumn("seen", Aggregate.LAST, FIELDS.get(0)),
                        new CounterColumn("first", Aggregate.MIN, FIELDS.get(3))));
        StreamDefinition definition = definition(List.of(counter), List.of());
        CommitOutcome.Committed first = commit(
                database,
                definition,
                List.of(
                        event(0, null, DEVICE, "b", null, 1.25, null, MICROS, null, null, null),
                        event(1, null, DEVICE, "Z", 3L, 2.5, true, MICROS + 1, null, null, null)));
        assertThat(Objects.requireNonNull(first.totals().get(DEVICE))[0])
                .containsExactly(1L, 3.75, MICROS, "b", true, DEVICE, 1.25);
        CommitOutcome.Committed second = commit(
                database,
                definition,
                List.of(event(2, null, DEVICE, null, 1L, null, false, MICROS - 1, null, null, null)));
        assertThat(Objects.requireNonNull(second.totals().get(DEVICE))[0])
                .containsExactly(2L, 3.75, MICROS - 1, "b", false, DEVICE, 1.25);
    }
}
