package io.weir.log;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The figures of one stream. */
final class StreamMeters {
    private final Counter events;
    private final Counter entries;
    private final Counter repeated;
    private final Counter redirected;
    private final Counter tailLost;
    private final Counter predecessorPending;
    private final Timer latency;
    private final Map<AppendFailure.Reason, Counter> refused = new EnumMap<>(AppendFailure.Reason.class);

    StreamMeters(MeterRegistry registry, String stream, StreamDepth depth) {
        events = registry.counter("weir.log.appended", "stream", stream);
        entries = registry.counter("weir.log.entries", "stream", stream);
        repeated = registry.counter("weir.log.repeated", "stream", stream);
        redirected = registry.counter("weir.log.redirected", "stream", stream);
        tailLost = registry.counter("weir.log.tail.lost", "stream", stream);
        predecessorPending = registry.counter("weir.log.predecessor.pending", "stream", stream);
        latency = registry.timer("weir.log.append", "stream", stream);
        for (AppendFailure.Reason reason : AppendFailure.Reason.values()) {
            refused.put(reason, registry.counter("weir.log.refused", "stream", stream, "reason", reason.name()));
        }
        Gauge.builder("weir.log.depth", depth, StreamDepth::totalHere)
                .description("Accepted and uncommitted events of the partitions that run in this process")
                .tag("stream", stream)
                .register(registry);
    }

    void appended(int moreEvents) {
        events.increment(moreEvents);
        entries.increment();
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
