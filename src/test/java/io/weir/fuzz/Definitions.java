package io.weir.fuzz;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.weir.definition.DefinitionFiles;
import io.weir.definition.DefinitionParser;
import io.weir.definition.StreamDefinition;
import java.util.List;

/** The streams that are fuzzed. */
final class Definitions {
    static final Config DEFAULTS = ConfigFactory.parseResources("defaults.conf").getConfig("weir.stream-defaults");

    static final String TEXT = """
        weir.streams.every-type {
          partitions = 3
          ingest { path = "/api/v1/every", body = [object, array, envelope, ndjson], items = items }
          fields {
            id = { type = text, required = true, max-length = 2000 }
            number = { type = long, min = -5, max = 1000 }
            ratio = { type = double, min = -1.5 }
            flag = boolean
            at = { type = timestamp, default = now }
            uid = uuid
            own = text
            link = { type = url, max-length = 6000 }
            address = ip
            extra = { type = json, max-length = 3000 }
            note = { type = text, default = none }
            amount = long
            weight = double
          }
          entity = id
          key = own
          counters = [{ table = t, key { id = id }, set { n = count, total = "sum(amount)", w = "sum(weight)" } }]
          rows = [{ table = r, columns { k = "$key", id = id } }]
        }
        """;

    static final String LINES = """
        weir.streams.lines {
          ingest { body = [access-log, object] }
          fields {
            address = ip
            visitor = text
            timestamp = timestamp
            method = text
            path = { type = text, required = true }
            protocol = text
            status = long
            bytes = long
            referrer = text
            user_agent = text
          }
          entity = path
          counters = [{ table = t, key { id = path }, set { n = count, bytes = "sum(bytes)" } }]
          rows = [{ table = r, columns { k = "$key" } }]
        }
        """;

    private Definitions() {}

    static StreamDefinition parse(String text) {
        DefinitionParser.Parsed parsed =
                DefinitionFiles.parseAll(List.of(new DefinitionFiles.Text("fuzz.conf", text)), DEFAULTS);
        if (!parsed.faults().isEmpty()) {
            throw new IllegalArgumentException(parsed.faults().toString());
        }
        return parsed.definitions().getFirst();
    }
}
