package io.weir.pipeline;

import io.weir.definition.Generation;
import io.weir.definition.StreamDefinition;
import io.weir.event.EntryId;
import io.weir.event.EventReader;
import io.weir.live.Partitions;
import io.weir.log.AppendFailure;
import io.weir.log.EventLog;
import io.weir.log.LogItem;
import io.weir.log.PartitionReader;
import io.weir.log.RoutedAppend;
import io.weir.logging.FailureText;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The log of Redis, and the database in its place for streams whose definition says so: always, or while Redis is away.
 *
 * <p>Only what Redis surely has not goes to the database instead. What may be in Redis is in doubt, and stays so.
 */
public final class FallbackLog implements EventLog {
    /** How long a write waits for the answer to which partitions are active. */
    private static final long LAYOUT_TIMEOUT_MILLIS = 2_000;

    private final EventLog redis;
    private final PartitionContexts contexts;
    private final Partitions partitions;
    private final StoredCounts counts;
    private final Executor jdbcExecutor;
    private final ConcurrentMap<String, DirectWriter> direct = new ConcurrentHashMap<>();

    /** The log that {@code redis} is, with the writers of all partitions beside it. */
    public FallbackLog(
            EventLog redis,
            PartitionContexts contexts,
            Partitions partitions,
            StoredCounts counts,
            Executor jdbcExecutor) {
        this.redis = redis;
        this.contexts = contexts;
        this.partitions = partitions;
        this.counts = counts;
        this.jdbcExecutor = jdbcExecutor;
    }

    @Override
    public CompletionStage<EntryId> append(StreamDefinition definition, int partition, List<LogItem> items) {
        return redisOr(
                definition,
                () -> redis.append(definition, partition, items),
                () -> write(definition, partition, items, true).thenApply(places -> WRITTEN));
    }

    @Override
    public CompletionStage<List<Place>> appendOnce(StreamDefinition definition, int partition, List<LogItem> items) {
        return redisOr(
                definition,
                () -> redis.appendOnce(definition, partition, items),
                () -> write(definition, partition, items, true));
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

    /** On behalf of what is active, whatever the partition is that the items would be appended to. */
    private CompletionStage<List<Place>> write(
            StreamDefinition definition, int partition, List<LogItem> items, boolean again) {
        Generation active = definition.layout().current();
        CompletionStage<List<Place>> written = active.has(partition)
                ? writer(definition, partition).write(items)
                : writeOnBehalfOf(active, definition, items);
        return written.exceptionallyCompose(failure -> again && isOutdated(failure)
                ? definition
                        .layout()
                        .activeAfter(active.number(), LAYOUT_TIMEOUT_MILLIS)
                        .thenCompose(known -> write(definition, partition, items, false))
                : CompletableFuture.failedStage(failure));
    }

    private CompletionStage<List<Place>> writeOnBehalfOf(
            Generation active, StreamDefinition definition, List<LogItem> items) {
        EventReader reader = contexts.of(definition.name(), active.partition(0)).eventReader();
        Map<Integer, List<Integer>> indexes = new TreeMap<>();
        for (int i = 0; i < items.size(); i++) {
            indexes.computeIfAbsent(
                            RoutedAppend.activePartitionOf(definition, reader, items.get(i)),
                            partition -> new ArrayList<>())
                    .add(i);
        }
        @Nullable Place[] places = new @Nullable Place[items.size()];
        List<CompletableFuture<?>> writes = new ArrayList<>();
        indexes.forEach((partition, share) -> writes.add(writer(definition, partition)
                .write(share.stream().map(items::get).toList())
                .thenAccept(written -> {
                    for (int i = 0; i < share.size(); i++) {
                        places[share.get(i)] = written.get(i);
                    }
                })
                .toCompletableFuture()));
        return CompletableFuture.allOf(writes.toArray(CompletableFuture[]::new)).handle((all, failure) -> {
            if (failure == null) {
                return Stream.of(places).map(Objects::requireNonNull).toList();
            }
            boolean some = writes.stream().anyMatch(write -> write.state() == CompletableFuture.State.SUCCESS);
            Throwable cause = FailureText.cause(failure);
            throw some
                    ? new AppendFailure(AppendFailure.Reason.UNKNOWN, Failures.describe(cause))
                    : new CompletionException(cause);
        });
    }

    private DirectWriter writer(StreamDefinition definition, int partition) {
        return direct.computeIfAbsent(
                definition.name() + "/" + partition,
                name -> new DirectWriter(
                        contexts.of(definition.name(), partition),
                        partitions,
                        counts,
                        jdbcExecutor,
                        InstantSource.system()));
    }

    private static boolean isOutdated(Throwable failure) {
        return FailureText.cause(failure) instanceof AppendFailure append
                && append.reason() == AppendFailure.Reason.SEALED;
    }

    private static boolean isAway(Throwable failure) {
        Throwable cause = FailureText.cause(failure);
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
