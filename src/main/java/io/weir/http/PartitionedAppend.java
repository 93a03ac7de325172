package io.weir.http;

import io.weir.definition.Generation;
import io.weir.definition.StreamDefinition;
import io.weir.event.AcceptedEvent;
import io.weir.event.InvalidEvent;
import io.weir.event.RefusedEvent;
import io.weir.log.AppendFailure;
import io.weir.log.EventLog;
import io.weir.log.LogItem;
import io.weir.log.RoutedAppend;
import io.weir.log.RoutedAppend.Appended;
import io.weir.logging.FailureText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Appends a request's events, one entry per partition that they belong to. */
final class PartitionedAppend {
    private final StreamDefinition definition;
    private final RoutedAppend log;
    private final boolean once;

    PartitionedAppend(StreamDefinition definition, EventLog log) {
        this.definition = definition;
        this.log = RoutedAppend.once(definition, log);
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
            return log.append(accepted.getFirst().partition(), items);
        }
        Map<Integer, List<LogItem>> byPartition = new TreeMap<>();
        int newest = newestGeneration(accepted);
        for (AcceptedEvent event : accepted) {
            LogItem item = item(event);
            // The partitions changed while the request was decoded. An entity's earlier events must not be behind its
            // later
            // ones, so they go where these do.
            boolean isOutdated = Generation.of(event.partition()) < newest;
            add(byPartition, isOutdated ? log.partitionOf(item) : event.partition(), item);
        }
        for (InvalidEvent event : invalid) {
            int partition = RoutedAppend.partitionOfRefused(definition, event.key());
            add(byPartition, partition, new LogItem(LogItem.Kind.REFUSED, RefusedEvent.encode(event)));
        }
        List<CompletableFuture<List<Appended>>> appends = new ArrayList<>(byPartition.size());
        byPartition.forEach(
                (partition, items) -> appends.add(log.append(partition, items).toCompletableFuture()));
        return appends.size() == 1 ? appends.getFirst() : join(appends);
    }

    private static int newestGeneration(List<AcceptedEvent> events) {
        int newest = 0;
        for (AcceptedEvent event : events) {
            newest = Math.max(newest, Generation.of(event.partition()));
        }
        return newest;
    }

    private LogItem item(AcceptedEvent event) {
        return new LogItem(LogItem.Kind.EVENT, event.json(), once ? event.key() : null);
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
                    failure = worse(failure, FailureText.cause(append.exceptionNow()));
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
