package io.weir.pipeline;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.weir.event.EntryId;
import io.weir.log.LogEntry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/**
 * How long entries of a stream wait, from the time in their IDs, which is Redis', to this process' clock. Noted once for
 * each entry and not for each event: those of one entry came together, and a busy stream packs many into one.
 */
public final class EntryDelays {
    private static final Duration[] BUCKETS = LongStream.of(
                    5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 300_000)
            .mapToObj(Duration::ofMillis)
            .toArray(Duration[]::new);

    private final Timer queue;
    private final Timer endToEnd;

    EntryDelays(MeterRegistry meters, String stream) {
        queue = timer(meters, stream, "weir.pipeline.queue", "from an entry's arrival in Redis to its being read");
        endToEnd = timer(
                meters, stream, "weir.pipeline.end.to.end", "from an entry's arrival in Redis to its window's commit");
    }

    private static Timer timer(MeterRegistry meters, String stream, String name, String description) {
        return Timer.builder(name)
                .description(description)
                .tag("stream", stream)
                .serviceLevelObjectives(BUCKETS)
                .register(meters);
    }

    void read(List<LogEntry> entries) {
        long now = System.currentTimeMillis();
        for (LogEntry entry : entries) {
            note(queue, now, entry.id());
        }
    }

    void committed(List<EntryId> entries) {
        long now = System.currentTimeMillis();
        for (EntryId entry : entries) {
            note(endToEnd, now, entry);
        }
    }

    /** A clock that is behind Redis' would have entries come from the future. */
    private static void note(Timer timer, long now, EntryId entry) {
        timer.record(Math.max(0, now - entry.millis()), TimeUnit.MILLISECONDS);
    }
}
