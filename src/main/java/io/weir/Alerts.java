package io.weir;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.weir.alert.AlertBoard;
import io.weir.alert.AlertRule;
import io.weir.alert.Webhook;
import io.weir.http.AlertHandlers;
import io.weir.http.Routes;
import io.weir.ops.Health;
import io.weir.ops.HealthReport;
import io.weir.pipeline.PartitionStatus;
import io.weir.settings.AlertSettings;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.apache.pekko.Done;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.jspecify.annotations.Nullable;

/** Looks at a running server's figures now and then and tells when one is past its limit. */
final class Alerts {
    private final AlertBoard board;
    private final Health health;
    private final AtomicBoolean looking = new AtomicBoolean();
    private volatile @Nullable HealthReport report;
    private volatile boolean stopped;

    private Alerts(
            ServerParts parts,
            List<PartitionStatus> statuses,
            Health health,
            AlertSettings settings,
            @Nullable Webhook webhook) {
        this.health = health;
        List<AlertRule> rules =
                settings.enabled() ? new AlertRules(parts, statuses, settings, () -> report).all() : List.of();
        this.board =
                new AlertBoard(rules, settings.maxRecent(), webhook == null ? alert -> {} : webhook, parts.meters());
        StreamFigures.register(parts, statuses);
        up(
                parts.meters(),
                "weir.redis.up",
                "1 while Redis answers, else 0; not a number before the first look",
                HealthReport::redis);
        up(
                parts.meters(),
                "weir.database.up",
                "1 while the database answers, else 0; not a number before the first look",
                HealthReport::database);
    }

    /** Begins to look, until the server stops. */
    static Alerts start(ServerParts parts, List<PartitionStatus> statuses, Health health) {
        AlertSettings settings = AlertSettings.from(parts.weir());
        Webhook webhook = settings.webhook().url() == null
                ? null
                : new Webhook(
                        settings.webhook(), ManagementFactory.getRuntimeMXBean().getName(), parts.meters());
        Alerts alerts = new Alerts(parts, statuses, health, settings, webhook);
        Cancellable looks = parts.system()
                .scheduler()
                .scheduleWithFixedDelay(
                        settings.interval(),
                        settings.interval(),
                        alerts::look,
                        parts.system().executionContext());
        CoordinatedShutdown shutdown = CoordinatedShutdown.get(parts.system());
        // a server that is stopping tells nobody that its own connections are gone
        shutdown.addTask(CoordinatedShutdown.PhaseBeforeServiceUnbind(), "stop-alerts", () -> {
            alerts.stopped = true;
            looks.cancel();
            return CompletableFuture.completedFuture(Done.done());
        });
        if (webhook != null) {
            shutdown.addTask(CoordinatedShutdown.PhaseBeforeActorSystemTerminate(), "close-webhook", () -> {
                webhook.close();
                return CompletableFuture.completedFuture(Done.done());
            });
        }
        return alerts;
    }

    private void up(MeterRegistry meters, String name, String description, Predicate<HealthReport> answers) {
        Gauge.builder(name, () -> {
                    HealthReport last = report;
                    return last == null ? Double.NaN : answers.test(last) ? 1.0 : 0.0;
                })
                .description(description)
                .register(meters);
    }

    void addTo(Routes.Builder routes) {
        AlertHandlers.addTo(routes, board::toJson);
    }

    /** What is past its limit now, a JSON array. */
    String activeJson() {
        return board.activeJson();
    }

    private void look() {
        if (!looking.compareAndSet(false, true)) {
            return;
        }
        var _ = health.report().whenComplete((found, failure) -> {
            try {
                report = found;
                if (!stopped) {
                    board.look(Instant.now());
                }
            } finally {
                looking.set(false);
            }
        });
    }
}
