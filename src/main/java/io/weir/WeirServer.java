package io.weir;

import com.typesafe.config.Config;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.weir.definition.StreamDefinition;
import io.weir.event.EventReader;
import io.weir.fault.Failpoints;
import io.weir.http.AdminAccess;
import io.weir.http.DeadLetterRoutes;
import io.weir.http.HttpServer;
import io.weir.http.IngestRoutes;
import io.weir.http.OperationsHandlers;
import io.weir.http.ReplayHandlers;
import io.weir.http.Routes;
import io.weir.live.PartitionQuery;
import io.weir.live.Partitions;
import io.weir.log.EventLog;
import io.weir.log.RedisEventLog;
import io.weir.log.RetainedLog;
import io.weir.ops.Health;
import io.weir.pipeline.DeadLetterPublisher;
import io.weir.pipeline.FallbackLog;
import io.weir.pipeline.PartitionContext;
import io.weir.pipeline.PartitionStatus;
import io.weir.pipeline.StoredCounts;
import io.weir.pipeline.StreamFlush;
import io.weir.replay.CounterBackfill;
import io.weir.replay.ReplayStore;
import io.weir.replay.StreamReplay;
import io.weir.settings.HttpSettings;
import io.weir.settings.LedgerSettings;
import io.weir.settings.LogSettings;
import io.weir.settings.PipelineSettings;
import io.weir.settings.ReplaySettings;
import io.weir.settings.StoreSettings;
import io.weir.store.Catalog;
import io.weir.store.Database;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Executor;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One running Weir: puts the parts together in the order in which they need each other, and takes them apart again. */
final class WeirServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(WeirServer.class);
    private static final Duration REQUESTS_DEADLINE = Duration.ofSeconds(5);

    private final Config config;
    private final Config weir;
    private final Path home;
    private final Deque<AutoCloseable> toClose = new ConcurrentLinkedDeque<>();
    private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Partitions partitions = new Partitions();
    private final List<PartitionStatus> statuses = new ArrayList<>();
    private @Nullable ActorSystem<Guardian.Command> system;
    private String url = "";

    /**
     * Prepares a server.
     *
     * @param home the directory that holds {@code conf/streams}
     * @param ownServers what is to be closed last, after the server has stopped
     */
    WeirServer(Config config, Path home, List<? extends AutoCloseable> ownServers) {
        this.config = config;
        this.weir = config.getConfig("weir");
        this.home = home;
        this.toClose.addAll(ownServers);
    }

    /**
     * Starts everything.
     *
     * @param startedNanos when the process began to start, for the log
     * @throws StartFailure when something is wrong that a person has to mend
     */
    void start(long startedNanos) throws Exception {
        if (!Failpoints.chosen().isEmpty()) {
            log.warn("this process will end at the failpoint {}: for tests, not for production", Failpoints.chosen());
        }
        HttpSettings httpSettings = HttpSettings.from(weir);
        PipelineSettings pipelineSettings = PipelineSettings.from(weir);
        List<StreamDefinition> definitions = Definitions.read(home.resolve("conf/streams"), weir);
        StoreSettings storeSettings = StoreSettings.from(weir);
        Database database = Database.open(storeSettings, meters);
        toClose.addFirst(database);
        database.awaitReachable(weir.getDuration("store.start-timeout"));
        database.migrate();
        Catalog catalog = Definitions.check(definitions, database);
        new JvmMemoryMetrics().bindTo(meters);

        ActorSystem<Guardian.Command> started = ActorSystem.create(Guardian.create(partitions), "weir", config);
        system = started;
        addShutdown(started, pipelineSettings);
        RedisEventLog eventLog = RedisEventLog.open(LogSettings.from(weir), meters, started.executionContext());
        toClose.addFirst(eventLog);
        Map<String, List<PartitionContext>> contexts =
                contexts(definitions, pipelineSettings, eventLog, database, catalog);
        started.tell(new Guardian.Start(contexts));
        var _ = started.systemActorOf(
                DeadLetterPublisher.create(
                        definitions, database.deadLetters(), eventLog.deadLetterStream(), pipelineSettings, meters),
                "dead-letter-publisher",
                Props.empty());
        LedgerSettings ledgerSettings = LedgerSettings.from(weir);
        Upkeep upkeep =
                new Upkeep(started, definitions, database, catalog, eventLog, ledgerSettings, pipelineSettings, meters);
        upkeep.start(started, ledgerSettings, storeSettings);
        Routes routes = routes(started, definitions, httpSettings, eventLog, contexts, database, catalog, upkeep);
        ServerBinding binding;
        try {
            binding = HttpServer.start(started, httpSettings, routes, meters)
                    .toCompletableFuture()
                    .join();
        } catch (CompletionException failure) {
            throw new StartFailure(List.of("weir: can't listen on " + httpSettings.host() + ":" + httpSettings.port()
                    + " (" + rootMessage(failure) + "); set WEIR_HTTP_PORT to another port"));
        }
        url = "http://" + binding.localAddress().getAddress().getHostAddress() + ":"
                + binding.localAddress().getPort();
        addHttpShutdown(started, binding);
        log.info(
                "{} streams, started in {} ms",
                definitions.size(),
                Duration.ofNanos(System.nanoTime() - startedNanos).toMillis());
    }

    /** Where it listens. */
    String url() {
        return url;
    }

    /** Its actors, for tests that end some of them. */
    org.apache.pekko.actor.ActorSystem actorSystem() {
        return Objects.requireNonNull(system, "not started").classicSystem();
    }

    /** Returns when it has stopped, for whatever reason. */
    void awaitStop() {
        if (system != null) {
            system.getWhenTerminated().toCompletableFuture().join();
        }
    }

    /** Commits what was accepted, stops everything that was started, and returns when that is done. */
    @Override
    public void close() {
        if (system == null) {
            closeAll();
            return;
        }
        CoordinatedShutdown.get(system)
                .runAll(CoordinatedShutdown.unknownReason())
                .toCompletableFuture()
                .join();
    }

    private Map<String, List<PartitionContext>> contexts(
            List<StreamDefinition> definitions,
            PipelineSettings settings,
            EventLog eventLog,
            Database database,
            Catalog catalog) {
        String owner = ManagementFactory.getRuntimeMXBean().getName();
        Map<String, List<PartitionContext>> contexts = new LinkedHashMap<>();
        for (StreamDefinition definition : definitions) {
            EventReader reader = new EventReader(definition);
            List<PartitionContext> ofStream = new ArrayList<>();
            for (int partition = 0; partition < definition.partitions(); partition++) {
                PartitionStatus status = new PartitionStatus(definition.name(), partition);
                statuses.add(status);
                ofStream.add(new PartitionContext(
                        definition,
                        partition,
                        owner,
                        eventLog,
                        database.partitionStore(definition, partition, catalog),
                        reader,
                        settings,
                        status,
                        meters));
            }
            contexts.put(definition.name(), ofStream);
        }
        return contexts;
    }

    private Routes routes(
            ActorSystem<?> system,
            List<StreamDefinition> definitions,
            HttpSettings settings,
            RedisEventLog eventLog,
            Map<String, List<PartitionContext>> contexts,
            Database database,
            Catalog catalog,
            Upkeep upkeep) {
        Executor jdbcExecutor = system.dispatchers().lookup(DispatcherSelector.fromConfig("weir.jdbc-dispatcher"));
        Health health = new Health(
                () -> CompletableFuture.supplyAsync(database::answers, jdbcExecutor),
                eventLog::isReachable,
                () -> definitions.stream().mapToLong(eventLog::depth).sum(),
                () -> statuses.stream()
                        .mapToLong(PartitionStatus::uncommittedEvents)
                        .sum(),
                this::stopped);
        Routes.Builder routes = Routes.builder()
                .guard(AdminAccess.PREFIX, AdminAccess.of(settings)::guard)
                .guard(AdminAccess.CRON_PREFIX, AdminAccess.ofCron(settings, system)::guard)
                .add("GET", "/health", OperationsHandlers.health(health))
                .add("GET", "/metrics", OperationsHandlers.metrics(meters));
        upkeep.addTo(routes, settings);
        new Flushes(
                        definitions,
                        new StreamFlush(
                                partitions,
                                database.ledger(),
                                eventLog,
                                jdbcExecutor,
                                system,
                                settings.commitTimeout()),
                        eventLog,
                        settings)
                .addTo(routes);
        StoredCounts storedCounts = new StoredCounts(contexts, jdbcExecutor);
        IngestRoutes.addTo(
                routes,
                definitions,
                new FallbackLog(eventLog, contexts, partitions, storedCounts, jdbcExecutor),
                partitions,
                storedCounts,
                settings,
                meters,
                system);
        DeadLetterRoutes.addTo(routes, definitions, database.deadLetters(), eventLog, settings, system);
        replayHandlers(definitions, settings, eventLog, database.replayStore(catalog))
                .addTo(routes);
        return routes.build();
    }

    private ReplayHandlers replayHandlers(
            List<StreamDefinition> definitions, HttpSettings settings, RedisEventLog eventLog, ReplayStore store) {
        ReplaySettings replaySettings = ReplaySettings.from(weir);
        RetainedLog retained = eventLog.retained();
        return new ReplayHandlers(
                definitions,
                new StreamReplay(eventLog, retained, store, replaySettings),
                new CounterBackfill(definitions, retained, store, replaySettings, this::refreshCounts),
                settings,
                task -> Thread.ofVirtual().name("weir-replay").start(task));
    }

    /** After a change of committed counts that no window made. */
    private void refreshCounts(StreamDefinition definition) {
        for (int partition = 0; partition < definition.partitions(); partition++) {
            ActorRef<PartitionQuery> running = partitions.find(definition.name(), partition);
            if (running != null) {
                running.tell(new PartitionQuery.RefreshCounts());
            }
        }
    }

    private List<String> stopped() {
        return statuses.stream()
                .filter(status -> status.stoppedReason() != null)
                .map(status -> status.stream() + "/" + status.partition() + ": " + status.stoppedReason())
                .toList();
    }

    private void addHttpShutdown(ActorSystem<?> system, ServerBinding binding) {
        CoordinatedShutdown shutdown = CoordinatedShutdown.get(system);
        shutdown.addTask(
                CoordinatedShutdown.PhaseServiceUnbind(),
                "unbind-http",
                () -> binding.unbind().thenApply(unbound -> Done.done()));
        shutdown.addTask(
                CoordinatedShutdown.PhaseServiceRequestsDone(),
                "finish-requests",
                () -> binding.terminate(REQUESTS_DEADLINE).thenApply(terminated -> Done.done()));
    }

    private void addShutdown(ActorSystem<Guardian.Command> started, PipelineSettings settings) {
        CoordinatedShutdown shutdown = CoordinatedShutdown.get(started);
        shutdown.addTask(CoordinatedShutdown.PhaseServiceStop(), "drain", () -> drain(started, settings));
        // the process may end as soon as the phases have, so what must be closed is closed within them
        shutdown.addTask(
                CoordinatedShutdown.PhaseBeforeActorSystemTerminate(),
                "close",
                () -> CompletableFuture.runAsync(this::closeAll).thenApply(closed -> Done.done()));
    }

    private static CompletionStage<Done> drain(ActorSystem<Guardian.Command> system, PipelineSettings settings) {
        log.info("stopping: committing what was accepted, for at most {}", settings.drainTimeout());
        return AskPattern.<Guardian.Command, Guardian.Drained>ask(
                        system,
                        replyTo -> new Guardian.Drain(settings.drainTimeout(), replyTo),
                        settings.drainTimeout().plusSeconds(5),
                        system.scheduler())
                .handle((drained, failure) -> {
                    if (failure != null) {
                        log.warn("the pipeline did not stop in time: {}", failure.toString());
                    } else if (drained.unfinished().isEmpty()) {
                        log.info("stopped: everything that was accepted is committed");
                    } else {
                        log.warn(
                                "stopped with uncommitted events in {}; they are in Redis and are committed after the"
                                        + " next start",
                                drained.unfinished());
                    }
                    return Done.done();
                });
    }

    private void closeAll() {
        for (AutoCloseable closeable = toClose.poll(); closeable != null; closeable = toClose.poll()) {
            try {
                closeable.close();
            } catch (Exception failure) {
                log.warn("not closed: {}", failure.toString());
            }
        }
    }

    private static String rootMessage(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage());
    }
}
