package io.weir.log;

import io.weir.event.EntryId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One caller's items on their way. Guarded by its writer's lock, but for the stage. */
final class PendingAppend {
    final List<LogItem> items;
    final long bytes;
    final long beganNanos;
    final CompletableFuture<EntryId> stage = new CompletableFuture<>();

    /** How many of the items are in entries that were handed to Redis. */
    int taken;

    /** Where the items are, as far as Redis has answered; for items that are appended once. */
    private final EventLog.@Nullable Place[] places;

    PendingAppend(List<LogItem> items, long bytes, long beganNanos, boolean once) {
        this.items = items;
        this.bytes = bytes;
        this.beganNanos = beganNanos;
        this.places = new EventLog.@Nullable Place[once ? items.size() : 0];
    }

    /** One that is refused before it is sent. */
    static PendingAppend failed(List<LogItem> items, AppendFailure failure) {
        PendingAppend append = new PendingAppend(items, 0, 0, false);
        append.stage.completeExceptionally(failure);
        return append;
    }

    /** Notes where an item is. */
    void put(int index, EventLog.Place place) {
        places[index] = place;
    }

    /** How many of the first items had been there before; 0 where that is not asked. */
    int repeatedBefore(int end) {
        int repeated = 0;
        for (int index = 0; index < Math.min(end, places.length); index++) {
            EventLog.Place place = places[index];
            repeated += place != null && place.repeated() ? 1 : 0;
        }
        return repeated;
    }

    /** Where every item is, once the stage is complete. */
    List<EventLog.Place> places() {
        List<EventLog.Place> all = new ArrayList<>(places.length);
        for (EventLog.Place place : places) {
            all.add(Objects.requireNonNull(place));
        }
        return all;
    }
}
