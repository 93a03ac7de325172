package io.weir.pipeline;

import io.weir.definition.StreamDefinition;
import io.weir.event.EntryId;
import io.weir.live.Partitions;
import io.weir.log.AppendFailure;
import io.weir.log.EventLog;
import io.weir.log.LogItem;
import io.weir.log.PartitionReader;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * The log of Redis, and the database in its place for streams whose definition says so: always, or while Redis is away.
 *
 * <p>Only what Redis surely has not goes to the database instead. What may be in Redis is in doubt, and stays so.
 */
public final class FallbackLog implements EventLog {
    private final EventLog redis;
    private final Map<String, List<DirectWriter>> direct = new HashMap<>();

    /** The log that {@code redis} is, with the writers of all partitions beside it. */
    public FallbackLog(
            EventLog redis,
            Map<String, List<PartitionContext>> contexts,
            Partitions partitions,
            StoredCounts counts,
            Executor jdbcExecutor) {
        this.redis = redis;
        contexts.forEach((stream, ofStream) -> direct.put(
                stream,
                ofStream.stream()
                        .map(context ->
                                new DirectWriter(context, partitions, counts, jdbcExecutor, InstantSource.system()))
                        .toList()));
    }

    @Override
    public CompletionStage<EntryId> append(StreamDefinition definition, int partition, List<LogItem> items) {
        return redisOr(
                definition,
                () -> redis.append(definition, partition, items),
                () -> writer(definition, partition).write(items).thenApply(places -> WRITTEN));
    }

    @Override
    public CompletionStage<List<Place>> appendOnce(StreamDefinition definition, int partition, List<LogItem> items) {
        return redisOr(
                definition,
                () -> redis.appendOnce(definition, partition, items),
                () -> writer(definition, partition).write(items));
    }

    private static <T> CompletionStage<T> redisOr(
            StreamDefinition definition, Supplier<CompletionStage<T>> appends, Supplier<CompletionStage<T>> writes) {
        if (!definition.ingest().redis()) {
            return writes.get();
        }
        CompletionStage<T> appended = appends.get();
        return definition.ingest().fallback()
                ? appended.exceptionallyCompose(
                        failure -> isAway(failure) ? writes.get() : CompletableFuture.failedStage(failure))
                : appended;
    }

    private DirectWriter writer(StreamDefinition definition, int partition) {
        return Objects.requireNonNull(direct.get(definition.name())).get(partition);
    }

    private static boolean isAway(Throwable failure) {
        Throwable cause = Failures.cause(failure);
        return cause instanceof AppendFailure append && append.reason() == AppendFailure.Reason.UNAVAILABLE;
    }

    @Override
    public PartitionReader reader(StreamDefinition definition, int partition) {
        return redis.reader(definition, partition);
    }

    @Override
    public boolean isConnected() {
        return redis.isConnected();
    }

    @Override
    public long depth(StreamDefinition definition) {
        return redis.depth(definition);
    }

    @Override
    public CompletionStage<Boolean> isReachable() {
        return redis.isReachable();
    }

    @Override
    public void close() {
        redis.close();
    }
}
