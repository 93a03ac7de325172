package io.weir;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.search.Search;
import io.weir.alert.AlertRule;
import io.weir.alert.RecentPercentile;
import io.weir.alert.RecentShare;
import io.weir.alert.SinceLastLook;
import io.weir.definition.StreamDefinition;
import io.weir.ops.HealthReport;
import io.weir.pipeline.PartitionStatus;
import io.weir.settings.AlertSettings;
import io.weir.settings.AlertThresholds;
import io.weir.store.Database;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.DoubleSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What of a running server is looked at, and how much of it is too much. Every figure is there already or costs nothing. */
final class AlertRules {
    private static final Logger log = LoggerFactory.getLogger(AlertRules.class);
    private static final double PERCENTILE = 0.95;
    private static final Set<String> SERVER_FAULTS = Set.of("stream_full", "overloaded", "unavailable", "unknown");
    private static final String TOGETHER = "[+]";

    private final ServerParts parts;
    private final List<PartitionStatus> statuses;
    private final AlertSettings settings;
    private final Supplier<@Nullable HealthReport> health;
    private final MeterRegistry meters;
    private final List<AlertRule> rules = new ArrayList<>();

    AlertRules(
            ServerParts parts,
            List<PartitionStatus> statuses,
            AlertSettings settings,
            Supplier<@Nullable HealthReport> health) {
        this.parts = parts;
        this.statuses = statuses;
        this.settings = settings;
        this.health = health;
        this.meters = parts.meters();
    }

    List<AlertRule> all() {
        warnOfStrangers();
        addDepths();
        for (StreamDefinition definition : parts.definitions()) {
            addOf(definition);
        }
        if (settings.redis()) {
            happensOrNot("redis", null, "Redis does not answer", () -> unless(HealthReport::redis), 2);
        }
        if (settings.database()) {
            happensOrNot("database", null, "the database does not answer", () -> unless(HealthReport::database), 2);
        }
        measured(
                "redirects",
                null,
                "95 of 100 redirects take up to %s",
                "ms",
                "alerts.redirects",
                settings.redirects(),
                percentile(meters.find("weir.link.redirect").tag("answer", "found")));
        measured(
                "connections",
                null,
                "%s of the connections to the database are in use",
                "%",
                "alerts.connections",
                settings.connections(),
                this::connectionsInUse);
        measured(
                "loss",
                null,
                "%s of all requests were too many at once and answered 503",
                "%",
                "alerts.loss.default",
                settings.loss().of(AlertThresholds.DEFAULT),
                share(
                        () -> counts("weir.http.refused", "reason", Set.of("concurrency"), ""),
                        () -> requests(null) + counts("weir.http.refused", "reason", Set.of("concurrency"), "")));
        return rules;
    }

    private void addOf(StreamDefinition definition) {
        String stream = definition.name();
        measured(
                "fullness",
                stream,
                "%s of the room for uncommitted events is taken",
                "%",
                settings.fullness(),
                () -> 100.0 * depth(definition) / definition.maxDepth());
        lag(definition);
        measured(
                "latency",
                stream,
                "95 of 100 requests take up to %s",
                "ms",
                settings.latency(),
                percentile("weir.http.request", stream, "none"));
        measured(
                "batch",
                stream,
                "95 of 100 transactions take up to %s",
                "ms",
                settings.batch(),
                percentile("weir.store.transaction", stream, null));
        measured(
                "loss",
                stream,
                "%s of the requests were answered 503",
                "%",
                settings.loss(),
                share(() -> counts("weir.http.refused", "reason", SERVER_FAULTS, stream), () -> requests(stream)));
        happening(
                "dead-letters",
                stream,
                "%s new",
                "dead letters",
                settings.deadLetters(),
                () -> counts("weir.store.dead.letters", null, Set.of(), stream));
        happening(
                "crashes",
                stream,
                "%s of its partitions, which went on from their cursors",
                "crashes",
                settings.crashes(),
                () -> sum(stream, PartitionStatus::crashes));
        if (settings.stopped()) {
            happensOrNot(
                    "stopped",
                    stream,
                    "%s partitions wait for a person, see /health",
                    () -> sum(stream, status -> status.stoppedReason() == null ? 0 : 1),
                    1);
        }
        if (settings.ledger()) {
            happensOrNot(
                    "ledger",
                    stream,
                    "%s entries or events are missing, see /api/admin/ledger",
                    () -> parts.eventLog().runsAny(definition)
                            ? gauge("weir.ledger.missing.entries", stream) + gauge("weir.ledger.missing.events", stream)
                            : 0,
                    1);
        }
    }

    private void addDepths() {
        Set<String> together = new HashSet<>();
        for (String name : settings.depth().limits().keySet()) {
            List<StreamDefinition> streams = Arrays.stream(name.split(TOGETHER, -1))
                    .flatMap(part ->
                            parts.definitions().stream().filter(of -> of.name().equals(part)))
                    .toList();
            if (name.contains("+") && !streams.isEmpty()) {
                streams.forEach(stream -> together.add(stream.name()));
                depth(name, streams);
            }
        }
        for (StreamDefinition definition : parts.definitions()) {
            String name = definition.name();
            if (settings.depth().limits().containsKey(name) || !together.contains(name)) {
                depth(name, List.of(definition));
            }
        }
    }

    private void depth(String name, List<StreamDefinition> streams) {
        measured(
                "depth",
                name,
                "%s wait to be committed",
                "events",
                settings.depth(),
                () -> streams.stream().mapToLong(this::depth).sum());
    }

    /** Of the whole stream, for its limits are; but nothing is told of a stream that only others run. */
    private long depth(StreamDefinition definition) {
        return parts.eventLog().runsAny(definition) ? parts.eventLog().depth(definition) : 0;
    }

    /** Where windows wait by definition for longer than an event may, it counts from when they should have been written. */
    private void lag(StreamDefinition definition) {
        double limit = settings.lag().of(definition.name());
        measured(
                "lag", definition.name(), "the oldest uncommitted event has waited for %s", "s", settings.lag(), () -> {
                    long now = System.currentTimeMillis();
                    double longest = 0;
                    for (PartitionStatus status : statuses) {
                        long since = status.stream().equals(definition.name()) ? status.waitingSinceMillis() : 0;
                        if (since != 0 && parts.eventLog().depth(definition) > 0) {
                            Duration planned = definition.window().delayFrom(since);
                            long from = planned.toMillis() > 1_000 * limit ? since + planned.toMillis() : since;
                            longest = Math.max(longest, (now - from) / 1_000.0);
                        }
                    }
                    return longest;
                });
    }

    private void measured(
            String name, String stream, String finding, String unit, AlertThresholds limits, DoubleSupplier figure) {
        measured(name, stream, finding, unit, limits.keyOf(stream), limits.of(stream), figure);
    }

    private void measured(
            String name,
            @Nullable String stream,
            String finding,
            String unit,
            String setting,
            double limit,
            DoubleSupplier figure) {
        add(new AlertRule(
                name,
                stream,
                finding,
                unit,
                "weir." + setting,
                limit,
                settings.raiseAfter(),
                settings.endAfter(),
                settings.endBelow(),
                figure));
    }

    /** Told at once, and over when nothing more has happened for a while. */
    private void happening(
            String name, String stream, String finding, String unit, AlertThresholds limits, DoubleSupplier total) {
        add(new AlertRule(
                name,
                stream,
                finding,
                unit,
                "weir." + limits.keyOf(stream),
                limits.of(stream),
                1,
                quietLooks(),
                settings.endBelow(),
                new SinceLastLook(total)));
    }

    private int quietLooks() {
        return (int) Math.max(
                1, settings.quiet().toMillis() / Math.max(1, settings.interval().toMillis()));
    }

    private void happensOrNot(
            String name, @Nullable String stream, String finding, DoubleSupplier figure, int raiseAfter) {
        add(new AlertRule(
                name,
                stream,
                finding,
                "",
                "weir.alerts." + name,
                0,
                Math.min(raiseAfter, settings.raiseAfter()),
                1,
                0,
                figure));
    }

    private void add(AlertRule rule) {
        if (Double.isFinite(rule.limit())) {
            rules.add(rule);
        }
    }

    private double unless(Predicate<HealthReport> healthy) {
        HealthReport report = health.get();
        return report == null ? Double.NaN : healthy.test(report) ? 0 : 1;
    }

    /** Of the pool that writes; questions have one of their own, which may be busy. */
    private @Nullable Gauge poolGauge(String which) {
        return meters.find("hikaricp.connections." + which)
                .tag("pool", Database.POOL_NAME)
                .gauge();
    }

    private double connectionsInUse() {
        Gauge active = poolGauge("active");
        Gauge most = poolGauge("max");
        return active == null || most == null ? Double.NaN : 100 * active.value() / most.value();
    }

    private DoubleSupplier percentile(String timer, String stream, @Nullable String wait) {
        var search = meters.find(timer).tag("stream", stream);
        return percentile(wait == null ? search : search.tag("wait", wait));
    }

    private DoubleSupplier percentile(Search search) {
        Timer found = search.timer();
        return found == null ? () -> Double.NaN : new RecentPercentile(found, PERCENTILE, quietLooks());
    }

    private DoubleSupplier share(DoubleSupplier part, DoubleSupplier whole) {
        return new RecentShare(part, whole, quietLooks());
    }

    private double requests(@Nullable String stream) {
        var search = meters.find("weir.http.request");
        return (stream == null ? search : search.tag("stream", stream))
                .timers().stream().mapToLong(Timer::count).sum();
    }

    private double counts(String name, @Nullable String tag, Set<String> values, String stream) {
        return meters.find(name).tag("stream", stream).counters().stream()
                .filter(counter -> tag == null
                        || values.contains(String.valueOf(counter.getId().getTag(tag))))
                .mapToDouble(Counter::count)
                .sum();
    }

    private double gauge(String name, String stream) {
        Gauge found = meters.find(name).tag("stream", stream).gauge();
        return found == null ? Double.NaN : found.value();
    }

    private double sum(String stream, ToLongFunction<PartitionStatus> figure) {
        return statuses.stream()
                .filter(status -> status.stream().equals(stream))
                .mapToLong(figure)
                .sum();
    }

    /** A limit of a stream that is not there would never be missed; those that ship name streams that ship. */
    private void warnOfStrangers() {
        for (AlertThresholds limits : List.of(
                settings.depth(),
                settings.fullness(),
                settings.lag(),
                settings.latency(),
                settings.batch(),
                settings.loss(),
                settings.deadLetters(),
                settings.crashes())) {
            for (String name : limits.limits().keySet()) {
                boolean known = name.equals(AlertThresholds.DEFAULT)
                        || Arrays.stream(name.split(TOGETHER, -1))
                                .allMatch(part -> parts.definitions().stream()
                                        .anyMatch(
                                                definition -> definition.name().equals(part)));
                if (!known) {
                    log.info("weir.{}.{} is the limit of a stream that is not there", limits.key(), name);
                }
            }
        }
    }
}
