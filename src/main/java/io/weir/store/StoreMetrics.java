package io.weir.store;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.weir.letter.ReasonClass;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** What a partition's store did, by stream. */
final class StoreMetrics {
    private static final List<String> OUTCOMES =
            List.of("committed", "database-away", "conflict", "fenced", "unknown", "stopped", "failed");

    private final MeterRegistry meters;
    private final String stream;
    private final Timer transaction;
    private final Counter applied;
    private final Counter deduplicated;
    private final Counter deadLetters;
    private final Counter direct;
    private final Counter carefulWindows;
    private final Counter terminated;

    StoreMetrics(MeterRegistry meters, String stream) {
        this.meters = meters;
        this.stream = stream;
        this.transaction = Timer.builder("weir.store.transaction")
                .description("from asking for a connection to the outcome of a window")
                .tag("stream", stream)
                .publishPercentileHistogram()
                .register(meters);
        this.applied = counter("weir.store.applied", "events whose effects were written");
        this.deduplicated = counter("weir.store.deduplicated", "keyed events that had been written before");
        this.deadLetters = counter("weir.store.dead.letters", "events kept as dead letters");
        this.direct = counter("weir.store.direct", "events whose effects were written without having been in Redis");
        this.carefulWindows = counter("weir.store.careful.windows", "windows that held an event that can't be applied");
        this.terminated = counter("weir.store.terminated", "transactions of earlier incarnations that were ended");
        // all from the start, so that the first is seen as a change
        OUTCOMES.forEach(this::windows);
        Arrays.stream(ReasonClass.values()).forEach(this::letters);
    }

    private Counter windows(String outcome) {
        return Counter.builder("weir.store.windows")
                .description("windows by their outcome")
                .tag("stream", stream)
                .tag("outcome", outcome)
                .register(meters);
    }

    private Counter letters(ReasonClass reason) {
        return Counter.builder("weir.dead.letters")
                .description("events that became dead letters, by reason")
                .tag("stream", stream)
                .tag("reason", reason.tag())
                .register(meters);
    }

    private Counter counter(String name, String description) {
        return Counter.builder(name)
                .description(description)
                .tag("stream", stream)
                .register(meters);
    }

    void record(CommitOutcome outcome, Timer.Sample started) {
        started.stop(transaction);
        String name = switch (outcome) {
            case CommitOutcome.Committed committed -> {
                applied.increment(committed.applied());
                deduplicated.increment(committed.deduplicated());
                deadLetters.increment(committed.deadLettered());
                yield "committed";
            }
            case CommitOutcome.RetryLater retry -> retry.databaseAway() ? "database-away" : "conflict";
            case CommitOutcome.Fenced fenced -> "fenced";
            case CommitOutcome.Unknown unknown -> "unknown";
            case CommitOutcome.Stopped stopped -> "stopped";
            case CommitOutcome.Failed failed -> "failed";
        };
        windows(name).increment();
    }

    Timer.Sample start() {
        return Timer.start(meters);
    }

    /** Counts dead letters whose window is committed. */
    void deadLetters(Map<ReasonClass, Integer> written) {
        written.forEach((reasonClass, letters) -> letters(reasonClass).increment(letters));
    }

    void direct(int events) {
        direct.increment(events);
    }

    void carefulWindow() {
        carefulWindows.increment();
    }

    void terminated(int transactions) {
        terminated.increment(transactions);
    }
}
