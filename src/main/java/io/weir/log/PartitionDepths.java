package io.weir.log;

import io.weir.definition.StreamDefinition;
import org.jspecify.annotations.Nullable;

/**
 * The depth of partitions that run here and elsewhere. Every node needs the depth of the whole stream, which decides
 * whether it takes events; its figures are those of the partitions that it runs. Thread-safe; nothing in it blocks.
 */
public interface PartitionDepths {
    /** Notes whether the partition runs in this process. */
    void runs(StreamDefinition definition, int partition, boolean here);

    /** Whether any partition of the stream runs in this process. */
    boolean runsAny(StreamDefinition definition);

    /** Accepted and uncommitted events of the stream's partitions that run in this process. */
    long depthHere(StreamDefinition definition);

    /** What this process knows of a partition that it runs, for nodes that don't; null until that is counted. */
    @Nullable
    Uncommitted uncommitted(StreamDefinition definition, int partition);

    /** Takes what the node says that runs the partition; ignored when that is this process. */
    void uncommittedElsewhere(StreamDefinition definition, int partition, Uncommitted known);
}
