package io.weir.http;

import io.weir.definition.StreamDefinition;
import io.weir.event.AcceptedEvent;
import io.weir.event.EntryId;
import io.weir.event.InvalidEvent;
import io.weir.event.Partitioner;
import io.weir.event.RefusedEvent;
import io.weir.log.AppendFailure;
import io.weir.log.EventLog;
import io.weir.log.LogItem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Appends a request's events, one entry per partition that they belong to. */
final class PartitionedAppend {
    /**
     * Where a partition's share of a request stands in the log.
     *
     * @param entry the last entry that holds some of it
     * @param repeated how many of its events were there before, or twice in it
     */
    record Appended(int partition, EntryId entry, int repeated) {}

    private final StreamDefinition definition;
    private final EventLog log;
    private final boolean once;

    PartitionedAppend(StreamDefinition definition, EventLog log) {
        this.definition = definition;
        this.log = log;
        this.once = definition.dedup().isByFields();
    }

    /**
     * Appends events and, as refused items, invalid ones.
     *
     * <p>Fails with {@link AppendFailure}: with the log's own reason when nothing was appended at all, with
     * {@link AppendFailure.Reason#UNKNOWN} when some may have been.
     */
    CompletionStage<List<Appended>> append(List<AcceptedEvent> accepted, List<InvalidEvent> invalid) {
        if (invalid.isEmpty() && isOnePartition(accepted)) {
            List<LogItem> items = new ArrayList<>(accepted.size());
            for (AcceptedEvent event : accepted) {
                items.add(item(event));
            }
            return append(accepted.getFirst().partition(), items);
        }
        Map<Integer, List<LogItem>> byPartition = new TreeMap<>();
        for (AcceptedEvent event : accepted) {
            add(byPartition, event.partition(), item(event));
        }
        for (InvalidEvent event : invalid) {
            int partition = event.key() == null ? 0 : Partitioner.partitionOf(definition, null, event.key());
            add(byPartition, partition, new LogItem(LogItem.Kind.REFUSED, RefusedEvent.encode(event)));
        }
        List<CompletableFuture<List<Appended>>> appends = new ArrayList<>(byPartition.size());
        byPartition.forEach(
                (partition, items) -> appends.add(append(partition, items).toCompletableFuture()));
        return appends.size() == 1 ? appends.getFirst() : join(appends);
    }

    private CompletionStage<List<Appended>> append(int partition, List<LogItem> items) {
        if (once) {
            return log.appendOnce(definition, partition, items).thenApply(places -> List.of(joined(partition, places)));
        }
        return log.append(definition, partition, items).thenApply(entry -> List.of(new Appended(partition, entry, 0)));
    }

    private LogItem item(AcceptedEvent event) {
        return new LogItem(LogItem.Kind.EVENT, event.json(), once ? event.key() : null);
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

    private static CompletionStage<List<Appended>> join(List<CompletableFuture<List<Appended>>> appends) {
        CompletableFuture<?>[] all = appends.toArray(new CompletableFuture<?>[0]);
        return CompletableFuture.allOf(all).handle((nothing, anyFailure) -> {
            List<Appended> appended = new ArrayList<>(appends.size());
            Throwable failure = null;
            for (CompletableFuture<List<Appended>> append : appends) {
                if (append.state() == CompletableFuture.State.SUCCESS) {
                    appended.addAll(append.resultNow());
                } else {
                    failure = worse(failure, Failures.cause(append.exceptionNow()));
                }
            }
            if (failure == null) {
                return appended;
            }
            if (!appended.isEmpty() && failure instanceof AppendFailure) {
                throw new AppendFailure(
                        AppendFailure.Reason.UNKNOWN,
                        "some partitions took their share of the events and others did not: " + failure.getMessage());
            }
            throw failure instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(failure);
        });
    }

    /** The failure that promises less about the events. */
    private static Throwable worse(@Nullable Throwable first, Throwable second) {
        return first instanceof AppendFailure known && second instanceof AppendFailure other
                ? (known.reason() == AppendFailure.Reason.UNKNOWN ? known : other)
                : first == null || second instanceof AppendFailure == false ? second : first;
    }

    private static boolean isOnePartition(List<AcceptedEvent> events) {
        int partition = events.isEmpty() ? -1 : events.getFirst().partition();
        for (int i = 1; i < events.size(); i++) {
            if (events.get(i).partition() != partition) {
                return false;
            }
        }
        return partition >= 0;
    }

    private static void add(Map<Integer, List<LogItem>> byPartition, int partition, LogItem item) {
        byPartition.computeIfAbsent(partition, absent -> new ArrayList<>()).add(item);
    }
}
