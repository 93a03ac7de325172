package io.weir.pipeline;

import io.weir.definition.StreamDefinition;
import io.weir.event.Partitioner;
import io.weir.live.CommittedCounts;
import io.weir.live.LiveCounts;
import io.weir.store.PartitionStore;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** Counts as the database holds them. */
public final class StoredCounts implements CommittedCounts {
    private final Map<String, List<PartitionContext>> partitions;
    private final Executor jdbcExecutor;

    public StoredCounts(Map<String, List<PartitionContext>> partitions, Executor jdbcExecutor) {
        this.partitions = Map.copyOf(partitions);
        this.jdbcExecutor = jdbcExecutor;
    }

    @Override
    public CompletionStage<LiveCounts> of(StreamDefinition definition, Object entity) {
        int partition = Partitioner.partitionOf(definition, entity, null);
        return read(
                Objects.requireNonNull(partitions.get(definition.name()))
                        .get(partition)
                        .store(),
                entity,
                jdbcExecutor);
    }

    /** An entity's counts without anything that is pending. Never fails. */
    static CompletionStage<LiveCounts> read(PartitionStore store, Object entity, Executor jdbcExecutor) {
        return CompletableFuture.supplyAsync(() -> Jdbc.call(() -> store.readCounts(entity)), jdbcExecutor)
                .handle((counts, failure) -> failure == null
                        ? new LiveCounts.Found(counts.values(), LiveCounts.nothing(counts.values()), Instant.now())
                        : new LiveCounts.Unavailable("the database could not be asked: " + failure));
    }
}
