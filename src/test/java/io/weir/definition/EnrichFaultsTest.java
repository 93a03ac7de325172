package io.weir.definition;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnrichFaultsTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        enrich = [user-agents]         |                          | enrich             | names "user-agents", which is not known       | did you mean user-agent?
        enrich = []                    |                          | enrich             | is empty                                      | remove the key
        enrich = [bot, bot]            |                          | enrich             | names bot twice                               | once
        enrich = 7                     |                          | enrich             | is the number 7                               | write a string
        enrich = [referrer]            |                          | enrich             | reads the field referrer, and none is declared | enrich { referrer = field }
        enrich = [country]             | address = text, country = text | enrich       | reads the field address of type text          | of type ip
        enrich = [country]             | address = ip             | enrich             | fills the fields country, and none is declared | of type text
        enrich = [utm]                 | url = text               | enrich             | fills the fields utm_source, utm_medium       | declare those that you want
        enrich { bot = agent }         |                          | enrich.bot         | is "agent", which is no field                 | use one of
        enrich { bots = user_agent }   |                          | enrich.bots        | is not a known key                            | did you mean bot?
        enrich = [user-agent]          | browser = long           | enrich             | fills the field browser of type long          | of type text
        enrich = [user-agent]          | os = { type = text, default = x } | enrich    | which is required or has a default            | remove required and default
        enrich = [bot]                 | x = { type = text, transient = true } | fields | the transient field x, which nothing in enrich reads | remove transient
        enrich { bot = id }            | id = { type = text, required = true, transient = true } | fields | the transient field id, which does not come into the log | what enrich makes
        key = os, enrich = [user-agent] | os = text               | key                | is the field os, which user-agent fills       | another field
        enrich = [bot]                 | x = { type = long, default = "$address" } | fields.x.default | is the string "$address"      | write an integer
        """)
    void aFaultNamesItsKeyAndItsRemedy(String enrich, String fields, String key, String problem, String remedy) {
        List<DefinitionFault> faults =
                parse(enrich, fields == null ? "" : fields).faults();
        assertThat(faults).as(faults.toString()).hasSize(1);
        DefinitionFault fault = faults.getFirst();
        assertThat(fault.key()).isEqualTo("weir.streams.s." + key);
        assertThat(fault.problem()).contains(problem);
        assertThat(fault.remedy()).contains(remedy);
    }

    @Test
    void aConditionOfACounterIsCheckedAsOneOfRowsIs() {
        assertThat(parse("where { is_bots = false }", "").faults())
                .extracting(DefinitionFault::key)
                .containsExactly("weir.streams.s.counters[0].where.is_bots");
        assertThat(parse("where { is_bot = [null] }", "").faults())
                .extracting(DefinitionFault::problem)
                .containsExactly("is a list of null alone");
        assertThat(parse("where { is_bot = null }", "").faults())
                .extracting(DefinitionFault::problem)
                .containsExactly("is null");
        assertThat(parse("where { is_bot = [false, null] }", "").faults()).isEmpty();
    }

    @Test
    void whatIsComputedIsInTheOrderInWhichItIsNeeded() {
        StreamDefinition definition = parse(
                        "enrich { anonymous-ip = ip, country = ip, bot = ua }", "ip = ip, ua = text, country = text")
                .definitions()
                .getFirst();
        assertThat(definition.enrichments())
                .extracting(Enrichment::kind)
                .containsExactly(EnrichmentKind.BOT, EnrichmentKind.COUNTRY, EnrichmentKind.ANONYMOUS_IP);
    }

    private static DefinitionParser.Parsed parse(String line, String fields) {
        boolean isRule = line.startsWith("where");
        String text = """
            weir.streams.s {
              fields { id = { type = text, required = true }, user_agent = text, is_bot = boolean, %s }
              entity = id
              counters = [{ table = t, key { id = id }, set { n = count }, %s }]
              %s
            }
            """.formatted(fields, isRule ? line : "", isRule ? "" : line);
        return DefinitionFiles.parseAll(
                List.of(new DefinitionFiles.Text("a.conf", text)),
                ConfigFactory.parseResources("defaults.conf").getConfig("weir.stream-defaults"));
    }
}
