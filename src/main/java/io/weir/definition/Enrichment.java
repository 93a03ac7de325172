package io.weir.definition;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a stream has computed of each event before it is appended to the log.
 *
 * @param input the field that it reads, and changes where it has no outputs
 * @param outputs the fields that it fills, whatever a client sent in them, by their names
 */
public record Enrichment(EnrichmentKind kind, Field input, Map<String, Field> outputs) {
    public Enrichment {
        outputs = Map.copyOf(outputs);
    }

    /** The field that takes this output; null when the stream has no use for it. */
    public @Nullable Field output(String name) {
        return outputs.get(name);
    }
}
