package io.weir;

import io.weir.definition.RollupMeasure;
import io.weir.definition.RollupStep;
import io.weir.definition.StreamDefinition;
import io.weir.http.QueryRoutes;
import io.weir.http.Routes;
import io.weir.query.RolledUpStream;
import io.weir.settings.QuerySettings;
import io.weir.settings.RollupSettings;
import io.weir.store.PostgresBuckets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.stream.SharedKillSwitch;
import org.jspecify.annotations.Nullable;

/** What answers questions about rollups. */
final class Queries {
    private final ServerParts parts;
    private final QuerySettings settings;

    Queries(ServerParts parts) {
        this.parts = parts;
        this.settings = QuerySettings.from(parts.weir());
    }

    /**
     * Adds the routes; before those of counters.
     *
     * @param stop ends all that listen
     */
    void addTo(Routes.Builder routes, SharedKillSwitch stop) {
        PostgresBuckets buckets = parts.database().buckets(settings);
        CoordinatedShutdown.get(parts.system()).addTask(CoordinatedShutdown.PhaseServiceStop(), "close-queries", () -> {
            buckets.close();
            return CompletableFuture.completedFuture(Done.done());
        });
        Executor executor = parts.system().dispatchers().lookup(DispatcherSelector.fromConfig("weir.query-dispatcher"));
        QueryRoutes.addRollups(
                routes,
                parts.definitions(),
                new QueryRoutes.Rollups(rolledUp(), buckets, executor),
                settings,
                parts.http(),
                parts.meters());
        QueryRoutes.addLive(
                routes,
                parts.definitions(),
                parts.partitions(),
                settings,
                parts.http(),
                stop,
                parts.meters(),
                parts.system());
    }

    private List<RolledUpStream> rolledUp() {
        RollupSettings kept = RollupSettings.from(parts.weir());
        List<RolledUpStream> streams = new ArrayList<>();
        for (StreamDefinition definition : parts.definitions()) {
            if (!definition.measures().isEmpty()) {
                NavigableMap<RollupStep, Duration> retention = new TreeMap<>();
                for (RollupStep step : definition.rollups().steps()) {
                    retention.put(step, Objects.requireNonNullElse(retention(kept, step), RolledUpStream.FOR_EVER));
                }
                streams.add(new RolledUpStream(
                        definition,
                        retention,
                        definition.measures().stream().map(RollupMeasure::name).toList(),
                        definition.rollups().uniquesName()));
            }
        }
        return streams;
    }

    private static @Nullable Duration retention(RollupSettings settings, RollupStep step) {
        return switch (step) {
            case MINUTE -> settings.minuteRetention();
            case HOUR -> settings.hourRetention();
            case DAY -> settings.dayRetention();
        };
    }
}
