package io.weir.definition;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DefinitionFaultsTest {
    private static final Config DEFAULTS =
            ConfigFactory.parseResources("defaults.conf").getConfig("weir.stream-defaults");

    /** Line 3 of each definition is the one under test. */
    private static final String VALID = """
        weir.streams.s {
          fields { id = { type = text, required = true }, n = long, u = uuid, d = double, j = json, t = timestamp }

          entity = id
          counters = [{ table = t, key { id = id }, set { n = count } }]
          rows = [{ table = r, columns { k = "$key" } }]
        }\
        """;

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        partition = 2                            | partition               | is not a known key                          | did you mean partitions?
        partitions = 0                           | partitions              | is 0                                        | from 1 to 256
        partitions = 257                         | partitions              | is 257                                      | from 1 to 256
        partitions = 1.5                         | partitions              | is the number 1.5                           | write a whole number
        partitions = many                        | partitions              | is the string "many"                        | write a whole number
        max-depth = 0                            | max-depth               | is 0                                        | at least 1
        max-depth = []                           | max-depth               | is a list                                   | write a whole number
        retention = 0s                           | retention               | is the string "0s"                          | longer than zero
        retention = 15                           | retention               | is the number 15                            | with its unit
        retention = "15"                         | retention               | is the string "15"                          | with its unit
        retention = soon                         | retention               | is the string "soon"                        | with its unit
        compress = 5                             | compress                | is the number 5                             | true or false
        redis-key = ""                           | redis-key               | is not a usable key                         | 1 to 512
        redis-key = 5                            | redis-key               | is the number 5                             | write a string
        window = 5                               | window                  | is the number 5                             | write an object
        window { max-event = 5 }                 | window.max-event        | is not a known key                          | did you mean max-events?
        window { max-events = 0 }                | window.max-events       | is 0                                        | from 1 to 1000000
        window { max-events = 9, max-events-behind = 8 } | window.max-events-behind | less than max-events = 9           | at least max-events
        window { max-delay = -1s }               | window.max-delay        | is the string "-1s"                         | longer than zero
        window { offset = 0s }                   | window.offset           | is the string "0s"                          | longer than zero
        window { max-delay = 1s, offset = 1001ms } | window.offset         | is 1001 ms, longer than max-delay = 1000 ms | at most max-delay
        window { max-delay = 169h }              | window.max-delay        | is longer than 7 days                       | shorten it
        window { cron = "61 * * * *" }           | window.cron             | is "61 * * * *"                             | minute, hour
        window { cron = "* * *" }                | window.cron             | is "* * *"                                  | minute, hour
        window { cron = "* * * * *", offset = 1s } | window.offset         | no meaning beside cron                      | remove one
        ingest { path = "/{id}/view" }           | ingest.path             | would take everything                       | a plain segment
        ingest { path = "/a/{n}/view" }          | ingest.path             | no usable path                              | or {id} once
        ingest { path = "/a/{id}/{id}" }         | ingest.path             | no usable path                              | or {id} once
        ingest { error = " " }                   | ingest.error            | is empty                                    | or remove it
        ingest { path = "/api/cron/x" }          | ingest.path             | Weir itself answers /api/cron/              | choose another
        ingest { paths = "/a" }                  | ingest.paths            | is not a known key                          | did you mean path?
        ingest { path = "a" }                    | ingest.path             | no usable path                              | begin with a slash
        ingest { path = "/a/" }                  | ingest.path             | no usable path                              | end without
        ingest { path = "/a?b" }                 | ingest.path             | no usable path                              | begin with a slash
        ingest { path = "/a/../b" }              | ingest.path             | no usable path                              | begin with a slash
        ingest { path = "/health" }              | ingest.path             | Weir itself answers /health                 | choose another
        ingest { path = "/metrics/x" }           | ingest.path             | Weir itself answers /metrics                | choose another
        ingest { path = "/api/v1/streams/x" }    | ingest.path             | Weir itself answers /api/v1/streams/        | choose another
        ingest { path = "/api/admin" }           | ingest.path             | Weir itself answers /api/admin/             | choose another
        ingest { path = "/p.gif" }               | ingest.path             | Weir itself answers /p.gif                  | choose another
        ingest { pixel = maybe }                 | ingest.pixel            | is the string "maybe"                       | true or false
        ingest { privacy-signals = honor }       | ingest.privacy-signals  | is "honor"                                  | did you mean honour?
        ingest { pixel = true }, fields { key = text } | ingest.pixel      | can't fill the field key                    | rename the field
        ingest { body = objekt }                 | ingest.body             | "objekt" is no body form                    | did you mean object?
        ingest { body = [] }                     | ingest.body             | is empty                                    | use one of
        ingest { body = [1] }                    | ingest.body             | holds the number 1                          | list of strings
        ingest { body = envelope }               | ingest.items            | is missing                                  | items = events
        ingest { items = events }                | ingest.items            | no meaning without an envelope              | add envelope
        ingest { body = envelope, items = n }    | ingest.items            | is the name of a field, too                 | rename the field
        ingest { body = access-log }             | ingest.body             | access-log fills no field                   | declare some of: address, visitor
        fields { x = txt }                       | fields.x                | is "txt"                                    | did you mean text?
        fields { x = { type = txt } }            | fields.x.type           | is "txt"                                    | did you mean text?
        fields { x = { required = true } }       | fields.x.type           | is missing                                  | use one of: boolean
        fields { x = 5 }                         | fields.x                | is the number 5                             | write its type
        fields { "1x" = text }                   | fields.1x               | is not a field's name                       | no digit first
        fields { x = { type = text, requird = true } }  | fields.x.requird | is not a known key                          | did you mean required?
        fields { x = { type = text, required = 1 } }    | fields.x.required | is the number 1                            | write true or false
        fields { x = { type = text, min = 1 } }         | fields.x.min     | no meaning for type text                    | remove it
        fields { x = { type = long, max = high } }      | fields.x.max     | is the string "high"                        | write an integer
        fields { x = { type = long, min = 2, max = 1 } } | fields.x.min    | is greater than max                         | at most max
        fields { x = { type = long, max-length = 1 } }  | fields.x.max-length | no meaning for type long                 | remove it
        fields { x = { type = text, max-length = 0 } }  | fields.x.max-length | is 0                                     | from 1 to
        fields { x = { type = text, max-length = 1, default = ab } } | fields.x.default | longer than max-length = 1     | shorten it
        fields { x = { type = long, min = 1, default = 0 } }  | fields.x.default | is less than min                      | at least min
        fields { x = { type = double, max = 1, default = 2 } } | fields.x.default | is greater than max                  | at most max
        fields { x = { type = long, default = now } }    | fields.x.default | is the string "now"                        | write an integer
        fields { x = { type = text, default = 5 } }      | fields.x.default | is the number 5                            | write a string
        fields { x = { type = ip, default = host } }     | fields.x.default | is the string "host"                       | write an IPv4
        fields { x = { type = long, required = true, default = 1 } } | fields.x.default | can't apply                    | remove default
        entity = idd                             | entity                  | is "idd", which is no field                 | did you mean id?
        entity = d                               | entity                  | is the field d of type double               | ip, long, text, url, uuid
        entity = n                               | entity                  | which an event may leave out                | required = true or a default
        key = x                                  | key                     | is "x", which is no field                   | use one of
        key = d                                  | key                     | is the field d of type double               | long, text, uuid
        counters = []                            | counters                | is empty                                    | add a counter
        counters = 5                             | counters                | is the number 5                             | write a list
        counters = [5]                           | counters[0]             | is the number 5                             | write an object
        counters = [{ table = t, key { id = n }, set { n = count } }] | counters[0].key.id | the stream's entity is id   | write key { column = id }
        counters = [{ table = t, set { n = count } }] | counters[0].key    | is missing                                  | write key { column = id }
        counters = [{ table = t, key { a = id, b = id }, set { n = count } }] | counters[0].key | has 2 columns          | write key { column = id }
        counters = [{ table = t, key { id = id } }] | counters[0].set      | sets no column                              | sum(field)
        counters = [{ table = t, key { id = id }, set {} }] | counters[0].set | sets no column                           | sum(field)
        counters = [{ key { id = id }, set { n = count } }] | counters[0].table | is missing                             | name the table
        counters = [{ table = "a b", key { id = id }, set { n = count } }] | counters[0].table | no table's name           | schema.table
        counters = [{ table = t, key { id = id }, set { n = count }, on_missing = skip }] | counters[0].on_missing | is not a known key | did you mean on-missing?
        counters = [{ table = t, key { id = id }, set { n = count }, on-missing = skp }] | counters[0].on-missing | is "skp" | did you mean skip?
        counters = [{ table = t, key { id = id }, set { id = count } }] | counters[0].set.id | is the key's column        | another column
        counters = [{ table = t, key { id = id }, set { "a-b" = count } }] | counters[0].set.a-b | not a column's name    | underscores
        counters = [{ table = t, key { id = id }, set { n = "sum(id)" } }] | counters[0].set.n | sums the field id of type text | a long or a double
        counters = [{ table = t, key { id = id }, set { n = "max(id)" } }] | counters[0].set.n | is the max of the field id | a timestamp
        counters = [{ table = t, key { id = id }, set { n = "sum(m)" } }] | counters[0].set.n | aggregates "m", which is no field | use one of
        counters = [{ table = t, key { id = id }, set { n = "avg(n)" } }] | counters[0].set.n | no aggregate               | write sum(field)
        counters = [{ table = t, key { id = id }, set { n = sum } }] | counters[0].set.n | no aggregate                    | write sum(field)
        counters = [{ table = t, key { id = id }, set { n = 1 } }] | counters[0].set.n | is the number 1                   | write sum(field)
        counters = [{ table = t, key { id = id }, set { n = count } }, { table = t, key { id = id }, set { m = count } }] | counters[1].table | once more | into one counter
        rows = []                                | rows                    | is empty                                    | add a table
        rows = [{ columns { a = id } }]          | rows[0].table           | is missing                                  | name the table
        rows = [{ table = r }]                   | rows[0].columns         | names no column                             | column = field
        rows = [{ table = r, column { a = id } , columns { a = id } }] | rows[0].column | is not a known key             | did you mean columns?
        rows = [{ table = r, columns { a = ix } }] | rows[0].columns.a     | is "ix", which is no field                  | did you mean id?
        rows = [{ table = r, columns { a = "$keys" } }] | rows[0].columns.a | is "$keys", which is no field              | did you mean $key?
        rows = [{ table = r, columns { a = "$key", b = "$key" } }] | rows[0].columns.b | a second column               | keep one
        dedup { window = 1h }                    | dedup                   | the table r keeps "$key"                    | remove it
        rows = [{ table = r, columns { a = id }, when {} }] | rows[0].when | asks for nothing                            | take every event
        rows = [{ table = r, columns { a = id }, when { x = 1 } }] | rows[0].when.x | is no field                        | use one of
        rows = [{ table = r, columns { a = id }, when { n = one } }] | rows[0].when.n | is the string "one"              | write an integer
        rows = [{ table = r, columns { a = id }, when { n = [] } }] | rows[0].when.n | is an empty list                  | name a value
        rows = [{ table = r, columns { a = id }, when { j = "{}" } }] | rows[0].when.j | compares a field of type json   | is set
        """)
    void aFaultHasItsFileItsLineItsKeyAndItsRemedy(String line, String key, String problem, String remedy) {
        String definition = replaced(line);

        List<DefinitionFault> faults = parse("a.conf", definition).faults();

        assertThat(faults).hasSize(1);
        DefinitionFault fault = faults.getFirst();
        assertThat(fault.key()).isEqualTo("weir.streams.s." + key);
        assertThat(fault.problem()).contains(problem);
        assertThat(fault.remedy()).contains(remedy);
        assertThat(fault.file()).isEqualTo("a.conf:3");
    }

    /** The valid definition with a line in it instead of the one for the same key. */
    private static String replaced(String line) {
        String key = line.split("[ ={]+", 2)[0];
        StringBuilder text = new StringBuilder();
        for (String old : VALID.lines().toList()) {
            boolean same = old.trim().startsWith(key + " ") && !key.equals("fields");
            text.append(old.isEmpty() ? line : same ? "" : old).append('\n');
        }
        return text.toString();
    }

    @Test
    void theDefinitionThatIsVariedIsItselfWithoutFault() {
        assertThat(parse("a.conf", VALID).faults()).isEmpty();
    }

    @Test
    void everyFaultOfAFileIsToldAtOnce() {
        assertThat(parse("a.conf", replaced("partitions = 0, retention = 1, max-dept = 1, ingest { body = x }"))
                        .faults())
                .hasSize(4);
    }

    @Test
    void countersWantAnEntity() {
        assertThat(parse("a.conf", VALID.replace("entity = id", "")).faults())
                .extracting(DefinitionFault::problem)
                .containsExactly("is missing: there are counters");
    }

    @Test
    void aStreamThatWritesNothingIsAFault() {
        DefinitionFault fault = parse("a.conf", "weir.streams.s { fields { a = text } }")
                .faults()
                .getFirst();

        assertThat(fault.problem()).isEqualTo("writes nothing");
        assertThat(fault.toString())
                .isEqualTo("a.conf:1: weir.streams.s: writes nothing; add counters, or rows, or both");
    }

    @Test
    void aKeyNeedsNoTableAndIsKnownForTheTimeThatTheDefinitionSays() {
        String noRows = VALID.lines().filter(line -> !line.contains("rows")).reduce("", (a, b) -> a + b + "\n");
        String keyed = noRows.replace("entity = id", "entity = id, key = u");

        assertThat(parse("a.conf", keyed).faults()).isEmpty();
        assertThat(parse("a.conf", keyed).definitions().getFirst().dedup().window())
                .isEqualTo(Duration.ofDays(2));
        assertThat(parse("a.conf", keyed.replace("entity = id", "entity = id, dedup { window = 31d }"))
                        .definitions()
                        .getFirst()
                        .dedup()
                        .window())
                .isEqualTo(Duration.ofDays(31));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        dedup = 48h                | dedup        | write an object
        dedup { times = 4 }        | dedup.times  | use one of
        dedup { ttl = 48h }        | dedup.key    | those whose values together count once
        dedup { key = [], ttl = 48h } | dedup.key | those whose values together count once
        dedup { key = 1, ttl = 48h } | dedup.key  | in quotes
        dedup { key = [id, v], ttl = 48h } | dedup.key | use one of
        dedup { key = [id, j], ttl = 48h } | dedup.key | choose fields of type
        dedup { key = [id, id], ttl = 48h } | dedup.key | name it once
        dedup { key = [u], ttl = 48h } | dedup.key | name it, too
        dedup { key = [id, u] }    | dedup.ttl    | ttl = 24h
        dedup { key = [id, u], ttl = 745h } | dedup.ttl | shorten it
        dedup { key = [id, u], ttl = 1h, window = 1h } | dedup.window | use one of
        key = u, dedup { key = [id, u], ttl = 1h } | key | remove one of the two
        compress = true, dedup { key = [id, u], ttl = 1h } | compress | remove one of the two
        dedup { window = 48 }      | dedup.window | with its unit
        dedup { window = 745h }    | dedup.window | unique column
        """)
    void whatIsWrongWithADedupSectionIsNamed(String line, String key, String remedy) {
        List<DefinitionFault> faults = parse(
                        "a.conf",
                        VALID.replace("columns { k = \"$key\" }", "columns { k = u }")
                                .replace("entity = id", "entity = id\n" + line))
                .faults();

        assertThat(faults).extracting(DefinitionFault::key).containsExactly("weir.streams.s." + key);
        assertThat(faults.getFirst().remedy()).contains(remedy);
    }

    @Test
    void aPathThatAnswersWithACountNeedsOne() {
        String path = VALID.replace("entity = id", "entity = id\ningest { path = \"/v/{id}\" }");
        assertThat(parse("a.conf", path).faults()).isEmpty();
        assertThat(parse("a.conf", path.replace("n = count", "n = \"max(n)\"")).faults())
                .singleElement()
                .satisfies(fault -> assertThat(fault.problem()).contains("nothing is counted"))
                .satisfies(fault -> assertThat(fault.remedy()).contains("a sum of a long"));
    }

    @Test
    void aKeyWithADefaultIsAFault() {
        assertThat(parse(
                                "a.conf",
                                VALID.replace("entity = id", "entity = id, key = n")
                                        .replace("n = long", "n = { type = long, default = 1 }"))
                        .faults())
                .extracting(DefinitionFault::remedy)
                .containsExactly("remove the default");
    }

    @Test
    void anAccessLogGivesItsOwnFieldsInTheirOwnTypes() {
        List<DefinitionFault> faults = parse("a.conf", """
            weir.streams.s {
              ingest { body = [access-log, object] }
              fields {
                path = url
                other = { type = text, required = true }
                optional = text
              }
              rows = [{ table = r, columns { path = path } }]
            }\
            """).faults();

        assertThat(faults)
                .extracting(DefinitionFault::key)
                .containsExactly("weir.streams.s.fields.path", "weir.streams.s.fields.other");
        assertThat(faults.getFirst().problem()).isEqualTo("is of type url, but an access log gives text");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        a | a | redis-key = x1          | redis-key = x2 | weir.streams.a           | a stream of this name
        a | b | redis-key = x           | redis-key = x  | weir.streams.b.redis-key | the Redis key x
        a | b | redis-key = b           |                | weir.streams.b.redis-key | the Redis key b
        a | b | redis-key = "b:{1}"     | partitions = 2 | weir.streams.b.redis-key | the Redis key b:{1}
        a | b | ingest { path = "/x" }  | ingest { path = "/x" } | weir.streams.b.ingest.path | the path /x
        """)
    void whatOnlyOneStreamMayHaveNamesTheOther(
            String one, String other, String line, String otherLine, String key, String what) {
        String rest = ", fields { a = text }, rows = [{ table = t, columns { a = a } }] }";
        List<DefinitionFault> faults = DefinitionFiles.parseAll(
                        List.of(
                                new DefinitionFiles.Text("one.conf", "weir.streams." + one + " { " + line + rest),
                                new DefinitionFiles.Text(
                                        "two.conf",
                                        "weir.streams." + other + " { "
                                                + (otherLine == null ? "max-depth = 1" : otherLine) + rest)),
                        DEFAULTS)
                .faults();

        assertThat(faults).hasSize(1);
        assertThat(faults.getFirst().file()).isEqualTo("two.conf:1");
        assertThat(faults.getFirst().key()).isEqualTo(key);
        assertThat(faults.getFirst().problem())
                .isEqualTo(what + " is also that of weir.streams." + one + " in one.conf");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        weir.streams.A { fields { a = text } } | weir.streams.A | is not a stream's name
        weir.streams.a = 5                     | weir.streams.a | is the number 5
        weir.streams {}                        | weir.streams   | holds no stream
        ``                                     | weir.streams   | holds no stream
        weir.http.port = 1                     | weir.http      | is not a known key
        http.port = 1                          | http           | is not a known key
        weir.streams.a { fields {              | *              | xpecting
        weir.streams.a { x = ${nowhere} }      | *              | nowhere
        include "other.conf"                   | *              | can't include other files
        include file("other.conf")             | *              | can't include other files
        """)
    void aFileThatIsNoDefinitionIsAFault(String text, String key, String problem) {
        DefinitionFault fault = parse("a.conf", text).faults().getFirst();

        assertThat(fault.file()).startsWith("a.conf");
        assertThat(fault.key()).isEqualTo(key);
        assertThat(fault.problem()).contains(problem);
        assertThat(parse("a.conf", text).definitions()).isEmpty();
    }

    @Test
    void faultyDefaultsAreNamedAsWhatTheyAre() {
        DefinitionParser.Parsed parsed = DefinitionParser.parse(
                List.of(), ConfigFactory.parseString("retention = 0s").withFallback(DEFAULTS));

        assertThat(parsed.faults()).extracting(DefinitionFault::key).containsExactly("weir.stream-defaults.retention");
    }

    private static DefinitionParser.Parsed parse(String file, String text) {
        return DefinitionFiles.parseAll(List.of(new DefinitionFiles.Text(file, text)), DEFAULTS);
    }
}
