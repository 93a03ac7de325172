package io.weir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A home directory with definitions of a test's own. */
final class DefinitionHome {
    /** The inside of a definition that counts clicks as the shipped one does. */
    static final String LINK_CLICKS = """
        ingest { path = "/api/v1/clicks" }
        fields {
          linkId = { type = text, required = true }
          count = { type = long, default = 1 }
        }
        entity = linkId
        counters = [{ table = links, key { id = linkId }, set { clicks = "sum(count)" } }]
        """;

    /** The same as a whole stream of a Redis of its own, where a click counts for at most 1,000. */
    static final String LIMITED_CLICKS = """
        weir.streams.link-clicks {
          redis-key = clicks
          window { max-delay = 100ms }
          ingest { path = "/api/v1/clicks" }
          fields {
            linkId = { type = text, required = true, max-length = 20 }
            count = { type = long, default = 1, max = 1000 }
          }
          entity = linkId
          counters = [{ table = links, key { id = linkId }, set { clicks = "sum(count)" } }]
        }
        """;

    private DefinitionHome() {}

    /** Writes one definition into the home's conf/streams. */
    static void write(Path home, String definition) throws IOException {
        Path streams = Files.createDirectories(home.resolve("conf/streams"));
        Files.writeString(streams.resolve("test.conf"), definition);
    }
}
