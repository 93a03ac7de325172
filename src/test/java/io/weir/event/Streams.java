package io.weir.event;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.weir.definition.DefinitionFiles;
import io.weir.definition.DefinitionParser;
import io.weir.definition.StreamDefinition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Definitions for the tests of this package. */
final class Streams {
    static final Config DEFAULTS = ConfigFactory.parseResources("defaults.conf").getConfig("weir.stream-defaults");

    /** One field of every type, with bounds where there are any. */
    static final StreamDefinition EVERY_TYPE = parse("""
        weir.streams.every-type {
          fields {
            id = { type = text, required = true, max-length = 20 }
            number = { type = long, min = -5, max = 1000 }
            ratio = { type = double, min = -1.5, max = 1e12 }
            flag = boolean
            at = { type = timestamp, default = now, min = "2000-01-01T00:00:00Z" }
            uid = uuid
            link = { type = url, max-length = 60 }
            address = ip
            extra = { type = json, max-length = 100 }
            note = { type = text, default = none }
            amount = long
          }
          entity = id
          key = uid
          counters = [{ table = t, key { id = id }, set { n = count, total = "sum(amount)" } }]
          rows = [{ table = r, columns { k = "$key", id = id } }]
        }\
        """);

    private Streams() {}

    static StreamDefinition parse(String text) {
        DefinitionParser.Parsed parsed =
                DefinitionFiles.parseAll(List.of(new DefinitionFiles.Text("test.conf", text)), DEFAULTS);
        if (!parsed.faults().isEmpty()) {
            throw new IllegalArgumentException(parsed.faults().toString());
        }
        return parsed.definitions().getFirst();
    }

    /** A definition that ships. */
    static StreamDefinition preset(String name) {
        try {
            return parse(Files.readString(Path.of("conf/streams", name + ".conf")));
        } catch (IOException problem) {
            throw new UncheckedIOException(problem);
        }
    }
}
