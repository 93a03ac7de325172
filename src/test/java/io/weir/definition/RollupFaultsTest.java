package io.weir.definition;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a definition says of what is kept over time. */
class RollupFaultsTest {
    private static final Config DEFAULTS =
            ConfigFactory.parseResources("defaults.conf").getConfig("weir.stream-defaults");
    private static final String COUNTERS =
            "[{ table = pages, key { path = path }, set { views = count, bytes = \"sum(n)\", last = \"max(now)\" } }]";

    private static DefinitionParser.Parsed parse(String rollups, String counters) {
        return DefinitionFiles.parseAll(
                List.of(new DefinitionFiles.Text("a.conf", """
                    weir.streams.s {
                      fields { path = { type = text, required = true }, n = { type = long, default = 1 }, t = timestamp, now = { type = timestamp, default = now }, visitor = text, ok = boolean }
                      entity = path
                      rows = [{ table = r, columns { path = path } }]
                      counters = %s
                      rollups %s
                    }
                    """.formatted(counters, rollups))), DEFAULTS);
    }

    private static StreamDefinition good(String rollups, String counters) {
        DefinitionParser.Parsed parsed = parse(rollups, counters);
        assertThat(parsed.faults()).isEmpty();
        return parsed.definitions().getFirst();
    }

    private static Field field(StreamDefinition definition, String name) {
        return definition.fields().stream()
                .filter(field -> field.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        = [minute, week]                      |          | names "week", which is no step        | use one of: day, hour, minute
        = [hours]                             |          | names "hours", which is no step       | did you mean hour
        = [hour, hour]                        |          | names hour twice                      | name it once
        = []                                  |          | is empty                              | use one of
        = 5                                   |          | is the number 5                       | write a string
        { by = now }                          | .steps   | is missing                            | steps = [minute, hour, day]
        { steps = [], by = now }              | .steps   | is empty                              | use one of
        { steps = [day], every = 1d }         | .every   | is not a known key                    | use one of
        { steps = [day], by = later }         | .by      | is "later", which is no field         | use one of: n, now
        { steps = [day], by = n }             | .by      | is the field n of type long           | choose a field of type timestamp
        { steps = [day], by = t }             | .by      | the field t, which an event may leave out | required = true or default = now
        { steps = [day], uniques = visitors } | .uniques | is "visitors", which is no field      | did you mean visitor
        { steps = [day], uniques = ok }       | .uniques | is the field ok of type boolean       | choose a field of type ip, long, text, url or uuid
        """)
    void whatIsWrongIsNamed(String rollups, String key, String problem, String remedy) {
        List<DefinitionFault> faults = parse(rollups, COUNTERS).faults();
        assertThat(faults)
                .extracting(DefinitionFault::key)
                .containsExactly("weir.streams.s.rollups" + (key == null ? "" : key));
        assertThat(faults.getFirst().file()).isEqualTo("a.conf:6");
        assertThat(faults.getFirst().problem()).contains(problem);
        assertThat(faults.getFirst().remedy()).contains(remedy);
    }

    @Test
    void whereNothingGrowsThereIsNothingToKeep() {
        assertThat(parse("= [day]", "[{ table = pages, key { path = path }, set { last = \"max(now)\" } }]")
                        .faults())
                .extracting(DefinitionFault::toString)
                .containsExactly(
                        "a.conf:6: weir.streams.s.rollups: has nothing to keep: no counter sums or counts, and minima,"
                                + " maxima and last values are not kept over time; add a column with sum or count to a"
                                + " counter, or remove rollups");
    }

    @Test
    void theStepsStandFromTheFinestToTheCoarsest() {
        assertThat(good("= [day, minute]", COUNTERS).rollups())
                .isEqualTo(new Rollups(List.of(RollupStep.MINUTE, RollupStep.DAY), null, null));
        assertThat(good("= hour", COUNTERS).rollups().steps()).containsExactly(RollupStep.HOUR);
        StreamDefinition whole = good("{ steps = [hour], by = now, uniques = visitor }", COUNTERS);
        assertThat(whole.rollups())
                .isEqualTo(new Rollups(List.of(RollupStep.HOUR), field(whole, "now"), field(whole, "visitor")));
        assertThat(whole.rollups().uniquesName()).isEqualTo("uniques:visitor");
    }

    @Test
    void measuresAreTheColumnsThatGrowNamedWithTheirTableWhereThatIsNeeded() {
        assertThat(good("= [day]", COUNTERS).measures())
                .extracting(RollupMeasure::name)
                .containsExactly("bytes", "views");
        String two = "[{ table = pages, key { path = path }, set { views = count, last = \"max(now)\" } },"
                + " { table = site.all, key { path = path }, set { views = \"count(visitor)\", bytes = \"sum(n)\" } }]";
        assertThat(good("= [day]", two).measures())
                .extracting(RollupMeasure::name)
                .containsExactlyInAnyOrder("pages.views", "site.all.views", "bytes");
    }
}
