package io.weir.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.definition.Aggregate;
import io.weir.definition.ColumnSource;
import io.weir.definition.Counter;
import io.weir.definition.CounterColumn;
import io.weir.definition.DefinitionFault;
import io.weir.definition.OnMissing;
import io.weir.definition.RowColumn;
import io.weir.definition.RowTable;
import io.weir.definition.StreamDefinition;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

class SchemaCheckTest {
    private static List<DefinitionFault> check(PostgresTestDatabase database, StreamDefinition... definitions)
            throws SQLException {
        return check(database.url(), definitions);
    }

    private static List<DefinitionFault> check(String url, StreamDefinition... definitions) throws SQLException {
        try (Database weir = Database.open(PostgresForTests.settings(url), new SimpleMeterRegistry())) {
            return weir.check(List.of(definitions)).faults();
        }
    }

    private static StreamDefinition counting(String table, String key, OnMissing onMissing) {
        return StoreFixture.stream(
                "s",
                List.of(new Counter(
                        table,
                        key,
                        onMissing,
                        List.of(
                                new CounterColumn("views", Aggregate.COUNT, null),
                                new CounterColumn("last_viewed", Aggregate.MAX, StoreFixture.AT)))),
                List.of());
    }

    @Test
    void definitionsThatFitHaveNoFault() throws SQLException {
        assertThat(check(
                        PostgresForTests.freshDatabase(),
                        StoreFixture.pageViews(),
                        StoreFixture.pagesOnly(OnMissing.DEAD_LETTER)))
                .isEmpty();
    }

    @Test
    void everyFaultIsReportedAtOnceWithFileKeyAndRemedy() throws SQLException {
        PostgresTestDatabase database = PostgresForTests.freshDatabase();
        database.execute("CREATE TABLE odd (path text, views text, last_viewed timestamp, must integer NOT NULL)");
        List<DefinitionFault> faults = check(
                database,
                counting("odd", "path", OnMissing.INSERT),
                counting("nowhere", "path", OnMissing.INSERT),
                counting("pages", "nope", OnMissing.INSERT));
        assertThat(faults).extracting(DefinitionFault::file).containsOnly("conf/streams/s.conf");
        assertThat(faults)
                .extracting(fault -> fault.key() + ": " + fault.problem())
                .containsExactlyInAnyOrder(
                        "weir.streams.s.counters[0].key.path: column path of odd is no primary key and has no unique"
                                + " index, so a counter could stand in several rows",
                        "weir.streams.s.counters[0].set.views: column views of odd is text, which does not hold it",
                        "weir.streams.s.counters[0].set.last_viewed: column last_viewed of odd is timestamp without"
                                + " time zone, which does not hold it",
                        "weir.streams.s.counters[0].table: column must of odd is NOT NULL without a default, and this"
                                + " definition does not set it",
                        "weir.streams.s.counters[0].table: there is no table nowhere in the database",
                        "weir.streams.s.counters[0].key.nope: table pages has no column nope",
                        "weir.streams.s.counters[0].table: column path of pages is NOT NULL without a default, and"
                                + " this definition does not set it");
        assertThat(faults)
                .extracting(DefinitionFault::remedy)
                .contains(
                        "ALTER TABLE \"odd\" ADD UNIQUE (\"path\")",
                        "make it bigint (or integer, numeric, smallint)",
                        "make it timestamp with time zone");
    }

    @Test
    void aColumnThatMustBeSetIsNoFaultWhereRowsAreNotInserted() throws SQLException {
        PostgresTestDatabase database = PostgresForTests.freshDatabase();
        database.execute("CREATE TABLE mine (path text PRIMARY KEY, views bigint, last_viewed timestamptz,"
                + " title text NOT NULL)");
        assertThat(check(database, counting("mine", "path", OnMissing.SKIP))).isEmpty();
        assertThat(check(database, counting("mine", "path", OnMissing.INSERT))).hasSize(1);
    }

    @Test
    void aKeyColumnThatDecidesNeedsAUniqueIndexOfItsOwn() throws SQLException {
        PostgresTestDatabase database = PostgresForTests.freshDatabase();
        database.execute("CREATE TABLE plain (k text, path text, UNIQUE (k, path))");
        RowTable rows = new RowTable(
                "plain",
                List.of(
                        new RowColumn("k", new ColumnSource.Key()),
                        new RowColumn("path", new ColumnSource.OfField(StoreFixture.PATH))),
                null);
        assertThat(check(database, StoreFixture.stream("s", List.of(), List.of(rows))))
                .extracting(DefinitionFault::key)
                .containsExactly("weir.streams.s.rows[0].columns.k");
        database.execute("CREATE UNIQUE INDEX ON plain (k) WHERE k > 'a'");
        assertThat(check(database, StoreFixture.stream("s", List.of(), List.of(rows))))
                .hasSize(1);
        database.execute("CREATE UNIQUE INDEX ON plain (k)");
        assertThat(check(database, StoreFixture.stream("s", List.of(), List.of(rows))))
                .isEmpty();
    }

    @Test
    void generatedColumnsViewsAndOtherSchemasAreSeen() throws SQLException {
        PostgresTestDatabase database = PostgresForTests.freshDatabase();
        database.execute(
                "CREATE SCHEMA \"My Schema\"; CREATE TABLE \"My Schema\".\"Odd.Table\" (\"The Path\" text PRIMARY"
                        + " KEY, views bigint GENERATED ALWAYS AS (1) STORED, last_viewed timestamptz);"
                        + " CREATE VIEW looks AS SELECT * FROM pages");
        assertThat(check(database, counting("My Schema.Odd.Table", "The Path", OnMissing.INSERT)))
                .extracting(DefinitionFault::problem)
                .containsExactly("column views of My Schema.Odd.Table is generated by the database");
        assertThat(check(database, counting("looks", "path", OnMissing.INSERT)))
                .extracting(DefinitionFault::problem)
                .containsExactly("looks is not a table");
    }

    @Test
    void missingRightsAreNamed() throws SQLException {
        PostgresTestDatabase database = PostgresForTests.freshDatabase();
        String user = "reader_" + database.url().substring(database.url().lastIndexOf('/') + 1);
        database.execute("CREATE ROLE " + user + " LOGIN; GRANT SELECT, UPDATE (views) ON pages TO " + user);
        assertThat(check(database.url().replace("postgres@", user + "@"), counting("pages", "path", OnMissing.INSERT)))
                .extracting(DefinitionFault::problem)
                .containsExactlyInAnyOrder(
                        "this user has no right to INSERT column path of pages",
                        "this user has no right to INSERT column views of pages",
                        "this user has no right to INSERT, UPDATE column last_viewed of pages");
    }
}
