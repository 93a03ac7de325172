package io.weir.log;

import io.weir.definition.StreamDefinition;
import io.weir.definition.StreamLayout;
import io.weir.event.EntryId;
import io.weir.event.Event;
import io.weir.event.EventReader;
import io.weir.event.InvalidEventException;
import io.weir.event.Partitioner;
import io.weir.event.RefusedEvent;
import io.weir.logging.FailureText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Appends items of one stream to their partition, and to those that they belong to now when that one was sealed meanwhile.
 * What was not appended is in no partition then, so it is appended once, and in the order in which it came. Thread-safe.
 */
public final class RoutedAppend {
    /**
     * Where a partition's share of the items stands in the log.
     *
     * @param entry the last entry that holds some of it
     * @param repeated how many of its events were there before, or twice in it
     */
    public record Appended(int partition, EntryId entry, int repeated) {}

    /** Between two changes of a stream lies a drain, so a second one is rare and a third means that something is wrong. */
    private static final int MAX_ROUTES = 3;

    /** How long the items wait for the answer to where they belong, at most. */
    private static final long SUCCESSOR_TIMEOUT_MILLIS = 2_000;

    private final StreamDefinition definition;
    private final EventLog log;
    private final EventReader reader;
    private final boolean once;

    private RoutedAppend(StreamDefinition definition, EventLog log, boolean once) {
        this.definition = definition;
        this.log = log;
        this.reader = new EventReader(definition);
        this.once = once;
    }

    /** Appends once what the definition says is to count once. */
    public static RoutedAppend once(StreamDefinition definition, EventLog log) {
        return new RoutedAppend(definition, log, definition.dedup().isByFields());
    }

    /** Appends whatever it is given. */
    public static RoutedAppend always(StreamDefinition definition, EventLog log) {
        return new RoutedAppend(definition, log, false);
    }

    /** Appends items that belong together into as few entries as there can be. Fails with {@link AppendFailure}. */
    public CompletionStage<List<Appended>> append(int partition, List<LogItem> items) {
        return append(partition, items, 1);
    }

    private CompletionStage<List<Appended>> append(int partition, List<LogItem> items, int route) {
        CompletionStage<List<Appended>> appended = once
                ? log.appendOnce(definition, partition, items).thenApply(places -> List.of(joined(partition, places)))
                : log.append(definition, partition, items)
                        .thenApply(entry -> List.of(new Appended(partition, entry, 0)));
        return appended.exceptionallyCompose(failure -> FailureText.cause(failure) instanceof AppendFailure refused
                        && refused.reason() == AppendFailure.Reason.SEALED
                ? appendElsewhere(partition, items, refused, route)
                : CompletableFuture.failedStage(failure));
    }

    private CompletionStage<List<Appended>> appendElsewhere(
            int partition, List<LogItem> items, AppendFailure refused, int route) {
        if (route == MAX_ROUTES) {
            return failed(refused, "the stream's partitions change");
        }
        return definition
                .layout()
                .successorKnown(partition, SUCCESSOR_TIMEOUT_MILLIS)
                .handle((known, unknown) -> unknown)
                .thenCompose(unknown -> unknown == null
                        ? appendRest(partition, items, refused, route)
                        : failed(refused, "the stream's partitions change, and which ones follow is not known yet"));
    }

    /** What was sealed holds the first items; it is drained before any other entry of theirs is applied. */
    private CompletionStage<List<Appended>> appendRest(
            int partition, List<LogItem> items, AppendFailure refused, int route) {
        Map<Integer, List<LogItem>> byPartition = new TreeMap<>();
        for (LogItem item : items.subList(refused.appended(), items.size())) {
            byPartition
                    .computeIfAbsent(partitionOf(item), ignored -> new ArrayList<>())
                    .add(item);
        }
        List<CompletableFuture<List<Appended>>> appends = new ArrayList<>();
        byPartition.forEach(
                (to, share) -> appends.add(append(to, share, route + 1).toCompletableFuture()));
        return CompletableFuture.allOf(appends.toArray(CompletableFuture[]::new))
                .handle((nothing, failure) -> {
                    List<Appended> all = new ArrayList<>();
                    @Nullable AppendFailure worst = null;
                    for (CompletableFuture<List<Appended>> append : appends) {
                        if (append.state() == CompletableFuture.State.SUCCESS) {
                            all.addAll(append.resultNow());
                        } else {
                            worst = worse(worst, append.exceptionNow());
                        }
                    }
                    if (worst == null) {
                        return withFirst(all, partition, refused);
                    }
                    throw all.isEmpty() && refused.appended() == 0
                            ? worst
                            : new AppendFailure(AppendFailure.Reason.UNKNOWN, String.valueOf(worst.getMessage()));
                });
    }

    /** Those that were repeated in what the sealed partition took count, too. */
    private static List<Appended> withFirst(List<Appended> all, int partition, AppendFailure refused) {
        if (refused.repeated() > 0) {
            all.add(new Appended(partition, EventLog.WRITTEN, refused.repeated()));
        }
        return all;
    }

    /** Where an item belongs now. */
    public int partitionOf(LogItem item) {
        return item.kind() == LogItem.Kind.REFUSED
                ? partitionOfRefused(
                        definition, RefusedEvent.decode(item.payload()).key())
                : partitionOf(definition, reader, item, false);
    }

    /** Where a refused event belongs: nothing depends on where it is, but for its repetition. */
    public static int partitionOfRefused(StreamDefinition definition, @Nullable String key) {
        return key == null ? definition.layout().partitionOf(0) : Partitioner.partitionOf(definition, null, key);
    }

    /** The active partition on whose behalf an item is written past the log. */
    public static int activePartitionOf(StreamDefinition definition, EventReader reader, LogItem item) {
        return definition.layout().current().partitions() == 1
                ? definition.layout().current().partition(0)
                : partitionOf(definition, reader, item, true);
    }

    /** Where the item of an event belongs now, read from what the log would hold of it. */
    private static int partitionOf(StreamDefinition definition, EventReader reader, LogItem item, boolean active) {
        try {
            Event event = reader.read(EntryId.ZERO, 0, item.payload());
            Object entity = event.entity(definition);
            return active
                    ? Partitioner.activePartitionOf(definition, entity, event.key())
                    : Partitioner.partitionOf(definition, entity, event.key());
        } catch (InvalidEventException unreadable) {
            // it becomes a dead letter wherever it is
            StreamLayout layout = definition.layout();
            return active ? layout.current().partition(0) : layout.partitionOf(0);
        }
    }

    private static Appended joined(int partition, List<EventLog.Place> places) {
        EntryId last = EntryId.ZERO;
        int repeated = 0;
        for (EventLog.Place place : places) {
            last = place.entry().isAfter(last) ? place.entry() : last;
            repeated += place.repeated() ? 1 : 0;
        }
        return new Appended(partition, last, repeated);
    }

    private static AppendFailure worse(@Nullable AppendFailure known, Throwable other) {
        if (!(FailureText.cause(other) instanceof AppendFailure failure)) {
            throw new CompletionException(FailureText.cause(other));
        }
        return known == null || failure.reason() == AppendFailure.Reason.UNKNOWN ? failure : known;
    }

    private static <T> CompletionStage<T> failed(AppendFailure refused, String message) {
        return CompletableFuture.failedStage(new AppendFailure(
                refused.appended() == 0 ? AppendFailure.Reason.UNAVAILABLE : AppendFailure.Reason.UNKNOWN, message));
    }
}
