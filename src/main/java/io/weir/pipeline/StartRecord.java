package io.weir.pipeline;

import io.weir.log.PartitionReader;
import io.weir.logging.FailureText;
import io.weir.store.PartitionStore;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Keeps count of the starts that found entries and did not get past any, and has the culprit looked for when there were
 * too many of them.
 */
final class StartRecord {
    /** How long a start waits for the other partitions' suspects: one of them may kill the process again. */
    private static final Duration OTHERS_FIRST = Duration.ofSeconds(10);

    private static final Duration PAUSE = Duration.ofMillis(100);

    private StartRecord() {}

    /** Starts an incarnation and completes with where to read on. */
    static CompletionStage<ConsumerStart.Position> start(
            PartitionContext partition, PartitionReader reader, Executor jdbcExecutor) {
        boolean blamed = partition.status().takeBlame();
        return ConsumerStart.run(
                        partition.owner(),
                        partition.store(),
                        reader,
                        partition.settings().keyedRewind(),
                        jdbcExecutor)
                .thenCompose(position -> {
                    partition.began(position);
                    return position.begun().depth() == 0
                            ? CompletableFuture.completedStage(position)
                            : run(partition, reader, jdbcExecutor, position, blamed);
                })
                .whenComplete((position, failure) -> {
                    if (failure != null && !(FailureText.cause(failure) instanceof SuspectSearch.Failed)) {
                        partition.status().endedElsewhere();
                    }
                });
    }

    /**
     * Completes with where to read on.
     *
     * @param blamed whether what ended the last incarnation may have been an event
     */
    private static CompletionStage<ConsumerStart.Position> run(
            PartitionContext partition,
            PartitionReader reader,
            Executor jdbcExecutor,
            ConsumerStart.Position position,
            boolean blamed) {
        return CompletableFuture.supplyAsync(
                        () -> Jdbc.call(() -> partition.store().suspicion(position.epoch(), blamed)), jdbcExecutor)
                .thenCompose(suspicion -> {
                    if (suspicion.suspect() != null
                            || suspicion.startsWithoutProgress()
                                    >= partition.settings().maxAttempts()) {
                        return new SuspectSearch(partition, reader, jdbcExecutor, position, suspicion.suspect()).run();
                    }
                    long deadline = System.nanoTime() + OTHERS_FIRST.toNanos();
                    return others(partition, jdbcExecutor, position, suspicion, deadline)
                            .thenApplyAsync(nothing -> counted(partition, position, blamed), jdbcExecutor);
                });
    }

    /** While a suspect is tried nothing else begins, so that the process can't die of something else meanwhile. */
    private static CompletionStage<PartitionStore.Suspicion> others(
            PartitionContext partition,
            Executor jdbcExecutor,
            ConsumerStart.Position position,
            PartitionStore.Suspicion suspicion,
            long deadline) {
        if (!suspicion.others() || System.nanoTime() > deadline) {
            return CompletableFuture.completedStage(suspicion);
        }
        Executor later = CompletableFuture.delayedExecutor(PAUSE.toMillis(), TimeUnit.MILLISECONDS, jdbcExecutor);
        return CompletableFuture.supplyAsync(
                        () -> Jdbc.call(() -> partition.store().suspicion(position.epoch(), false)), later)
                .thenCompose(again -> others(partition, jdbcExecutor, position, again, deadline));
    }

    private static ConsumerStart.Position counted(
            PartitionContext partition, ConsumerStart.Position position, boolean blamed) {
        if (blamed && !Jdbc.call(() -> partition.store().countStart(position.epoch()))) {
            throw new PartitionFailure("fenced: another incarnation has started");
        }
        return position;
    }
}
