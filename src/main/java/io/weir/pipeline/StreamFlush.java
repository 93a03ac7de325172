package io.weir.pipeline;

import io.weir.definition.StreamDefinition;
import io.weir.event.EntryId;
import io.weir.live.PartitionAnswer;
import io.weir.live.PartitionQuery;
import io.weir.live.Partitions;
import io.weir.log.LogInspection;
import io.weir.ops.FlushReport;
import io.weir.ops.WaitingEntries;
import io.weir.store.LedgerStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.jspecify.annotations.Nullable;

/** Has what a stream's log holds committed now, whatever its windows wait for, and says what that was. Thread-safe. */
public final class StreamFlush {
    private record Standing(LedgerStore.Totals totals, WaitingEntries waiting) {}

    private final Partitions partitions;
    private final LedgerStore store;
    private final LogInspection inspection;
    private final Executor jdbcExecutor;
    private final ActorSystem<?> system;
    private final Duration timeout;

    /**
     * A flush.
     *
     * @param timeout how long a partition may take to commit what is in the log
     */
    public StreamFlush(
            Partitions partitions,
            LedgerStore store,
            LogInspection inspection,
            Executor jdbcExecutor,
            ActorSystem<?> system,
            Duration timeout) {
        this.partitions = partitions;
        this.store = store;
        this.inspection = inspection;
        this.jdbcExecutor = jdbcExecutor;
        this.system = system;
        this.timeout = timeout;
    }

    /** What is in the log and not committed. Fails while the database or Redis is away. */
    public CompletionStage<WaitingEntries> waiting(StreamDefinition definition) {
        return all(definition, partition -> standing(definition, partition).thenApply(Standing::waiting))
                .thenApply(waiting -> waiting.stream().reduce(WaitingEntries.NONE, WaitingEntries::and));
    }

    /** Completes once all that is in the log by now is committed; fails when that takes too long. */
    public CompletionStage<FlushReport> flush(StreamDefinition definition) {
        return all(definition, partition -> flush(definition, partition))
                .thenApply(reports ->
                        reports.stream().reduce(new FlushReport(0, 0, 0, null, WaitingEntries.NONE), StreamFlush::sum));
    }

    /** How many entities have events that are read and not committed. */
    public CompletionStage<Integer> bufferedEntities(StreamDefinition definition) {
        return all(
                        definition,
                        partition -> this.<PartitionAnswer.Buffered>ask(
                                        definition, partition, PartitionQuery.ReadBuffered::new)
                                .thenApply(PartitionAnswer.Buffered::entities))
                .thenApply(entities ->
                        entities.stream().mapToInt(Integer::intValue).sum());
    }

    private CompletionStage<FlushReport> flush(StreamDefinition definition, int partition) {
        return standing(definition, partition).thenCompose(before -> {
            EntryId last = before.waiting().last();
            return last == null
                    ? CompletableFuture.completedStage(report(before, before))
                    : this.<PartitionAnswer.Committed>ask(
                                    definition, partition, replyTo -> new PartitionQuery.AwaitCommit(last, replyTo))
                            .thenCompose(committed -> standing(definition, partition))
                            .thenApply(after -> report(before, after));
        });
    }

    private <T> CompletionStage<T> ask(
            StreamDefinition definition, int partition, Function<ActorRef<T>, PartitionQuery> question) {
        return partitions.askAndFollow(definition.name(), partition, question, timeout, system.scheduler());
    }

    private CompletionStage<Standing> standing(StreamDefinition definition, int partition) {
        return CompletableFuture.supplyAsync(
                        () -> Jdbc.call(() -> store.totals(definition.name(), partition)), jdbcExecutor)
                .thenCompose(totals -> inspection
                        .standing(definition, partition, totals.cursor())
                        .thenApply(standing -> new Standing(
                                totals,
                                new WaitingEntries(
                                        standing.entriesAfter(), standing.firstAfter(), standing.lastAfter()))));
    }

    private static FlushReport report(Standing before, Standing after) {
        LedgerStore.Totals now = after.totals();
        LedgerStore.Totals then = before.totals();
        EntryId cursor = now.cursor();
        return new FlushReport(
                now.committed() - then.committed(),
                now.deduplicated() - then.deduplicated(),
                now.deadLettered() - then.deadLettered(),
                cursor.equals(EntryId.ZERO) ? null : cursor,
                after.waiting());
    }

    private static FlushReport sum(FlushReport one, FlushReport other) {
        @Nullable EntryId last = one.last();
        @Nullable EntryId otherLast = other.last();
        boolean otherIsLater = otherLast != null && (last == null || otherLast.isAfter(last));
        return new FlushReport(
                one.applied() + other.applied(),
                one.deduplicated() + other.deduplicated(),
                one.deadLettered() + other.deadLettered(),
                otherIsLater ? otherLast : last,
                one.waiting().and(other.waiting()));
    }

    private interface OfPartition<T> {
        CompletionStage<T> of(int partition);
    }

    private static <T> CompletionStage<List<T>> all(StreamDefinition definition, OfPartition<T> work) {
        List<CompletableFuture<T>> parts = new ArrayList<>();
        for (int partition : definition.layout().live()) {
            parts.add(work.of(partition).toCompletableFuture());
        }
        return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new))
                .thenApply(done -> parts.stream().map(CompletableFuture::join).toList());
    }
}
