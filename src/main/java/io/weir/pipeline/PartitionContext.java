package io.weir.pipeline;

import io.micrometer.core.instrument.MeterRegistry;
import io.weir.definition.StreamDefinition;
import io.weir.event.EventReader;
import io.weir.log.EventLog;
import io.weir.log.PartitionReader;
import io.weir.settings.PipelineSettings;
import io.weir.store.PartitionStore;

/**
 * What the actors of one partition work with.
 *
 * @param owner names this process in the cursor's row
 */
public record PartitionContext(
        StreamDefinition definition,
        int partition,
        String owner,
        EventLog log,
        PartitionStore store,
        EventReader eventReader,
        PipelineSettings settings,
        PartitionStatus status,
        MeterRegistry meters) {

    PartitionReader openReader() {
        return log.reader(definition, partition);
    }

    /** Counts something that happened to this stream, {@code name} as in {@code weir.pipeline.restarts}. */
    void count(String name) {
        meters.counter(name, "stream", definition.name()).increment();
    }

    @Override
    public String toString() {
        return definition.name() + "/" + partition;
    }
}
