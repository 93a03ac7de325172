package io.weir;

import io.weir.definition.StreamDefinition;
import io.weir.http.AdminAccess;
import io.weir.http.ApiDescription;
import io.weir.http.DeadLetterRoutes;
import io.weir.http.IngestRoutes;
import io.weir.http.Listeners;
import io.weir.http.OperationsHandlers;
import io.weir.http.ReplayHandlers;
import io.weir.http.Routes;
import io.weir.http.WorkerNode;
import io.weir.live.Nodes;
import io.weir.live.PartitionQuery;
import io.weir.log.RetainedLog;
import io.weir.ops.Health;
import io.weir.pipeline.FallbackLog;
import io.weir.pipeline.PartitionStatus;
import io.weir.pipeline.StoredCounts;
import io.weir.pipeline.StreamFlush;
import io.weir.replay.CounterBackfill;
import io.weir.replay.StreamReplay;
import io.weir.settings.ClusterSettings;
import io.weir.settings.QueueStatusSettings;
import io.weir.settings.ReplaySettings;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.stream.SharedKillSwitch;

/** Puts every route of a server together. */
final class ServerRoutes {
    private final ServerParts parts;
    private final List<PartitionStatus> statuses;

    ServerRoutes(ServerParts parts, List<PartitionStatus> statuses) {
        this.parts = parts;
        this.statuses = statuses;
    }

    Routes build(Upkeep upkeep, Probes probes) {
        Executor jdbcExecutor = parts.jdbcExecutor();
        Health health = health(jdbcExecutor);
        Routes.Builder routes = Routes.builder()
                .guard(AdminAccess.PREFIX, AdminAccess.of(parts.http())::guard)
                .guard(AdminAccess.CRON_PREFIX, AdminAccess.ofCron(parts.http(), parts.system())::guard)
                .add("GET", "/health", OperationsHandlers.health(health))
                .add("GET", "/metrics", OperationsHandlers.metrics(parts.meters()));
        probes.addTo(routes);
        if (!ClusterSettings.from(parts.weir()).takesEvents()) {
            routes.guard(WorkerNode.guard(parts.http()));
        }
        Access.addTo(routes, parts);
        upkeep.addTo(routes, parts.http());
        StreamFlush flush = new StreamFlush(
                parts.partitions(),
                parts.database().ledger(),
                parts.eventLog(),
                jdbcExecutor,
                parts.system(),
                parts.http().commitTimeout());
        QueueStatusSettings queueStatus = QueueStatusSettings.from(parts.weir());
        new Flushes(parts.definitions(), flush, parts.eventLog(), parts.http(), queueStatus).addTo(routes);
        StoredCounts storedCounts = new StoredCounts(parts.contexts(), jdbcExecutor);
        FallbackLog log =
                new FallbackLog(parts.eventLog(), parts.contexts(), parts.partitions(), storedCounts, jdbcExecutor);
        SharedKillSwitch stop = Listeners.untilStop(parts.system());
        new Queries(parts).addTo(routes, stop);
        Tails.addTo(routes, parts, stop);
        IngestRoutes.addTo(
                routes,
                parts.definitions(),
                log,
                parts.partitions(),
                storedCounts,
                parts.enrichers(),
                parts.http(),
                parts.meters(),
                parts.system());
        DeadLetterRoutes.addTo(
                routes,
                parts.definitions(),
                parts.database().deadLetters(),
                parts.eventLog(),
                parts.enrichers()::of,
                parts.http(),
                parts.system());
        replayHandlers().addTo(routes);
        Repartitioning repartitioning = new Repartitioning(parts);
        repartitioning.start(parts.eventLog().seals());
        repartitioning.addTo(routes);
        new ShortLinks(parts, log).addTo(routes);
        ApiDescription.addTo(routes);
        // last, for they look at what the others have registered
        Alerts alerts = Alerts.start(parts, statuses, health);
        alerts.addTo(routes);
        Nodes nodes = Nodes.start(parts.system(), new OwnFigures(parts, statuses, health, alerts::activeJson));
        Dashboard.addTo(routes, parts, new LiveFigures(parts, statuses, nodes, upkeep::ledgerJson), stop);
        return new RateLimits(parts).build(routes);
    }

    private Health health(Executor jdbcExecutor) {
        return new Health(
                () -> CompletableFuture.supplyAsync(parts.database()::answers, jdbcExecutor),
                parts.eventLog()::isReachable,
                () -> parts.definitions().stream()
                        .mapToLong(parts.eventLog()::depthHere)
                        .sum(),
                () -> statuses.stream()
                        .mapToLong(PartitionStatus::uncommittedEvents)
                        .sum(),
                this::stopped,
                this::paused);
    }

    private ReplayHandlers replayHandlers() {
        ReplaySettings settings = ReplaySettings.from(parts.weir());
        RetainedLog retained = parts.eventLog().retained();
        var store = parts.database().replayStore(parts.catalog());
        return new ReplayHandlers(
                parts.definitions(),
                new StreamReplay(parts.eventLog(), retained, store, settings),
                new CounterBackfill(parts.definitions(), retained, store, settings, this::refreshCounts),
                parts.http(),
                task -> Thread.ofVirtual().name("weir-replay").start(task));
    }

    /** After a change of committed counts that no window made. */
    private void refreshCounts(StreamDefinition definition) {
        for (int partition : definition.layout().running()) {
            ActorRef<PartitionQuery> running = parts.partitions().find(definition.name(), partition);
            if (running != null) {
                running.tell(new PartitionQuery.RefreshCounts());
            }
        }
    }

    private List<String> paused() {
        return statuses.stream()
                .filter(PartitionStatus::isPaused)
                .map(status -> status.stream() + "/" + status.partition())
                .toList();
    }

    private List<String> stopped() {
        return statuses.stream()
                .filter(status -> status.stoppedReason() != null)
                .map(status -> status.stream() + "/" + status.partition() + ": " + status.stoppedReason())
                .toList();
    }
}
