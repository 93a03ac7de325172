package io.weir;

import com.typesafe.config.Config;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.weir.cluster.ClusterNode;
import io.weir.definition.StreamDefinition;
import io.weir.enrich.Enrichers;
import io.weir.event.EventReader;
import io.weir.fault.Failpoints;
import io.weir.http.HttpServer;
import io.weir.http.Routes;
import io.weir.live.Partitions;
import io.weir.log.RedisEventLog;
import io.weir.ops.WithoutHistograms;
import io.weir.pipeline.DeadLetterPublisher;
import io.weir.pipeline.LayoutKeeper;
import io.weir.pipeline.PartitionContext;
import io.weir.pipeline.PartitionContexts;
import io.weir.pipeline.PartitionHandover;
import io.weir.pipeline.RunningPartitions;
import io.weir.redis.RedisAddress;
import io.weir.redis.SharedRedis;
import io.weir.scheduling.ShortSlices;
import io.weir.settings.ClusterSettings;
import io.weir.settings.EnrichSettings;
import io.weir.settings.HttpSettings;
import io.weir.settings.LedgerSettings;
import io.weir.settings.LogSettings;
import io.weir.settings.MetricsSettings;
import io.weir.settings.PipelineSettings;
import io.weir.settings.RepartitionSettings;
import io.weir.settings.RollupSettings;
import io.weir.settings.SchedulingSettings;
import io.weir.settings.StoreSettings;
import io.weir.store.Catalog;
import io.weir.store.Database;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.apache.pekko.remote.RemoteTransportException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One running Weir: puts the parts together in the order in which they need each other, and takes them apart again. */
final class WeirServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(WeirServer.class);

    private final Config config;
    private final Config weir;
    private final Path home;
    private final Deque<AutoCloseable> toClose = new ConcurrentLinkedDeque<>();
    private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Partitions partitions = new Partitions();
    private final RunningPartitions running = new RunningPartitions();
    private @Nullable ActorSystem<Void> system;
    private @Nullable Leaving leaving;
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
        if (!MetricsSettings.from(weir).histograms()) {
            meters.config().meterFilter(new WithoutHistograms());
        }
        // it filters, and so comes before what it has nothing to do with
        toClose.addFirst(ProcessMeters.bindTo(meters));
        HttpSettings httpSettings = HttpSettings.from(weir);
        PipelineSettings pipelineSettings = PipelineSettings.from(weir);
        ClusterSettings clusterSettings = ClusterSettings.from(weir);
        Config nodeConfig = ClusterNode.configure(config, clusterSettings, pipelineSettings.moveTimeout());
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
        ActorSystem<Void> started = createSystem(clusterSettings, nodeConfig);
        system = started;
        Leaving leaving = new Leaving(started);
        this.leaving = leaving;
        leaving.drain(running, pipelineSettings.drainTimeout());
        leaving.close(this::closeAll);
        LogSettings logSettings = LogSettings.from(weir);
        RedisEventLog eventLog = RedisEventLog.open(logSettings, meters, started.executionContext());
        toClose.addFirst(eventLog);
        SharedRedis sharedRedis = SharedRedis.open(
                RedisAddress.of(logSettings),
                logSettings.connectTimeout(),
                weir.getDuration("redis.command-timeout"),
                meters);
        toClose.addFirst(sharedRedis);
        new Membership(started, clusterSettings, running, meters).begin(sharedRedis, definitions);
        LayoutKeeper layouts = new LayoutKeeper(
                definitions,
                database.layouts(),
                started.dispatchers().lookup(DispatcherSelector.fromConfig("weir.jdbc-dispatcher")));
        layouts.begin();
        PartitionContexts contexts = contexts(definitions, pipelineSettings, eventLog, database, catalog);
        PartitionHandover.Tools handover = new PartitionHandover.Tools(
                eventLog.seals(),
                database.layouts(),
                layouts::refresh,
                RepartitionSettings.from(weir).interval());
        new Workers(started, definitions, contexts, handover, partitions, running)
                .start(
                        DeadLetterPublisher.create(
                                definitions,
                                database.deadLetters(),
                                eventLog.deadLetterStream(),
                                pipelineSettings,
                                meters),
                        eventLog,
                        layouts,
                        clusterSettings);
        LedgerSettings ledgerSettings = LedgerSettings.from(weir);
        Upkeep upkeep =
                new Upkeep(started, definitions, database, catalog, eventLog, ledgerSettings, pipelineSettings, meters);
        upkeep.start(started, ledgerSettings, storeSettings);
        upkeep.keepRollups(started, database, RollupSettings.from(weir), meters);
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
                layouts,
                partitions,
                meters,
                enrichers);
        toClose.addFirst(JmxBeans.start(parts, running));
        // a stream that gets other partitions is none that starts
        Probes probes = new Probes(parts, List.copyOf(contexts.statuses()));
        Routes routes = new ServerRoutes(parts, contexts.statuses()).build(upkeep, probes);
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
        leaving.finishRequests(binding);
        keepSlicesShort(started);
        log.info(
                "{} streams, started in {} ms",
                definitions.size(),
                Duration.ofNanos(System.nanoTime() - startedNanos).toMillis());
    }

    private void keepSlicesShort(ActorSystem<?> started) {
        SchedulingSettings settings = SchedulingSettings.from(weir);
        Duration slice = settings.slice();
        if (slice == null) {
            return;
        }
        ShortSlices slices = ShortSlices.of(ShortSlices.SERVER, slice);
        slices.bindTo(meters);
        started.scheduler()
                .scheduleWithFixedDelay(
                        Duration.ZERO,
                        settings.interval(),
                        slices::ask,
                        started.dispatchers().lookup(DispatcherSelector.fromConfig("weir.admin-dispatcher")));
    }

    /** Where it listens. */
    String url() {
        return url;
    }

    /** What it serves, as {@code GET /path}. */
    SortedSet<String> routes() {
        return routes;
    }

    /** Where other nodes of its cluster reach it, as {@code host:port}. */
    String clusterAddress() {
        return ClusterNode.address(Objects.requireNonNull(system, "not started"));
    }

    /** The partitions that it runs at this moment, as {@code stream/partition}. */
    SortedSet<String> runningPartitions() {
        return running.names();
    }

    /** Its actors, for tests that end some of them. */
    org.apache.pekko.actor.ActorSystem actorSystem() {
        return Objects.requireNonNull(system, "not started").classicSystem();
    }

    /** Returns when it has stopped; false when its cluster is the reason, and it is to be started anew. */
    boolean awaitStop() {
        if (system == null || leaving == null) {
            return true;
        }
        leaving.awaitEnd();
        return !ClusterNode.isToBeStartedAnew(system);
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

    private PartitionContexts contexts(
            List<StreamDefinition> definitions,
            PipelineSettings settings,
            RedisEventLog eventLog,
            Database database,
            Catalog catalog) {
        String owner = ManagementFactory.getRuntimeMXBean().getName();
        Map<String, EventReader> readers = new HashMap<>();
        definitions.forEach(definition -> readers.put(definition.name(), new EventReader(definition)));
        return new PartitionContexts(
                definitions,
                meters,
                (definition, partition, status, delays) -> new PartitionContext(
                        definition,
                        partition,
                        owner,
                        eventLog,
                        eventLog,
                        database.partitionStore(definition, partition, catalog),
                        Objects.requireNonNull(readers.get(definition.name())),
                        settings,
                        status,
                        meters,
                        delays));
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

    private static ActorSystem<Void> createSystem(ClusterSettings settings, Config nodeConfig) {
        try {
            return ActorSystem.create(Behaviors.empty(), ClusterNode.SYSTEM, nodeConfig);
        } catch (RemoteTransportException failure) {
            throw new StartFailure(List.of("weir: can't listen on " + settings.bindHost() + ":" + settings.bindPort()
                    + " for other nodes (" + rootMessage(failure) + "); set WEIR_CLUSTER_HOST and WEIR_CLUSTER_PORT, or"
                    + " WEIR_CLUSTER_BIND_HOST and WEIR_CLUSTER_BIND_PORT where others reach this node at another"
                    + " address than its own"));
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
