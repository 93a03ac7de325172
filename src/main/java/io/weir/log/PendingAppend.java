package io.weir.log;

import io.weir.event.EntryId;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** One caller's items on their way. Guarded by its writer's lock, but for the stage. */
final class PendingAppend {
    final List<LogItem> items;
    final long bytes;
    final long beganNanos;
    final CompletableFuture<EntryId> stage = new CompletableFuture<>();

    /** How many of the items are in entries that were handed to Redis. */
    int taken;

    PendingAppend(List<LogItem> items, long bytes, long beganNanos) {
        this.items = items;
        this.bytes = bytes;
        this.beganNanos = beganNanos;
    }
}
