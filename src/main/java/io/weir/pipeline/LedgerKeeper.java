package io.weir.pipeline;

import io.weir.definition.StreamDefinition;
import io.weir.log.LogInspection;
import io.weir.ops.Ledger;
import io.weir.store.LedgerStore;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares what the database recorded with what Redis and this process's door counted, each by itself. Thread-safe.
 *
 * <p>A partition's totals and cursor are read first and Redis is asked about that cursor afterwards, so traffic in between
 * makes no difference: what came since stands after the cursor. Only entries that were committed and trimmed meanwhile
 * could; hence a difference is looked at again before it is believed.
 */
public final class LedgerKeeper {
    private static final Logger log = LoggerFactory.getLogger(LedgerKeeper.class);
    private static final int MAX_LOOKS = 4;

    private record Place(String stream, int partition) {}

    /** Where the comparison with the door begins; {@code answered} includes all that could be among the recorded. */
    private record DoorBaseline(Instant since, long answered, long recorded) {}

    private final List<StreamDefinition> definitions;
    private final LedgerStore store;
    private final LogInspection inspection;
    private final Executor jdbcExecutor;
    private final InstantSource clock;
    private final ConcurrentHashMap<Place, DoorBaseline> doors = new ConcurrentHashMap<>();

    public LedgerKeeper(
            List<StreamDefinition> definitions,
            LedgerStore store,
            LogInspection inspection,
            Executor jdbcExecutor,
            InstantSource clock) {
        this.definitions = List.copyOf(definitions);
        this.store = store;
        this.inspection = inspection;
        this.jdbcExecutor = jdbcExecutor;
        this.clock = clock;
    }

    /** The ledger of all streams, or of those with the name. Fails while the database or Redis is away. */
    public CompletionStage<Ledger> read(@Nullable String stream) {
        return read(stream, false);
    }

    /** The same, after a new baseline where entries are missing: whoever asks for it knows of them. */
    public CompletionStage<Ledger> acknowledge(@Nullable String stream) {
        return read(stream, true);
    }

    private CompletionStage<Ledger> read(@Nullable String stream, boolean acknowledge) {
        Instant asOf = clock.instant();
        CompletionStage<List<Ledger.Stream>> streams = CompletableFuture.completedStage(new ArrayList<>());
        for (StreamDefinition definition : definitions) {
            if (stream == null || definition.name().equals(stream)) {
                streams = streams.thenCompose(before -> partitions(definition, acknowledge)
                        .thenApply(partitions -> {
                            before.add(new Ledger.Stream(definition.name(), partitions));
                            return before;
                        }));
            }
        }
        return streams.thenApply(all -> new Ledger(asOf, all));
    }

    // one after the other: nobody waits for it, and the events' own way has the servers for itself
    private CompletionStage<List<Ledger.Partition>> partitions(StreamDefinition definition, boolean acknowledge) {
        CompletionStage<List<Ledger.Partition>> partitions = CompletableFuture.completedStage(new ArrayList<>());
        SortedSet<Integer> numbers = new TreeSet<>(definition.layout().live());
        numbers.addAll(definition.layout().removed());
        for (int number : numbers) {
            partitions = partitions.thenCompose(
                    before -> lookUnlessRemoved(definition, number, acknowledge).thenApply(found -> {
                        before.add(found);
                        return before;
                    }));
        }
        return partitions;
    }

    /** Of a partition that was removed from the log, what the database recorded is all there is. */
    private CompletionStage<Ledger.Partition> lookUnlessRemoved(
            StreamDefinition definition, int partition, boolean acknowledge) {
        if (!definition.layout().removed().contains(partition)) {
            return look(definition, partition, acknowledge, MAX_LOOKS);
        }
        return CompletableFuture.supplyAsync(
                () -> Jdbc.call(() -> {
                    LedgerStore.Totals totals = store.totals(definition.name(), partition);
                    return new Ledger.Partition(
                            partition,
                            totals.cursor().toString(),
                            totals.committed(),
                            totals.deduplicated(),
                            totals.filtered(),
                            totals.deadLettered(),
                            0,
                            new Ledger.Entries(0, 0, 0),
                            null,
                            List.of());
                }),
                jdbcExecutor);
    }

    private CompletionStage<Ledger.Partition> look(
            StreamDefinition definition, int partition, boolean acknowledge, int looks) {
        // before the totals: what was answered for by now must be in them
        long answered = inspection.appended(definition, partition).answered();
        return CompletableFuture.supplyAsync(
                        () -> Jdbc.call(() -> store.totals(definition.name(), partition)), jdbcExecutor)
                .thenCompose(totals -> inspection
                        .standing(definition, partition, totals.cursor())
                        .thenCompose(standing -> {
                            Ledger.Partition found = compared(definition, partition, totals, standing, answered);
                            boolean known = !totals.baselines().isEmpty();
                            if (looks == 0 || (found.isBalanced() && known)) {
                                return CompletableFuture.completedStage(found);
                            }
                            LedgerStore.Reason reason = reason(totals, standing, found, acknowledge && looks == 1);
                            CompletionStage<?> before = reason == null
                                    ? CompletableFuture.completedStage(null)
                                    : takeBaseline(definition, partition, totals, standing, found, reason);
                            return before.thenCompose(ignored -> look(definition, partition, acknowledge, looks - 1));
                        }));
    }

    /** Why a new baseline is to be taken; null when there is no reason to. */
    private static LedgerStore.@Nullable Reason reason(
            LedgerStore.Totals totals, LogInspection.Standing standing, Ledger.Partition found, boolean acknowledge) {
        if (totals.baselines().isEmpty()) {
            return LedgerStore.Reason.FIRST;
        }
        if (found.entries().missing() < 0) {
            return standing.entriesAdded() == standing.entriesAfter()
                    ? LedgerStore.Reason.EMPTIED
                    : LedgerStore.Reason.TAIL_LOST;
        }
        return acknowledge && found.entries().missing() > 0 ? LedgerStore.Reason.ACKNOWLEDGED : null;
    }

    private CompletionStage<?> takeBaseline(
            StreamDefinition definition,
            int partition,
            LedgerStore.Totals totals,
            LogInspection.Standing standing,
            Ledger.Partition found,
            LedgerStore.Reason reason) {
        long missing = reason == LedgerStore.Reason.FIRST ? 0 : found.entries().missing();
        if (reason != LedgerStore.Reason.FIRST) {
            log.warn(
                    "{}/{}: a new baseline at {} ({}); {} entries are not accounted for",
                    definition.name(),
                    partition,
                    totals.cursor(),
                    reason,
                    missing);
        }
        return CompletableFuture.runAsync(
                () -> Jdbc.call(() -> {
                    store.takeBaseline(
                            definition.name(),
                            partition,
                            totals,
                            reason,
                            standing.entriesAdded() - standing.entriesAfter(),
                            missing);
                    return totals;
                }),
                jdbcExecutor);
    }

    private Ledger.Partition compared(
            StreamDefinition definition,
            int partition,
            LedgerStore.Totals totals,
            LogInspection.Standing standing,
            long answered) {
        LedgerStore.Baseline baseline =
                totals.baselines().isEmpty() ? null : totals.baselines().getFirst();
        Ledger.Entries entries = baseline == null
                ? new Ledger.Entries(standing.entriesAfter(), 0, standing.entriesAfter())
                : new Ledger.Entries(
                        standing.entriesAdded() - baseline.entriesAdded(),
                        totals.committedEntries() - baseline.committedEntries(),
                        standing.entriesAfter());
        long recorded = totals.committed()
                + totals.deduplicated()
                + totals.filtered()
                + totals.deadLettered()
                + standing.eventsAfter();
        return new Ledger.Partition(
                partition,
                totals.cursor().toString(),
                totals.committed(),
                totals.deduplicated(),
                totals.filtered(),
                totals.deadLettered(),
                standing.eventsAfter(),
                entries,
                door(definition, partition, answered, recorded),
                totals.baselines().stream()
                        .map(taken -> new Ledger.Baseline(
                                taken.takenAt(), taken.reason(), taken.cursor().toString(), taken.missingEntries()))
                        .toList());
    }

    private Ledger.Door door(StreamDefinition definition, int partition, long answered, long recorded) {
        DoorBaseline baseline = doors.computeIfAbsent(new Place(definition.name(), partition), place -> {
            // after the totals: whatever may be among the recorded is left out of what is compared
            LogInspection.Appended now = inspection.appended(definition, partition);
            return new DoorBaseline(clock.instant(), now.answered() + now.unanswered(), recorded);
        });
        return new Ledger.Door(
                baseline.since(), Math.max(0, answered - baseline.answered()), recorded - baseline.recorded());
    }
}
