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

    private DefinitionHome() {}

    /** Writes one definition into the home's conf/streams. */
    static void write(Path home, String definition) throws IOException {
        Path streams = Files.createDirectories(home.resolve("conf/streams"));
        Files.writeString(streams.resolve("test.conf"), definition);
    }
}
