package io.weir;

import com.typesafe.config.Config;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.weir.definition.StreamDefinition;
import io.weir.enrich.Enrichers;
import io.weir.event.EventReader;
import io.weir.fault.Failpoints;
import io.weir.http.HttpServer;
import io.weir.http.Routes;
import io.weir.live.Partitions;
import io.weir.log.EventLog;
import io.weir.log.RedisEventLog;
import io.weir.pipeline.DeadLetterPublisher;
import io.weir.pipeline.PartitionContext;
import io.weir.pipeline.PartitionStatus;
import io.weir.redis.RedisAddress;
import io.weir.redis.SharedRedis;
import io.weir.settings.EnrichSettings;
import io.weir.settings.HttpSettings;
import io.weir.settings.LedgerSettings;
import io.weir.settings.LogSettings;
import io.weir.settings.PipelineSettings;
import io.weir.settings.StoreSettings;
import io.weir.store.Catalog;
import io.weir.store.Database;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
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
    private SortedSet<String> routes = Collections.emptySortedSet();

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
        Enrichers enrichers = Enrichers.open(EnrichSettings.from(weir), definitions, meters);
        toClose.addFirst(enrichers);
        Access.check(weir, httpSettings, definitions);
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
        LogSettings logSettings = LogSettings.from(weir);
        RedisEventLog eventLog = RedisEventLog.open(logSettings, meters, started.executionContext());
        toClose.addFirst(eventLog);
        SharedRedis sharedRedis = SharedRedis.open(
                RedisAddress.of(logSettings), logSettings.connectTimeout(), weir.getDuration("redis.command-timeout"));
        toClose.addFirst(sharedRedis);
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
        ServerParts parts = new ServerParts(
                weir,
                started,
                definitions,
                httpSettings,
                database,
                catalog,
                eventLog,
                sharedRedis,
                contexts,
                partitions,
                meters,
                enrichers);
        Probes probes = new Probes(parts, statuses);
        Routes routes = new ServerRoutes(parts, statuses).build(upkeep, probes);
        this.routes = routes.list();
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
        probes.drainBeforeUnbind();
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

    /** What it serves, as {@code GET /path}. */
    SortedSet<String> routes() {
        return routes;
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
