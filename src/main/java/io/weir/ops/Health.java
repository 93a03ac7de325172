package io.weir.ops;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Asks the parts of Weir how they are. Thread-safe; any number of probes costs at most one check per validity. */
public final class Health {
    /** Below the two seconds after which probes give up. */
    private static final Duration TIMEOUT = Duration.ofMillis(1_500);

    private static final Duration VALIDITY = Duration.ofMillis(250);

    private record Check(CompletableFuture<HealthReport> report, long startedNanos) {}

    private final Supplier<CompletionStage<Boolean>> database;
    private final Supplier<CompletionStage<Boolean>> redis;
    private final LongSupplier depth;
    private final LongSupplier pending;
    private final Supplier<List<String>> stopped;
    private final Supplier<List<String>> paused;
    private final LongSupplier nanoTime;
    private final AtomicReference<@Nullable Check> latest = new AtomicReference<>();

    /**
     * Builds it from functions that must not block.
     *
     * @param database completes with whether the database answers
     * @param redis completes with whether Redis answers
     * @param depth accepted and uncommitted events of all streams
     * @param pending of these, how many a consumer has read
     * @param stopped partitions that wait for a person, each as {@code stream/partition: reason}
     * @param paused partitions that an operator has paused, each as {@code stream/partition}
     */
    public Health(
            Supplier<CompletionStage<Boolean>> database,
            Supplier<CompletionStage<Boolean>> redis,
            LongSupplier depth,
            LongSupplier pending,
            Supplier<List<String>> stopped,
            Supplier<List<String>> paused) {
        this(database, redis, depth, pending, stopped, paused, System::nanoTime);
    }

    Health(
            Supplier<CompletionStage<Boolean>> database,
            Supplier<CompletionStage<Boolean>> redis,
            LongSupplier depth,
            LongSupplier pending,
            Supplier<List<String>> stopped,
            Supplier<List<String>> paused,
            LongSupplier nanoTime) {
        this.database = database;
        this.redis = redis;
        this.depth = depth;
        this.pending = pending;
        this.stopped = stopped;
        this.paused = paused;
        this.nanoTime = nanoTime;
    }

    /** A report that is at most 250 ms old. Completes within 1.5 s and never fails: no answer means unhealthy. */
    public CompletionStage<HealthReport> report() {
        while (true) {
            Check known = latest.get();
            long now = nanoTime.getAsLong();
            if (known != null && (!known.report().isDone() || now - known.startedNanos() < VALIDITY.toNanos())) {
                return known.report();
            }
            Check next = new Check(new CompletableFuture<>(), now);
            if (latest.compareAndSet(known, next)) {
                check(next.report());
                return next.report();
            }
        }
    }

    private void check(CompletableFuture<HealthReport> report) {
        CompletableFuture<Boolean> databaseAnswers = ask(database);
        CompletableFuture<Boolean> redisAnswers = ask(redis);
        CompletionStage<HealthReport> checked = databaseAnswers
                .thenCombine(
                        redisAnswers,
                        (databaseIsHealthy, redisIsHealthy) -> new HealthReport(
                                databaseIsHealthy,
                                redisIsHealthy,
                                depth.getAsLong(),
                                pending.getAsLong(),
                                stopped.get(),
                                paused.get()))
                .exceptionally(defect -> new HealthReport(false, false, 0, 0, List.of("health: " + defect), List.of()));
        checked.thenAccept(report::complete);
    }

    private static CompletableFuture<Boolean> ask(Supplier<CompletionStage<Boolean>> part) {
        try {
            // a copy, so that the timeout does not complete the caller's own stage
            return part.get()
                    .toCompletableFuture()
                    .copy()
                    .completeOnTimeout(false, TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                    .exceptionally(failure -> false);
        } catch (RuntimeException failure) {
            return CompletableFuture.completedFuture(false);
        }
    }
}
