package io.weir;

import com.fasterxml.jackson.core.JsonGenerator;
import io.weir.cluster.ClusterNode;
import io.weir.live.NodeFigures;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Writes what nodes tell: each node's own, and the sums over all of them. */
final class NodesJson {
    /** The status of a node that knows no cluster yet. */
    private static final String ALONE = "NotJoined";

    private record Placed(String node, NodeFigures.Partition partition) {}

    private final List<NodeFigures> told;
    private final Map<String, Placed> partitions = new HashMap<>();

    /** The first is of this node. */
    NodesJson(List<NodeFigures> told) {
        this.told = told;
        for (NodeFigures figures : told) {
            for (NodeFigures.Partition partition : figures.partitions()) {
                // for a moment, while it moves, there may be a second one
                partitions.putIfAbsent(
                        name(partition.stream(), partition.partition()), new Placed(figures.node(), partition));
            }
        }
    }

    private static String name(String stream, int partition) {
        return stream + "/" + partition;
    }

    /** Every node that this one knows, whether it has answered or not, as the member {@code nodes}. */
    void write(JsonGenerator json, List<ClusterNode.Node> members) throws IOException {
        List<ClusterNode.Node> nodes = new ArrayList<>(members);
        if (nodes.isEmpty()) {
            nodes.add(new ClusterNode.Node(told.getFirst().node(), ALONE, true));
        }
        json.writeArrayFieldStart("nodes");
        for (ClusterNode.Node node : nodes) {
            json.writeStartObject();
            json.writeStringField("node", node.address());
            json.writeStringField("status", node.status());
            json.writeBooleanField("reachable", node.reachable());
            NodeFigures figures = of(node.address());
            json.writeBooleanField("answers", figures != null);
            if (figures != null) {
                write(json, figures);
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private @Nullable NodeFigures of(String node) {
        return told.stream()
                .filter(figures -> figures.node().equals(node))
                .findFirst()
                .orElse(null);
    }

    private static void write(JsonGenerator json, NodeFigures figures) throws IOException {
        json.writeObjectField("redis", figures.redis());
        json.writeObjectField("database", figures.database());
        json.writeNumberField("accepted", sum(figures.streams(), NodeFigures.Stream::accepted));
        json.writeNumberField("committed", sum(figures.streams(), NodeFigures.Stream::committed));
        json.writeNumberField("depth", sum(figures.streams(), NodeFigures.Stream::depth));
        json.writeNumberField("partitions", figures.partitions().size());
        write(json, "stopped", figures, NodeFigures.Partition::stopped);
        write(json, "paused", figures, NodeFigures.Partition::paused);
        json.writeFieldName("alerts");
        json.writeRawValue(figures.alerts());
    }

    private static void write(
            JsonGenerator json, String name, NodeFigures figures, Predicate<NodeFigures.Partition> which)
            throws IOException {
        json.writeArrayFieldStart(name);
        for (NodeFigures.Partition partition : figures.partitions()) {
            if (which.test(partition)) {
                String trouble = partition.trouble() == null ? "" : ": " + partition.trouble();
                json.writeString(name(partition.stream(), partition.partition()) + trouble);
            }
        }
        json.writeEndArray();
    }

    /** A stream's sums, and what each node adds to them. */
    void writeStream(JsonGenerator json, String stream) throws IOException {
        List<NodeFigures.Stream> all = new ArrayList<>();
        json.writeArrayFieldStart("nodes");
        for (NodeFigures figures : told) {
            for (NodeFigures.Stream of : figures.streams()) {
                if (of.stream().equals(stream)) {
                    all.add(of);
                    json.writeStartObject();
                    json.writeStringField("node", figures.node());
                    json.writeNumberField("at", figures.at());
                    write(json, of);
                    json.writeEndObject();
                }
            }
        }
        json.writeEndArray();
        write(
                json,
                new NodeFigures.Stream(
                        stream,
                        sum(all, NodeFigures.Stream::accepted),
                        sum(all, NodeFigures.Stream::committed),
                        sum(all, NodeFigures.Stream::depth),
                        sum(all, NodeFigures.Stream::flushes),
                        all.stream()
                                .mapToDouble(NodeFigures.Stream::flushMillis)
                                .sum(),
                        all.stream()
                                .mapToLong(NodeFigures.Stream::lagMillis)
                                .max()
                                .orElse(0)));
    }

    private static void write(JsonGenerator json, NodeFigures.Stream of) throws IOException {
        json.writeNumberField("accepted", of.accepted());
        json.writeNumberField("committed", of.committed());
        json.writeNumberField("depth", of.depth());
        json.writeNumberField("flushes", of.flushes());
        json.writeNumberField("flushMillis", of.flushMillis());
        json.writeNumberField("lagMillis", of.lagMillis());
    }

    /** How a partition is, where the node that runs it has told. */
    void writePartition(JsonGenerator json, String stream, int partition) throws IOException {
        Placed placed = partitions.get(name(stream, partition));
        if (placed != null) {
            NodeFigures.Partition of = placed.partition();
            json.writeStringField("node", placed.node());
            json.writeNumberField("uncommitted", of.uncommitted());
            json.writeBooleanField("stopped", of.stopped());
            json.writeBooleanField("paused", of.paused());
            json.writeStringField("trouble", of.trouble());
        }
    }

    private static long sum(List<NodeFigures.Stream> streams, ToLongFunction<NodeFigures.Stream> figure) {
        return streams.stream().mapToLong(figure).sum();
    }
}
