package io.weir.pipeline;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.weir.definition.RowTable;
import io.weir.definition.StreamDefinition;
import io.weir.store.Database;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates the days of tables ahead and drops those past their retention. Any number of processes may do this at once.
 * Windows don't depend on it: what has no day goes to its table's default part.
 */
public final class TablePartitionsKeeper {
    private static final Logger log = LoggerFactory.getLogger(TablePartitionsKeeper.class);

    private final Collection<RowTable> tables;
    private final Database database;
    private final Executor jdbcExecutor;
    private final InstantSource clock;
    private final MeterRegistry meters;
    private final Set<String> failing = ConcurrentHashMap.newKeySet();

    public TablePartitionsKeeper(
            List<StreamDefinition> definitions,
            Database database,
            Executor jdbcExecutor,
            InstantSource clock,
            MeterRegistry meters) {
        Map<String, RowTable> divided = new LinkedHashMap<>();
        for (StreamDefinition definition : definitions) {
            for (RowTable table : definition.rows()) {
                if (table.partition() != null) {
                    divided.put(table.table(), table);
                }
            }
        }
        this.tables = divided.values();
        this.database = database;
        this.jdbcExecutor = jdbcExecutor;
        this.clock = clock;
        this.meters = meters;
    }

    /** Does what is to be done now. Never fails: what could not be done is done the next time. */
    public CompletionStage<Void> run() {
        if (tables.isEmpty()) {
            return CompletableFuture.completedStage(null);
        }
        return CompletableFuture.runAsync(() -> tables.forEach(this::keep), jdbcExecutor);
    }

    private void keep(RowTable table) {
        LocalDate today = clock.instant().atOffset(ZoneOffset.UTC).toLocalDate();
        try {
            Jdbc.call(() -> {
                database.keepDays(table, today);
                return today;
            });
        } catch (RuntimeException problem) {
            Counter.builder("weir.table.partitions.failures")
                    .description("rounds in which a table's days could not be looked after")
                    .tag("table", table.table())
                    .register(meters)
                    .increment();
            // once until it goes well again
            if (failing.add(table.table())) {
                log.warn("the days of {} were not looked after: {}", table.table(), Failures.describe(problem));
            }
            return;
        }
        if (failing.remove(table.table())) {
            log.info("the days of {} are looked after again", table.table());
        }
    }
}
