package io.weir.replay;

import io.weir.definition.OnMissing;
import io.weir.definition.StreamDefinition;
import io.weir.event.EntityDelta;
import io.weir.event.EntryId;
import io.weir.event.Event;
import io.weir.event.EventReader;
import io.weir.event.InvalidEventException;
import io.weir.log.LogEntry;
import io.weir.log.LogItem;
import io.weir.log.RetainedLog;
import io.weir.settings.ReplaySettings;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Brings a counter's column that was added to a definition later to its true value. Blocks. */
public final class CounterBackfill {
    /**
     * What a backfill from the log did.
     *
     * @param events that were added, over all partitions
     * @param completeFrom the log was complete from this entry on; null when it always was
     * @param already partitions that had been backfilled before, and were left alone
     */
    public record LogResult(
            long events, long entities, @Nullable EntryId completeFrom, int already) {}

    private static final int ATTEMPTS = 3;

    /** Entities are locked in the order in which windows lock them. */
    @SuppressWarnings({"unchecked", "rawtypes"})
    private static final Comparator<EntityDelta> BY_ENTITY =
            (first, second) -> ((Comparable) first.entity()).compareTo(second.entity());

    private record Folded(
            List<EntityDelta> deltas, long events, @Nullable EntryId completeFrom) {}

    private final List<StreamDefinition> definitions;
    private final Retained retained;
    private final ReplayStore store;
    private final ReplaySettings settings;
    private final Consumer<StreamDefinition> refreshCounts;

    /**
     * A backfill.
     *
     * @param refreshCounts makes a stream's partitions read again the counts that they keep in memory
     */
    public CounterBackfill(
            List<StreamDefinition> definitions,
            RetainedLog retained,
            ReplayStore store,
            ReplaySettings settings,
            Consumer<StreamDefinition> refreshCounts) {
        this.definitions = List.copyOf(definitions);
        this.retained = new Retained(retained);
        this.store = store;
        this.settings = settings;
        this.refreshCounts = refreshCounts;
    }

    /** Sets the column to the aggregate over a table that holds every event. */
    public ReplayStore.RowsResult fromRows(StreamDefinition definition, String counter, boolean rowsAreComplete) {
        CounterTarget target = target(definition, counter);
        return setFromRows(definition, List.of(target), rowsAreComplete).getFirst();
    }

    /**
     * Sets counters to what the definition now says of the events that are stored.
     *
     * @param counter {@code table}, {@code column} or {@code table.column}; null for all counters of the stream
     * @return what became of each column, by its name
     */
    public Map<String, ReplayStore.RowsResult> recount(
            StreamDefinition definition, @Nullable String counter, boolean rowsAreComplete) {
        List<CounterTarget> targets = CounterTarget.findAll(definition, counter);
        for (CounterTarget target : targets) {
            target.requireOwn(definition, definitions);
        }
        List<ReplayStore.RowsResult> results = setFromRows(definition, targets, rowsAreComplete);
        Map<String, ReplayStore.RowsResult> named = new LinkedHashMap<>();
        for (int i = 0; i < targets.size(); i++) {
            named.put(targets.get(i).name(), results.get(i));
        }
        return named;
    }

    private List<ReplayStore.RowsResult> setFromRows(
            StreamDefinition definition, List<CounterTarget> targets, boolean rowsAreComplete) {
        List<ReplayStore.RowsResult> results =
                store.setFromRows(definition, targets, rowsAreComplete, settings.backfillTimeout());
        refreshCounts.accept(definition);
        return results;
    }

    /** Adds what Redis still holds of the events that were committed before the column was first counted. */
    public LogResult fromLog(StreamDefinition definition, String counter) {
        CounterTarget target = target(definition, counter);
        if (definition.arbiter() != null) {
            throw ReplayFailure.refused("stream " + definition.name() + " keeps keys, and the log does not say which of"
                    + " its events were duplicates; backfill from rows");
        }
        if (target.counter().onMissing() == OnMissing.SKIP) {
            throw ReplayFailure.refused(
                    target.name() + " leaves entities without a row alone, and the log does not say which had one");
        }
        List<ReplayStore.ColumnStart> starts = new ArrayList<>();
        List<Integer> partitions = definition.layout().running();
        for (int partition : partitions) {
            ReplayStore.ColumnStart start = store.columnStart(definition, partition, target);
            if (!start.known() && !start.backfilled()) {
                throw ReplayFailure.refused("it is not known from where on " + target.name()
                        + " was counted: it was there before Weir took notes of that, or was away or another"
                        + " aggregate for a while");
            }
            starts.add(start);
        }
        long events = 0;
        long entities = 0;
        int already = 0;
        EntryId completeFrom = null;
        for (int i = 0; i < starts.size(); i++) {
            int partition = partitions.get(i);
            ReplayStore.ColumnStart start = starts.get(i);
            Folded folded = start.backfilled() ? null : fold(definition, partition, target, start.after());
            if (folded == null
                    || !store.addOnce(definition, partition, target, folded.deltas(), settings.backfillTimeout())) {
                already++;
                continue;
            }
            events += folded.events();
            entities += folded.deltas().size();
            EntryId from = folded.completeFrom();
            completeFrom = from == null || (completeFrom != null && completeFrom.isAfter(from)) ? completeFrom : from;
        }
        if (entities > 0) {
            refreshCounts.accept(definition);
        }
        return new LogResult(events, entities, completeFrom, already);
    }

    private CounterTarget target(StreamDefinition definition, String counter) {
        CounterTarget target = CounterTarget.find(definition, counter);
        target.requireOwn(definition, definitions);
        return target;
    }

    private Folded fold(StreamDefinition definition, int partition, CounterTarget target, EntryId upTo) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            RetainedLog.Extent before = retained.extent(definition, partition);
            Folded folded = foldOnce(definition, partition, target, upTo, before);
            RetainedLog.Extent after = retained.extent(definition, partition);
            // nothing may vanish between two reads
            if (String.valueOf(before.first()).equals(String.valueOf(after.first()))) {
                return folded;
            }
        }
        throw new ReplayFailure(ReplayFailure.Reason.UNAVAILABLE, "the log was trimmed while it was read; try again");
    }

    private Folded foldOnce(
            StreamDefinition definition, int partition, CounterTarget target, EntryId upTo, RetainedLog.Extent extent) {
        EventReader reader = new EventReader(definition);
        Set<String> dead = store.deadLettered(definition, partition, upTo);
        Map<Object, EntityDelta> deltas = new HashMap<>();
        long events = 0;
        EntryId after = EntryId.ZERO;
        List<LogEntry> next = retained.next(definition, partition, after, upTo);
        while (!next.isEmpty()) {
            for (LogEntry entry : next) {
                for (int index = 0; index < entry.items().size(); index++) {
                    LogItem item = entry.items().get(index);
                    if (item.kind() == LogItem.Kind.EVENT
                            && !dead.contains(entry.id() + "/" + index)
                            && add(definition, target, read(reader, entry.id(), index, item), deltas)) {
                        events++;
                    }
                }
            }
            if (deltas.size() > settings.maxEntities()) {
                throw ReplayFailure.refused(
                        "the log holds more than " + settings.maxEntities() + " entities (weir.replay.max-entities)");
            }
            after = next.getLast().id();
            next = retained.next(definition, partition, after, upTo);
        }
        List<EntityDelta> sorted = new ArrayList<>(deltas.values());
        sorted.sort(BY_ENTITY);
        EntryId first = extent.first();
        EntryId completeFrom = extent.trimmed() ? (first == null || first.isAfter(upTo) ? upTo : first) : null;
        return new Folded(sorted, events, completeFrom);
    }

    private static @Nullable Event read(EventReader reader, EntryId id, int index, LogItem item) {
        try {
            return reader.read(id, index, item.payload());
        } catch (InvalidEventException deadLetter) {
            return null;
        }
    }

    /** Adds an event's share of the one column; the other columns stay null, which leaves them as they are. */
    private static boolean add(
            StreamDefinition definition, CounterTarget target, @Nullable Event event, Map<Object, EntityDelta> deltas) {
        Object entity = event == null ? null : event.entity(definition);
        if (event == null || entity == null) {
            return false;
        }
        if (event.key() != null || event.letter() != null) {
            throw ReplayFailure.refused(
                    "entry " + event.entryId() + " holds an event with an idempotency key, or a dead"
                            + " letter that was replayed, and the log does not say whether it was a duplicate");
        }
        // an event that is not counted leaves no delta either
        if (!target.counter().counts(event.values())) {
            return false;
        }
        return deltas.computeIfAbsent(entity, absent -> new EntityDelta(definition.counters(), entity))
                .addTo(target.position(), target.columnPosition(), event);
    }
}
