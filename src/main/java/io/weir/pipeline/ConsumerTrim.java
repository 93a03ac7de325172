package io.weir.pipeline;

import io.weir.event.EntryId;
import io.weir.log.PartitionReader;
import io.weir.store.PartitionStore;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * Removes from Redis what is done with, once the database says that it still knows: a standby that lagged may have taken
 * over since, and an incarnation that has nothing to write would not notice.
 */
public final class ConsumerTrim {
    private ConsumerTrim() {}

    /**
     * Trims below {@code minimum}; completes with false, having trimmed nothing, when the cursor is no longer this
     * incarnation's or fewer than {@code windows} are committed.
     */
    public static CompletionStage<Boolean> run(
            EntryId minimum,
            long epoch,
            long windows,
            PartitionStore store,
            PartitionReader reader,
            Executor jdbcExecutor) {
        return CompletableFuture.supplyAsync(() -> Jdbc.call(() -> store.confirms(epoch, windows)), jdbcExecutor)
                .thenApply(confirmed -> {
                    if (confirmed) {
                        var _ = reader.trim(minimum);
                    }
                    return confirmed;
                });
    }
}
