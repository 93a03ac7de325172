package io.weir.live;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/**
 * What may leave a node, as Jackson CBOR under the names below. A name that nodes of an earlier version know is never given
 * to anything else.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "message")
@JsonSubTypes({
    @JsonSubTypes.Type(value = PartitionQuery.ReadCounts.class, name = "read-counts"),
    @JsonSubTypes.Type(value = PartitionQuery.AwaitCommit.class, name = "await-commit"),
    @JsonSubTypes.Type(value = PartitionQuery.ReadBuffered.class, name = "read-buffered"),
    @JsonSubTypes.Type(value = PartitionQuery.ReadDepth.class, name = "read-depth"),
    @JsonSubTypes.Type(value = PartitionQuery.RefreshCounts.class, name = "refresh-counts"),
    @JsonSubTypes.Type(value = PartitionAnswer.Buffered.class, name = "buffered"),
    @JsonSubTypes.Type(value = PartitionAnswer.Committed.class, name = "committed"),
    @JsonSubTypes.Type(value = PartitionAnswer.Depth.class, name = "depth"),
    @JsonSubTypes.Type(value = LiveCounts.Found.class, name = "counts"),
    @JsonSubTypes.Type(value = LiveCounts.Unavailable.class, name = "counts-unavailable"),
    @JsonSubTypes.Type(value = NodeQuery.ReadFigures.class, name = "read-figures"),
    @JsonSubTypes.Type(value = NodeFigures.class, name = "figures"),
})
public sealed interface WireMessage permits PartitionQuery, PartitionAnswer, LiveCounts, NodeQuery, NodeFigures {}
