package io.weir;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import io.weir.cluster.ClusterNode;
import io.weir.definition.StreamDefinition;
import io.weir.live.NodeFigures;
import io.weir.ops.Health;
import io.weir.ops.HealthReport;
import io.weir.pipeline.PartitionStatus;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What this node does, for whoever shows the whole cluster. Thread-safe. */
final class OwnFigures implements Supplier<NodeFigures> {
    private final ServerParts parts;
    private final List<PartitionStatus> statuses;
    private final Health health;
    private final Supplier<String> alerts;
    private volatile @Nullable HealthReport report;

    /**
     * Prepares to tell.
     *
     * @param alerts what is past its limit now, a JSON array
     */
    OwnFigures(ServerParts parts, List<PartitionStatus> statuses, Health health, Supplier<String> alerts) {
        this.parts = parts;
        this.statuses = statuses;
        this.health = health;
        this.alerts = alerts;
    }

    /** What memory holds, and the last known of what has to be asked for. Does not block. */
    @Override
    public NodeFigures get() {
        var _ = health.report().thenAccept(found -> report = found);
        HealthReport known = report;
        return new NodeFigures(
                ClusterNode.address(parts.system()),
                System.currentTimeMillis(),
                known == null ? null : known.redis(),
                known == null ? null : known.database(),
                alerts.get(),
                parts.definitions().stream().map(this::of).toList(),
                statuses.stream()
                        .filter(status -> parts.partitions().isHere(status.stream(), status.partition()))
                        .map(OwnFigures::of)
                        .sorted(Comparator.comparing((NodeFigures.Partition of) -> of.trouble() == null))
                        .limit(NodeFigures.MAX_PARTITIONS)
                        .toList());
    }

    private NodeFigures.Stream of(StreamDefinition definition) {
        String stream = definition.name();
        Timer flushes = parts.meters()
                .find("weir.store.transaction")
                .tag("stream", stream)
                .timer();
        return new NodeFigures.Stream(
                stream,
                count("weir.log.appended", stream),
                count("weir.store.applied", stream)
                        + count("weir.store.deduplicated", stream)
                        + count("weir.store.dead.letters", stream),
                parts.eventLog().depthHere(definition),
                flushes == null ? 0 : flushes.count(),
                flushes == null ? 0 : flushes.totalTime(TimeUnit.MILLISECONDS),
                StreamFigures.lagMillis(parts, statuses, definition));
    }

    private static NodeFigures.Partition of(PartitionStatus status) {
        return new NodeFigures.Partition(
                status.stream(),
                status.partition(),
                status.uncommittedEvents(),
                status.stoppedReason() != null,
                status.isPaused(),
                status.trouble());
    }

    private long count(String meter, String stream) {
        return Math.round(parts.meters().find(meter).tag("stream", stream).counters().stream()
                .mapToDouble(Counter::count)
                .sum());
    }
}
