package io.weir.definition;

import java.time.Duration;
import java.util.List;

/**
 * How Weir itself tells an event that comes again, in streams without an {@link StreamDefinition#arbiter}.
 *
 * @param fields those whose values together count once, such as a story and a visitor; empty when an event's key is its
 *     sender's
 * @param window how long that holds: with fields exactly so long, for a sender's keys at least
 */
public record Dedup(List<Field> fields, Duration window) {
    public Dedup {
        fields = List.copyOf(fields);
    }

    /** Whether what is in an event says whether it counts, and not what its sender says. */
    public boolean isByFields() {
        return !fields.isEmpty();
    }
}
