package io.weir.pipeline;

import io.weir.definition.StreamDefinition;
import io.weir.event.EntryId;
import io.weir.log.LogInspection;
import io.weir.store.Database;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates the days of idempotency keys ahead and drops those that no event can ask for any more: past the longest window of
 * any stream, counted back from the oldest entry that is not committed. Any number of processes may do this at once.
 */
public final class KeyDaysKeeper {
    private static final Logger log = LoggerFactory.getLogger(KeyDaysKeeper.class);
    private static final int DAYS_AHEAD = 2;

    private final List<StreamDefinition> keyed;
    private final Database database;
    private final LogInspection inspection;
    private final Executor jdbcExecutor;
    private final InstantSource clock;
    private final Duration reach;

    /**
     * A keeper.
     *
     * @param rewind how far a partition may go back behind its cursor
     */
    public KeyDaysKeeper(
            List<StreamDefinition> definitions,
            Database database,
            LogInspection inspection,
            Executor jdbcExecutor,
            Duration rewind,
            InstantSource clock) {
        this.keyed = definitions.stream()
                .filter(definition -> definition.arbiter() == null)
                .toList();
        this.database = database;
        this.inspection = inspection;
        this.jdbcExecutor = jdbcExecutor;
        this.clock = clock;
        this.reach = keyed.stream()
                .map(definition -> definition.dedup().window())
                .max(Duration::compareTo)
                .orElse(Duration.ZERO)
                .plus(rewind);
    }

    /** Does what is to be done now. Never fails: what could not be done is done the next time, and windows help themselves. */
    public CompletionStage<Void> run() {
        if (keyed.isEmpty()) {
            return CompletableFuture.completedStage(null);
        }
        Instant now = clock.instant();
        return CompletableFuture.runAsync(() -> create(day(now)), jdbcExecutor)
                .thenCompose(created -> oldestUncommitted(now))
                .thenAcceptAsync(oldest -> drop(day(oldest.minus(reach))), jdbcExecutor)
                .exceptionally(problem -> {
                    log.warn("the days of idempotency keys were not looked after: {}", Failures.describe(problem));
                    return null;
                });
    }

    private void create(LocalDate today) {
        Jdbc.call(() -> {
            database.createKeyDays(today, today.plusDays(DAYS_AHEAD));
            return today;
        });
    }

    private void drop(LocalDate first) {
        Jdbc.call(() -> database.dropKeyDays(first));
    }

    private CompletionStage<Instant> oldestUncommitted(Instant now) {
        CompletionStage<Instant> oldest = CompletableFuture.completedStage(now);
        for (StreamDefinition definition : keyed) {
            for (int partition : definition.layout().live()) {
                int number = partition;
                oldest = oldest.thenCompose(
                        before -> firstAfterCursor(definition, number, now).thenApply(found -> {
                            return found.isBefore(before) ? found : before;
                        }));
            }
        }
        return oldest;
    }

    private CompletionStage<Instant> firstAfterCursor(StreamDefinition definition, int partition, Instant now) {
        return CompletableFuture.supplyAsync(
                        () -> Jdbc.call(() -> database.ledger().totals(definition.name(), partition)), jdbcExecutor)
                .thenCompose(totals -> inspection.standing(definition, partition, totals.cursor()))
                .thenApply(standing -> {
                    EntryId first = standing.firstAfter();
                    return first == null
                            ? now
                            : Instant.ofEpochMilli(Math.clamp(first.millis(), 0, now.toEpochMilli()));
                });
    }

    private static LocalDate day(Instant time) {
        return time.atOffset(ZoneOffset.UTC).toLocalDate();
    }
}
