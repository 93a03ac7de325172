package io.weir.http;

import io.weir.definition.StreamDefinition;
import io.weir.event.EventReader;
import io.weir.event.InvalidEventException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The streams that have counters, by their names. */
final class CountedStreams {
    private final Map<String, StreamDefinition> definitions = new HashMap<>();
    private final Map<String, EventReader> readers = new HashMap<>();

    CountedStreams(Collection<StreamDefinition> definitions) {
        for (StreamDefinition definition : definitions) {
            if (definition.entity() != null && !definition.counters().isEmpty()) {
                this.definitions.put(definition.name(), definition);
                readers.put(definition.name(), new EventReader(definition));
            }
        }
    }

    @Nullable
    StreamDefinition find(String name) {
        return definitions.get(name);
    }

    /** An entity of a part of a path, in the type of its field; refuses what can't be one, and names the field. */
    Object entity(StreamDefinition definition, String text) {
        EventReader reader = readers.get(definition.name());
        if (reader == null) {
            throw new IllegalArgumentException(definition.name() + " counts nothing");
        }
        try {
            return reader.parseEntity(text);
        } catch (InvalidEventException invalid) {
            String field =
                    definition.entity() == null ? null : definition.entity().name();
            throw new Refusal(RefusalReason.INVALID_PARAMETER, "\"" + text + "\": " + invalid.getMessage(), -1, field);
        }
    }
}
