package io.weir.pipeline;

import io.weir.event.EntryId;
import io.weir.event.Event;
import io.weir.event.InvalidEventException;
import io.weir.live.PartitionQuery;
import io.weir.live.Partitions;
import io.weir.log.AppendFailure;
import io.weir.log.EventLog;
import io.weir.log.LogItem;
import io.weir.store.DirectOutcome;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.typed.ActorRef;

/** Writes one partition's events past Redis: one transaction at a time, the next one of all that came meanwhile. */
final class DirectWriter {
    private static final int MAX_WAITING_EVENTS = 10_000;
    private static final int MAX_EVENTS_AT_ONCE = 1_000;

    private record Waiting(List<Event> events, CompletableFuture<List<EventLog.Place>> stage) {}

    private final PartitionContext partition;
    private final Partitions partitions;
    private final StoredCounts counts;
    private final Executor jdbcExecutor;
    private final InstantSource clock;

    private final AtomicLong sequence = new AtomicLong();

    // guarded by this
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private int waitingEvents;
    private boolean writing;

    DirectWriter(
            PartitionContext partition,
            Partitions partitions,
            StoredCounts counts,
            Executor jdbcExecutor,
            InstantSource clock) {
        this.partition = partition;
        this.counts = counts;
        this.partitions = partitions;
        this.jdbcExecutor = jdbcExecutor;
        this.clock = clock;
    }

    /** Writes events; fails with {@link AppendFailure}. */
    CompletionStage<List<EventLog.Place>> write(List<LogItem> items) {
        List<Event> events = new ArrayList<>(items.size());
        try {
            for (LogItem item : items) {
                if (item.kind() != LogItem.Kind.EVENT) {
                    return failed(
                            AppendFailure.Reason.UNAVAILABLE,
                            "Redis is away, and an invalid event is kept there alone");
                }
                // a place of its own, as an entry would be
                EntryId place = new EntryId(clock.millis(), sequence.incrementAndGet());
                events.add(partition.eventReader().read(place, 0, item.payload()));
            }
        } catch (InvalidEventException changed) {
            return failed(AppendFailure.Reason.UNAVAILABLE, Failures.describe(changed));
        }
        Waiting added = new Waiting(events, new CompletableFuture<>());
        synchronized (this) {
            if (waitingEvents + events.size() > MAX_WAITING_EVENTS) {
                return failed(
                        AppendFailure.Reason.OVERLOADED, "Redis is away, and too many events wait for the database");
            }
            waiting.add(added);
            waitingEvents += events.size();
            if (writing) {
                return added.stage();
            }
            writing = true;
        }
        try {
            jdbcExecutor.execute(this::writeAll);
        } catch (RuntimeException stopping) {
            failAll(stopping);
        }
        return added.stage();
    }

    private void writeAll() {
        try {
            for (List<Waiting> next = take(); !next.isEmpty(); next = take()) {
                write(
                        next,
                        next.stream().flatMap(part -> part.events().stream()).toList());
            }
        } catch (RuntimeException defect) {
            failAll(defect);
            throw defect;
        }
    }

    private void write(List<Waiting> parts, List<Event> events) {
        switch (partition.store().writeDirect(events)) {
            case DirectOutcome.Written written -> {
                // before anybody asks for the count
                counts.written(partition.definition().name(), written.counts());
                ActorRef<PartitionQuery> running =
                        partitions.find(partition.definition().name(), partition.partition());
                if (running != null) {
                    running.tell(new PartitionQuery.RefreshCounts());
                }
                for (Waiting part : parts) {
                    part.stage()
                            .complete(part.events().stream()
                                    .map(event -> new EventLog.Place(
                                            EventLog.WRITTEN, written.repeated().contains(event)))
                                    .toList());
                }
            }
            case DirectOutcome.NotWritten(String reason) ->
                fail(parts, AppendFailure.Reason.UNAVAILABLE, "Redis is away, and the database: " + reason);
            case DirectOutcome.Elsewhere() ->
                fail(parts, AppendFailure.Reason.SEALED, partition + " takes no event any more");
            case DirectOutcome.Unknown(String reason) ->
                fail(parts, AppendFailure.Reason.UNKNOWN, "the connection to the database was lost: " + reason);
        }
    }

    private synchronized List<Waiting> take() {
        List<Waiting> taken = new ArrayList<>();
        int events = 0;
        for (Waiting next = waiting.peek(); next != null; next = waiting.peek()) {
            if (events > 0 && events + next.events().size() > MAX_EVENTS_AT_ONCE) {
                break;
            }
            events += next.events().size();
            taken.add(waiting.remove());
        }
        waitingEvents -= events;
        writing = !taken.isEmpty();
        return taken;
    }

    private void failAll(RuntimeException problem) {
        List<Waiting> all;
        synchronized (this) {
            all = List.copyOf(waiting);
            waiting.clear();
            waitingEvents = 0;
            writing = false;
        }
        fail(all, AppendFailure.Reason.UNAVAILABLE, Failures.describe(problem));
    }

    private static void fail(List<Waiting> parts, AppendFailure.Reason reason, String message) {
        for (Waiting part : parts) {
            part.stage().completeExceptionally(new AppendFailure(reason, message));
        }
    }

    private static CompletionStage<List<EventLog.Place>> failed(AppendFailure.Reason reason, String message) {
        return CompletableFuture.failedFuture(new AppendFailure(reason, message));
    }
}
