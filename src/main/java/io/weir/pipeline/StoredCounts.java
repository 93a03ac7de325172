package io.weir.pipeline;

import io.weir.definition.StreamDefinition;
import io.weir.event.Partitioner;
import io.weir.live.CommittedCounts;
import io.weir.live.LiveCounts;
import io.weir.store.PartitionStore;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Counts as the database holds them. */
public final class StoredCounts implements CommittedCounts {
    private static final int MAX_WRITTEN = 10_000;

    private record Place(String stream, Object entity) {}

    private final PartitionContexts partitions;
    private final Executor jdbcExecutor;
    /** What the latest writes past Redis left; guarded by itself. */
    private final LinkedHashMap<Place, LiveCounts> written = new LinkedHashMap<>();

    public StoredCounts(PartitionContexts partitions, Executor jdbcExecutor) {
        this.partitions = partitions;
        this.jdbcExecutor = jdbcExecutor;
    }

    @Override
    public CompletionStage<LiveCounts> of(StreamDefinition definition, Object entity) {
        int partition = Partitioner.partitionOf(definition, entity, null);
        return read(partitions.of(definition.name(), partition).store(), entity, jdbcExecutor);
    }

    @Override
    public CompletionStage<LiveCounts> sinceWritten(StreamDefinition definition, Object entity) {
        LiveCounts known;
        synchronized (written) {
            known = written.get(new Place(definition.name(), entity));
        }
        return known == null ? of(definition, entity) : CompletableFuture.completedFuture(known);
    }

    /** Notes what a transaction past Redis left, the latest last. */
    void written(String stream, Map<Object, @Nullable Object[][]> counts) {
        Instant now = Instant.now();
        synchronized (written) {
            counts.forEach((entity, values) -> {
                Place place = new Place(stream, entity);
                written.remove(place);
                written.put(place, new LiveCounts.Found(values, LiveCounts.nothing(values), now));
            });
            while (written.size() > MAX_WRITTEN) {
                written.pollFirstEntry();
            }
        }
    }

    /** An entity's counts without anything that is pending. Never fails. */
    static CompletionStage<LiveCounts> read(PartitionStore store, Object entity, Executor jdbcExecutor) {
        return CompletableFuture.supplyAsync(() -> Jdbc.call(() -> store.readCounts(entity)), jdbcExecutor)
                .handle((counts, failure) -> failure == null
                        ? new LiveCounts.Found(counts.values(), LiveCounts.nothing(counts.values()), Instant.now())
                        : new LiveCounts.Unavailable("the database could not be asked: " + failure));
    }
}
