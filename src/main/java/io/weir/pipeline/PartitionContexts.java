package io.weir.pipeline;

import io.micrometer.core.instrument.MeterRegistry;
import io.weir.definition.StreamDefinition;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What each partition works with, made when it is first asked for: a stream may get others at any time. Thread-safe. */
public final class PartitionContexts {
    /** Makes a partition's context. */
    public interface Factory {
        PartitionContext create(StreamDefinition definition, int partition, PartitionStatus status, EntryDelays delays);
    }

    private record Name(String stream, int partition) {}

    private final Map<String, StreamDefinition> definitions;
    private final Factory factory;
    private final Map<String, EntryDelays> delays = new HashMap<>();
    private final ConcurrentMap<Name, PartitionContext> contexts = new ConcurrentHashMap<>();
    private final List<PartitionStatus> statuses = new CopyOnWriteArrayList<>();

    /** Those of some streams, with the meters of each; what they run at this moment has a context at once. */
    public PartitionContexts(List<StreamDefinition> definitions, MeterRegistry meters, Factory factory) {
        this.definitions = definitions.stream().collect(Collectors.toMap(StreamDefinition::name, Function.identity()));
        this.factory = factory;
        for (StreamDefinition definition : definitions) {
            PipelineMeters.register(meters, definition.name());
            delays.put(definition.name(), new EntryDelays(meters, definition.name()));
            for (int partition : definition.layout().running()) {
                var _ = of(definition.name(), partition);
            }
        }
    }

    /** The definition of a stream; null when there is none. */
    public @Nullable StreamDefinition definition(String stream) {
        return definitions.get(stream);
    }

    /** A partition's. */
    public PartitionContext of(String stream, int partition) {
        return contexts.computeIfAbsent(new Name(stream, partition), name -> {
            StreamDefinition definition = definitions.get(stream);
            if (definition == null) {
                throw new IllegalArgumentException("there is no stream " + stream);
            }
            PartitionStatus status = new PartitionStatus(stream, partition);
            statuses.add(status);
            return factory.create(definition, partition, status, Objects.requireNonNull(delays.get(stream)));
        });
    }

    /** What is to be seen of all of them; it grows when a stream gets others. */
    public List<PartitionStatus> statuses() {
        return statuses;
    }
}
