package io.weir;

import io.micrometer.core.instrument.MeterRegistry;
import io.weir.definition.StreamDefinition;
import io.weir.http.LedgerHandlers;
import io.weir.http.Routes;
import io.weir.log.LogInspection;
import io.weir.logging.FailureText;
import io.weir.ops.LedgerJson;
import io.weir.ops.LedgerMetrics;
import io.weir.pipeline.KeyDaysKeeper;
import io.weir.pipeline.LedgerKeeper;
import io.weir.pipeline.RollupKeeper;
import io.weir.pipeline.TablePartitionsKeeper;
import io.weir.pipeline.Verification;
import io.weir.settings.HttpSettings;
import io.weir.settings.LedgerSettings;
import io.weir.settings.PipelineSettings;
import io.weir.settings.RollupSettings;
import io.weir.settings.StoreSettings;
import io.weir.store.Catalog;
import io.weir.store.CounterVerifier;
import io.weir.store.Database;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a server does beside the events' own way: keeps the ledger, the days of idempotency keys and of tables, and rollups. */
final class Upkeep {
    private static final Logger log = LoggerFactory.getLogger(Upkeep.class);

    private final LedgerKeeper ledger;
    private final CounterVerifier verifier;
    private final LedgerMetrics metrics;
    private final KeyDaysKeeper keyDays;
    private final TablePartitionsKeeper tablePartitions;
    private final Executor executor;
    private final List<StreamDefinition> definitions;

    Upkeep(
            ActorSystem<?> system,
            List<StreamDefinition> definitions,
            Database database,
            Catalog catalog,
            LogInspection inspection,
            LedgerSettings settings,
            PipelineSettings pipeline,
            MeterRegistry meters) {
        this.definitions = definitions;
        this.executor = system.dispatchers().lookup(DispatcherSelector.fromConfig("weir.admin-dispatcher"));
        this.ledger = new LedgerKeeper(definitions, database.ledger(), inspection, executor, InstantSource.system());
        this.verifier = database.verifier(definitions, catalog, settings.verifyTimeout());
        this.metrics = new LedgerMetrics(
                meters, definitions.stream().map(StreamDefinition::name).toList());
        this.keyDays = new KeyDaysKeeper(
                definitions, database, inspection, executor, pipeline.keyedRewind(), InstantSource.system());
        this.tablePartitions =
                new TablePartitionsKeeper(definitions, database, executor, InstantSource.system(), meters);
    }

    /** Begins, and goes on until the system ends. */
    void start(ActorSystem<?> system, LedgerSettings settings, StoreSettings store) {
        repeat(system, settings.interval(), this::showLedger);
        repeat(system, store.keyDaysInterval(), keyDays::run);
        repeat(system, store.tableDaysInterval(), tablePartitions::run);
    }

    /** The same for what is kept of counters over time. */
    void keepRollups(ActorSystem<?> system, Database database, RollupSettings settings, MeterRegistry meters) {
        RollupKeeper rollups = new RollupKeeper(database.rollups(), settings, executor, InstantSource.system(), meters);
        repeat(system, settings.interval(), rollups::run);
    }

    void addTo(Routes.Builder routes, HttpSettings settings) {
        new LedgerHandlers(definitions.stream().map(StreamDefinition::name).collect(Collectors.toSet()), settings)
                .addTo(
                        routes,
                        stream -> ledger.read(stream).thenApply(LedgerJson::render),
                        stream -> ledger.acknowledge(stream).thenApply(LedgerJson::render),
                        stream -> verify(stream).thenApply(Verification::toJson));
    }

    /** The ledger of all streams, as JSON. */
    CompletionStage<String> ledgerJson() {
        return ledger.read(null).thenApply(LedgerJson::render);
    }

    private CompletionStage<Verification> verify(@Nullable String stream) {
        return Verification.take(ledger, verifier, stream, executor);
    }

    private CompletionStage<Void> showLedger() {
        return ledger.read(null).thenAccept(metrics::show).exceptionally(problem -> {
            log.info("the ledger was not read: {}", FailureText.describe(problem));
            return null;
        });
    }

    /** Once more after each end, so that a slow round is never followed by two. */
    static void repeat(ActorSystem<?> system, Duration pause, Supplier<CompletionStage<Void>> duty) {
        CompletionStage<Void> round;
        try {
            round = duty.get();
        } catch (RuntimeException refused) {
            round = CompletableFuture.failedStage(refused);
        }
        var _ = round.whenComplete((done, problem) -> {
            if (!system.whenTerminated().isCompleted()) {
                var _ = system.scheduler()
                        .scheduleOnce(pause, () -> repeat(system, pause, duty), system.executionContext());
            }
        });
    }
}
