package io.weir.replay;

import io.weir.definition.StreamDefinition;
import io.weir.event.EntryId;
import io.weir.log.LogEntry;
import io.weir.log.RetainedLog;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** The retained log for who may block. */
final class Retained {
    /** An entry may be as large as {@code weir.log.max-entry-bytes}. */
    private static final int ENTRIES_PER_READ = 16;

    private final RetainedLog log;

    Retained(RetainedLog log) {
        this.log = log;
    }

    RetainedLog.Extent extent(StreamDefinition definition, int partition) {
        return joined(log.extent(definition, partition));
    }

    /** The next entries after one and up to another; empty when there are no more. */
    List<LogEntry> next(StreamDefinition definition, int partition, EntryId after, EntryId upTo) {
        return upTo.isAfter(after)
                ? joined(log.read(definition, partition, after, upTo, ENTRIES_PER_READ))
                : List.of();
    }

    private static <T> T joined(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().join();
        } catch (CompletionException failure) {
            Throwable cause = failure.getCause() == null ? failure : failure.getCause();
            throw new ReplayFailure(
                    ReplayFailure.Reason.UNAVAILABLE, "Redis gave no answer: " + cause.getMessage());
        }
    }
}
