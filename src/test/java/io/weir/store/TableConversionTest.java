package io.weir.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.definition.DayPartitioning;
import io.weir.definition.DefinitionFault;
import io.weir.definition.RowTable;
import io.weir.definition.StreamDefinition;
import io.weir.event.EntryId;
import io.weir.event.Event;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A table that holds rows already when its definition begins to want days. */
class TableConversionTest {
    private static final LocalDate TODAY = LocalDate.parse("2023-11-15");
    private static final StreamDefinition BEFORE = definition(null);
    private static final StreamDefinition DEFINITION = definition(new DayPartitioning("at", null, 3));

    private final StoreFixture fixture = new StoreFixture(DEFINITION);

    private static StreamDefinition definition(@Nullable DayPartitioning partition) {
        return StoreFixture.stream("views", List.of(), List.of(TablePartitionsTest.rows(partition)));
    }

    @BeforeEach
    void createTable() throws SQLException {
        fixture.database.execute(
                "CREATE TABLE day_views (event_key text UNIQUE, path text DEFAULT '/', bytes bigint CHECK (bytes >= 0),"
                        + " at timestamptz, gone int, note text);"
                        + " ALTER TABLE day_views DROP COLUMN gone;"
                        + " COMMENT ON TABLE day_views IS 'of''mine'; COMMENT ON COLUMN day_views.path IS 'the path';"
                        + " CREATE INDEX day_views_path ON day_views (path);"
                        + " CREATE INDEX day_views_late ON day_views (at DESC) WHERE bytes > 5");
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    private Map<String, String> divide() throws SQLException {
        return fixture.weir.divideTables(List.of(DEFINITION), TODAY);
    }

    private static CommitOutcome.Committed commit(PartitionStore store, StoreFixture fixture, EntryId from, Event event)
            throws SQLException {
        CommitOutcome outcome = store.commit(fixture.window(store.start("one").epoch(), from, List.of(event)));
        assertThat(outcome).isInstanceOf(CommitOutcome.Committed.class);
        return (CommitOutcome.Committed) outcome;
    }

    @Test
    void rowsIndexesRightsAndCommentsAreKept() throws SQLException {
        String user = "bi_" + fixture.database.url().replaceFirst(".*/", "");
        fixture.database.execute("INSERT INTO day_views (event_key, path, bytes, at, note) SELECT 'k' || i, '/' || i %"
                + " 7, i, timestamptz '2023-11-15 12:00+00' - i * interval '1 hour', 'n' || i FROM generate_series(1,"
                + " 1000) i; INSERT INTO day_views (path, at) VALUES ('/null', NULL), ('/far', '9999-01-01'), ('/next',"
                + " '2023-11-16 00:00:00+00'), ('/last',"
                + " '2023-11-15 23:59:59.999999+00'); CREATE"
                + " ROLE"
                + " " + user + " LOGIN; GRANT SELECT ON day_views TO " + user);
        List<String> before = fixture.database.query("SELECT * FROM day_views ORDER BY path, event_key");

        assertThat(divide()).isEmpty();
        assertThat(divide()).as("a second time").isEmpty();

        assertThat(fixture.database.query("SELECT * FROM day_views ORDER BY path, event_key"))
                .isEqualTo(before);
        assertThat(fixture.database.query("SELECT tableoid::regclass, count(*) FROM day_views GROUP BY 1 ORDER BY 1"))
                .containsExactlyInAnyOrder("day_views_before_20231116|1001", "day_views_default|3");
        assertThat(fixture.database.query("SELECT indexrelid::regclass FROM pg_index"
                        + " WHERE indrelid = 'day_views'::regclass ORDER BY indexrelid::regclass::text"))
                .containsExactly("day_views_late", "day_views_path");
        assertThat(fixture.database.number(
                        "SELECT count(*) FROM pg_index" + " WHERE indrelid = 'day_views_before_20231116'::regclass"))
                .as("the old ones are taken, not built anew")
                .isEqualTo(2);
        assertThat(fixture.database.query("SELECT obj_description('day_views'::regclass, 'pg_class'),"
                        + " col_description('day_views'::regclass, 2), has_table_privilege('" + user
                        + "', 'day_views', 'SELECT'), has_table_privilege('" + user + "', 'day_views', 'INSERT')"))
                .containsExactly("of'mine|the path|t|f");
        fixture.weir.keepDays(DEFINITION.rows().getFirst(), TODAY);
        assertThat(fixture.database.query("SELECT tableoid::regclass FROM day_views WHERE path = '/next'"))
                .containsExactly("day_views_20231116");
        fixture.database.execute("INSERT INTO day_views (bytes, at) VALUES (1, '2023-11-17')");
        assertThat(fixture.database.query("SELECT path FROM day_views WHERE at = '2023-11-17'"))
                .containsExactly("/");
    }

    @Test
    void keysThatTheTableKnewAreKnownAfterwards() throws SQLException {
        Event known = fixture.view("known", "/a", 1L);
        EntryId cursor = known.entryId();
        try (StoreFixture earlier = new StoreFixture(BEFORE, fixture.database)) {
            assertThat(commit(earlier.store(), earlier, EntryId.ZERO, known).applied())
                    .isEqualTo(1);
        }
        fixture.database.execute("INSERT INTO day_views (event_key) VALUES (NULL), ('schlüssel')");
        assertThat(divide()).isEmpty();
        PartitionStore store = fixture.store();
        for (String key : List.of("known", "schlüssel")) {
            Event again = fixture.view(key, "/a", 1L);
            assertThat(commit(store, fixture, cursor, again).deduplicated()).isEqualTo(1);
            cursor = again.entryId();
        }
        assertThat(commit(store, fixture, cursor, fixture.view("new", "/a", 1L)).applied())
                .isEqualTo(1);
        assertThat(fixture.database.number("SELECT count(*) FROM day_views")).isEqualTo(4);
    }

    @Test
    void aTableWhoseDefinitionWantsNoDaysGoesOnAsItIs() throws SQLException {
        assertThat(fixture.weir.divideTables(List.of(BEFORE), TODAY)).isEmpty();
        assertThat(fixture.database.query("SELECT relkind FROM pg_class WHERE relname = 'day_views'"))
                .containsExactly("r");
        assertThat(fixture.weir.check(List.of(BEFORE)).faults()).isEmpty();
    }

    @Test
    void whatWouldBeLostStopsTheConversionAndTheStart() throws SQLException {
        for (String[] obstacle : new String[][] {
            {"CREATE VIEW report AS SELECT path FROM day_views", "the view report reads it", "DROP VIEW report"},
            {
                "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
                        + " CREATE TRIGGER watch AFTER INSERT ON day_views EXECUTE FUNCTION f()",
                "the trigger watch",
                "DROP TRIGGER watch ON day_views"
            },
            {
                "ALTER TABLE day_views ADD id bigserial",
                "the column id has rights, a sequence or an expression of its own",
                "ALTER TABLE day_views DROP id"
            },
            {
                "CREATE UNIQUE INDEX own ON day_views (path, bytes)",
                "the index own is unique or excludes",
                "DROP INDEX own"
            },
            {"CREATE TABLE part () INHERITS (day_views)", "it inherits, or is inherited from", "DROP TABLE part"},
            {"CREATE PUBLICATION pub FOR TABLE day_views", "the publication pub", "DROP PUBLICATION pub"}
        }) {
            fixture.database.execute(obstacle[0]);
            assertThat(divide()).as(obstacle[0]).isEqualTo(Map.of("day_views", obstacle[1]));
            fixture.database.execute(obstacle[2]);
        }
        fixture.database.execute("CREATE VIEW report AS SELECT path FROM day_views");
        assertThat(fixture.weir.check(List.of(DEFINITION), divide()).faults())
                .extracting(DefinitionFault::toString)
                .containsExactly("conf/streams/views.conf: weir.streams.views.rows[0].partition: day_views can't be"
                        + " divided into days: the view report reads it; remove what stands in the way, or divide it"
                        + " yourself, or remove partition");
        fixture.database.execute("DROP VIEW report");
        assertThat(divide()).isEmpty();
        assertThat(fixture.weir.check(List.of(DEFINITION)).faults()).isEmpty();
    }

    @Test
    void aTableThatIsDividedInAnotherWayIsAFaultAndSoIsADefinitionThatDoesNotKnowOfIt() throws SQLException {
        assertThat(divide()).isEmpty();
        assertThat(fixture.weir.check(List.of(BEFORE)).faults())
                .singleElement()
                .extracting(DefinitionFault::remedy)
                .asString()
                .contains("say partition { by = at }");
        StreamDefinition other = StoreFixture.stream(
                "other", List.of(), List.of(TablePartitionsTest.rows(new DayPartitioning("at", 5, 3))));
        assertThat(fixture.weir.check(List.of(DEFINITION, other)).faults())
                .extracting(DefinitionFault::problem)
                .containsExactly("day_views is divided in another way by another definition");
        fixture.database.execute(
                "DROP TABLE day_views; CREATE TABLE day_views (event_key text, path text, bytes bigint,"
                        + " at timestamptz) PARTITION BY RANGE (path)");
        assertThat(divide()).isEmpty();
        assertThat(fixture.weir.check(List.of(DEFINITION)).faults())
                .extracting(DefinitionFault::problem)
                .containsExactly("day_views is divided in another way than by ranges of at");
    }

    @Test
    void aTableInAnotherSchemaIsDividedThere() throws SQLException {
        fixture.database.execute("CREATE SCHEMA raw; ALTER TABLE day_views SET SCHEMA raw");
        RowTable rows = TablePartitionsTest.rows(new DayPartitioning("at", null, 1));
        RowTable inSchema = new RowTable("raw.day_views", rows.columns(), null, rows.partition());
        StreamDefinition definition = StoreFixture.stream("views", List.of(), List.of(inSchema));
        assertThat(fixture.weir.divideTables(List.of(definition), TODAY)).isEmpty();
        fixture.weir.keepDays(inSchema, TODAY);
        assertThat(fixture.weir.check(List.of(definition)).faults()).isEmpty();
        assertThat(fixture.database.query("SELECT relname FROM pg_class WHERE relnamespace = 'raw'::regnamespace"
                        + " AND relkind IN ('r', 'p') ORDER BY 1"))
                .containsExactly("day_views", "day_views_20231116", "day_views_before_20231116", "day_views_default");
    }

    @Test
    void aTableThatAnotherDividedWithItsOwnPartsGetsDaysWhereItHasNone() throws SQLException {
        fixture.database.execute(
                "DROP TABLE day_views; CREATE TABLE day_views (event_key text, path text, bytes bigint,"
                        + " at timestamptz) PARTITION BY RANGE (at); CREATE TABLE november PARTITION OF day_views"
                        + " FOR VALUES FROM ('2023-11-01 00:00:00+00') TO ('2023-11-17 00:00:00+00')");
        fixture.weir.keepDays(
                new RowTable(
                        "day_views", DEFINITION.rows().getFirst().columns(), null, new DayPartitioning("at", 1, 2)),
                LocalDate.parse("2023-11-16"));
        assertThat(parts())
                .containsExactly("day_views_20231117", "day_views_20231118", "day_views_default", "november");
        fixture.weir.keepDays(
                new RowTable(
                        "day_views", DEFINITION.rows().getFirst().columns(), null, new DayPartitioning("at", 1, 2)),
                LocalDate.parse("2023-12-16"));
        assertThat(parts()).as("what Weir did not create, it does not drop").contains("november");
    }

    private List<String> parts() throws SQLException {
        return Stream.concat(
                        Stream.<String>empty(),
                        fixture
                                .database
                                .query("SELECT inhrelid::regclass FROM pg_inherits"
                                        + " WHERE inhparent = 'day_views'::regclass ORDER BY inhrelid::regclass::text")
                                .stream())
                .toList();
    }
}
