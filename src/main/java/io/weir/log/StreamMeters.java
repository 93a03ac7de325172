package io.weir.log;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.weir.redis.CommandTimers;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The figures of one stream. */
final class StreamMeters {
    private final Counter events;
    private final Counter entries;
    private final Counter bytes;
    private final Counter storedBytes;
    private final Counter repeated;
    private final Counter redirected;
    private final Counter tailLost;
    private final Counter predecessorPending;
    private final Timer latency;
    private final Map<AppendFailure.Reason, Counter> refused = new EnumMap<>(AppendFailure.Reason.class);

    StreamMeters(MeterRegistry registry, String stream, StreamDepth depth) {
        events = counter(registry, stream, "weir.log.appended", "Events that Redis took");
        entries =
                counter(registry, stream, "weir.log.entries", "Entries that Redis took, each with one or more events");
        bytes = counter(registry, stream, "weir.log.bytes", "Bytes of the events that Redis took");
        storedBytes = counter(
                registry, stream, "weir.log.stored.bytes", "Bytes that they take there, where entries are compressed");
        repeated = counter(registry, stream, "weir.log.repeated", "Events not appended, for their key was there");
        redirected =
                counter(registry, stream, "weir.log.redirected", "Entries sent on to another node of a Redis cluster");
        tailLost = counter(registry, stream, "weir.log.tail.lost", "Times that Redis was found to have lost its end");
        predecessorPending = counter(
                registry,
                stream,
                "weir.log.predecessor.pending",
                "Entries that a partition's start found read by an earlier one and not acknowledged");
        latency = Timer.builder("weir.log.append")
                .description("From the sending of an XADD to its answer")
                .tag("stream", stream)
                .serviceLevelObjectives(CommandTimers.buckets())
                .register(registry);
        for (AppendFailure.Reason reason : AppendFailure.Reason.values()) {
            refused.put(
                    reason,
                    Counter.builder("weir.log.refused")
                            .description("Events that were not appended")
                            .tag("stream", stream)
                            .tag("reason", reason.tag())
                            .register(registry));
        }
        Gauge.builder("weir.log.depth", depth, StreamDepth::totalHere)
                .description("Accepted and uncommitted events of the partitions that run in this process")
                .tag("stream", stream)
                .register(registry);
    }

    private static Counter counter(MeterRegistry registry, String stream, String name, String description) {
        return Counter.builder(name)
                .description(description)
                .tag("stream", stream)
                .register(registry);
    }

    void appended(int moreEvents, long moreBytes, long moreStoredBytes) {
        events.increment(moreEvents);
        entries.increment();
        bytes.increment((double) moreBytes);
        storedBytes.increment((double) moreStoredBytes);
    }

    /** Items that were not appended, for their key was there. */
    void repeated(int items) {
        repeated.increment(items);
    }

    /** An entry that goes to another node of a cluster. */
    void redirected() {
        redirected.increment();
    }

    void answered(long nanos) {
        latency.record(nanos, TimeUnit.NANOSECONDS);
    }

    void refused(AppendFailure.Reason reason, int items) {
        Counter counter = refused.get(reason);
        if (counter != null) {
            counter.increment(items);
        }
    }

    void tailLost() {
        tailLost.increment();
    }

    void predecessorPending(long pendingEntries) {
        predecessorPending.increment((double) pendingEntries);
    }
}
