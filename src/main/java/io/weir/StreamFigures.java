package io.weir;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.weir.definition.StreamDefinition;
import io.weir.pipeline.PartitionStatus;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What alerts look at and nobody counts elsewhere, by stream, of the partitions that run in this process. */
final class StreamFigures {
    private final ServerParts parts;
    private final List<PartitionStatus> statuses;
    private final StreamDefinition definition;

    private StreamFigures(ServerParts parts, List<PartitionStatus> statuses, StreamDefinition definition) {
        this.parts = parts;
        this.statuses = statuses;
        this.definition = definition;
    }

    static void register(ServerParts parts, List<PartitionStatus> statuses) {
        parts.definitions().forEach(stream -> new StreamFigures(parts, statuses, stream).register(parts.meters()));
    }

    private void register(MeterRegistry meters) {
        gauge(
                meters,
                "weir.log.depth.limit",
                "",
                "events beyond which the stream takes no more",
                of -> of.definition.maxDepth());
        gauge(
                meters,
                "weir.pipeline.lag",
                "seconds",
                "how long the oldest uncommitted event has waited",
                StreamFigures::lag);
        gauge(
                meters,
                "weir.pipeline.overdue",
                "seconds",
                "how long ago the oldest uncommitted event's window was to be written by its definition",
                StreamFigures::overdue);
        gauge(
                meters,
                "weir.pipeline.waiting.for.help",
                "",
                "partitions that wait for a person",
                of -> of.sum(status -> status.stoppedReason() == null ? 0 : 1));
        gauge(
                meters,
                "weir.pipeline.paused",
                "",
                "partitions of this process that an operator has paused",
                of -> of.sum(status -> status.isPaused() ? 1 : 0));
        FunctionCounter.builder("weir.pipeline.crashes", this, of -> of.sum(PartitionStatus::crashes))
                .description("ends of partitions by anything but Redis, the database or a successor")
                .tag("stream", definition.name())
                .register(meters);
    }

    private void gauge(
            MeterRegistry meters, String name, String unit, String description, ToDoubleFunction<StreamFigures> value) {
        Gauge.builder(name, this, value)
                .description(description)
                .baseUnit(unit.isEmpty() ? null : unit)
                .tag("stream", definition.name())
                // nobody else holds these
                .strongReference(true)
                .register(meters);
    }

    private double lag() {
        return lagMillis(parts, statuses, definition) / 1_000.0;
    }

    private double overdue() {
        long since = waitingSinceMillis(parts, statuses, definition);
        // what came first is due first
        long allowed = since == 0 ? 0 : definition.window().delayFrom(since).toMillis();
        return since == 0 ? 0 : Math.max(0, System.currentTimeMillis() - since - allowed) / 1_000.0;
    }

    /** How long a stream's oldest uncommitted event has waited, in milliseconds. */
    static long lagMillis(ServerParts parts, List<PartitionStatus> statuses, StreamDefinition definition) {
        long since = waitingSinceMillis(parts, statuses, definition);
        return since == 0 ? 0 : Math.max(0, System.currentTimeMillis() - since);
    }

    private static long waitingSinceMillis(
            ServerParts parts, List<PartitionStatus> statuses, StreamDefinition definition) {
        if (parts.eventLog().depth(definition) == 0) {
            return 0;
        }
        return statuses.stream()
                .filter(status -> status.stream().equals(definition.name()))
                .mapToLong(PartitionStatus::waitingSinceMillis)
                .filter(since -> since != 0)
                .min()
                .orElse(0);
    }

    private double sum(ToDoubleFunction<PartitionStatus> figure) {
        return statuses.stream()
                .filter(status -> status.stream().equals(definition.name()))
                .mapToDouble(figure)
                .sum();
    }
}
