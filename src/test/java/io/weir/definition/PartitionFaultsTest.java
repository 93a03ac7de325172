package io.weir.definition;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a definition says of a table that is divided into days. */
class PartitionFaultsTest {
    private static final Config DEFAULTS =
            ConfigFactory.parseResources("defaults.conf").getConfig("weir.stream-defaults");

    private static DefinitionParser.Parsed parse(String partition, String table) {
        return DefinitionFiles.parseAll(
                List.of(new DefinitionFiles.Text("a.conf", """
                    weir.streams.s {
                      fields { id = text, at = { type = timestamp, required = true }, t = timestamp, n = { type = timestamp, default = now } }
                      rows = [{ table = %s, columns { k = "$key", id = id, at = at, t = t, n = n, r = "$received" }
                        partition %s }]
                    }
                    """.formatted(table, partition))), DEFAULTS);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        = daily                       |           | is the string "daily"                   | write an object
        { }                           | .by       | is missing                              | by = occurred_at
        { by = at, keep = 3d }        | .keep     | is not a known key                      | use one of
        { by = x }                    | .by       | is no column of this table              | one of
        { by = id }                   | .by       | holds no timestamp of the event         | a field of type timestamp
        { by = k }                    | .by       | holds no timestamp of the event         | a field of type timestamp
        { by = r }                    | .by       | holds no timestamp of the event         | a field of type timestamp
        { by = t }                    | .by       | whose field t an event may leave out    | required = true or default = now
        { by = at, retention = 36h }  | .retention | is no whole number of days             | as 90d
        { by = at, retention = 90 }   | .retention | is the number 90                       | with its unit
        { by = at, retention = 36501d } | .retention | is longer than 36500 days            | shorten it
        { by = at, ahead = 0d }       | .ahead    | longer than zero                        | with its unit
        { by = at, ahead = 32d }      | .ahead    | is longer than 31 days                  | shorten it
        """)
    void whatIsWrongIsNamed(String partition, String key, String problem, String remedy) {
        List<DefinitionFault> faults = parse(partition, "r").faults();
        assertThat(faults)
                .extracting(DefinitionFault::key)
                .containsExactly("weir.streams.s.rows[0].partition" + (key == null ? "" : key));
        assertThat(faults.getFirst().file()).startsWith("a.conf:");
        assertThat(faults.getFirst().problem() + "; " + faults.getFirst().remedy())
                .contains(problem.equals("longer than zero") ? "0d" : problem, remedy);
    }

    @Test
    void aTablesNameLeavesRoomForThatOfItsParts() {
        String longest = "x".repeat(47);
        assertThat(parse("{ by = at }", "raw." + longest).faults()).isEmpty();
        assertThat(parse("{ by = at }", longest + "x").faults())
                .extracting(DefinitionFault::toString)
                .containsExactly(
                        "a.conf:3: weir.streams.s.rows[0].table: is longer than 47 characters, which leaves its"
                                + " parts no name; shorten it, or remove partition");
    }

    @Test
    void daysAreKeptForEverUnlessTheDefinitionSaysHowLong() {
        assertThat(of("{ by = at }")).isEqualTo(new DayPartitioning("at", null, 3));
        assertThat(of("{ by = n, retention = 90d, ahead = 1d }")).isEqualTo(new DayPartitioning("n", 90, 1));
    }

    @Test
    void aTableOfDaysDoesNotDecideWhetherAKeyIsNew() {
        assertThat(parse("{ by = at }", "r").definitions().getFirst().arbiter()).isNull();
    }

    private static DayPartitioning of(String partition) {
        DefinitionParser.Parsed parsed = parse(partition, "r");
        assertThat(parsed.faults()).isEmpty();
        return Objects.requireNonNull(
                parsed.definitions().getFirst().rows().getFirst().partition());
    }
}
