package io.weir.http;

import io.weir.definition.Field;
import io.weir.definition.StreamDefinition;
import io.weir.event.ValueText;
import io.weir.query.RolledUpStream;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.jspecify.annotations.Nullable;

/** The streams whose rollups can be asked, by their names. */
final class QueryStreams {
    private final Set<String> all = new HashSet<>();
    private final Map<String, RolledUpStream> rolledUp = new HashMap<>();
    private final CountedStreams counted;

    QueryStreams(Collection<StreamDefinition> definitions, Collection<RolledUpStream> rolledUp) {
        definitions.forEach(definition -> all.add(definition.name()));
        rolledUp.forEach(stream -> this.rolledUp.put(stream.definition().name(), stream));
        this.counted = new CountedStreams(
                rolledUp.stream().map(RolledUpStream::definition).toList());
    }

    /** One of them; null when there is none, and {@link #missing} says why. */
    @Nullable
    RolledUpStream find(String name) {
        return rolledUp.get(name);
    }

    HttpResponse missing(String name) {
        String why = all.contains(name)
                ? "the stream " + name + " keeps no rollups; write rollups = [minute, hour, day] into its definition"
                : "there is no stream " + name;
        return Problem.of(404, "Not Found", why).response();
    }

    /** An entity as rollups name it, of a path's segment. */
    String entity(RolledUpStream stream, String segment) {
        StreamDefinition definition = stream.definition();
        Field field = Objects.requireNonNull(definition.entity(), "rollups need an entity");
        return ValueText.of(field.type(), counted.entity(definition, segment));
    }
}
