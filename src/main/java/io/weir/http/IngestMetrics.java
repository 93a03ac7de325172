package io.weir.http;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/** What is counted about one stream's requests. Every meter exists from the start, so that an alert can name it. */
final class IngestMetrics {
    /** Few, for each is a line in the metrics: around what answers should take. */
    static final Duration[] BUCKETS = LongStream.of(1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000)
            .mapToObj(Duration::ofMillis)
            .toArray(Duration[]::new);

    private final Map<RefusalReason, Counter> refused = new EnumMap<>(RefusalReason.class);
    private final Counter accepted;
    private final Counter deadLettered;
    private final Counter uncommitted;
    private final Counter leftOut;
    private final Counter unpacked;
    private final Timer requests;
    private final Timer waitingRequests;

    IngestMetrics(String stream, MeterRegistry metrics) {
        for (RefusalReason reason : RefusalReason.values()) {
            if (reason != RefusalReason.CONCURRENCY) {
                refused.put(
                        reason,
                        Counter.builder("weir.http.refused")
                                .description("Requests that were refused")
                                .tag("stream", stream)
                                .tag("reason", reason.tag())
                                .register(metrics));
            }
        }
        accepted = Counter.builder("weir.http.accepted")
                .description("Events that were accepted")
                .tag("stream", stream)
                .register(metrics);
        deadLettered = Counter.builder("weir.http.dead.lettered")
                .description("Invalid events that were kept as dead letters")
                .tag("stream", stream)
                .register(metrics);
        uncommitted = Counter.builder("weir.http.uncommitted")
                .description("Requests whose events were accepted, and not seen committed while they waited")
                .tag("stream", stream)
                .register(metrics);
        leftOut = Counter.builder("weir.ingest.left.out")
                .description("Requests of which nothing was kept, as their Sec-GPC or DNT asks")
                .tag("stream", stream)
                .register(metrics);
        unpacked = Counter.builder("weir.ingest.unpacked.bytes")
                .description("Bytes that gzip bodies unpacked to")
                .tag("stream", stream)
                .register(metrics);
        requests = timer(stream, "none", metrics);
        waitingRequests = timer(stream, "committed", metrics);
    }

    private static Timer timer(String stream, String wait, MeterRegistry metrics) {
        return Timer.builder("weir.http.request")
                .description("From a request's head to its answer")
                .tag("stream", stream)
                .tag("wait", wait)
                .serviceLevelObjectives(BUCKETS)
                .register(metrics);
    }

    void refused(RefusalReason reason) {
        Counter counter = refused.get(reason);
        if (counter != null) {
            counter.increment();
        }
    }

    void taken(int acceptedEvents, int deadLetteredEvents) {
        accepted.increment(acceptedEvents);
        if (deadLetteredEvents > 0) {
            deadLettered.increment(deadLetteredEvents);
        }
    }

    void leftOut() {
        leftOut.increment();
    }

    void unpacked(int bytes) {
        unpacked.increment(bytes);
    }

    void notSeenCommitted() {
        uncommitted.increment();
    }

    /**
     * Notes an answer.
     *
     * @param waited whether the request waited for its commit, which takes as long as its window
     */
    void answered(long startedNanos, boolean waited) {
        (waited ? waitingRequests : requests).record(System.nanoTime() - startedNanos, TimeUnit.NANOSECONDS);
    }
}
