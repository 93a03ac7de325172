package io.weir;

import io.weir.http.QueryRoutes;
import io.weir.http.Routes;
import io.weir.query.RolledUpStream;
import io.weir.settings.QuerySettings;
import io.weir.store.PostgresBuckets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.SharedKillSwitch;

/** What answers questions about rollups. */
final class Queries {
    private final ServerParts parts;
    private final QuerySettings settings;

    Queries(ServerParts parts) {
        this.parts = parts;
        this.settings = QuerySettings.from(parts.weir());
    }

    /** Adds the routes; before those of counters. */
    void addTo(Routes.Builder routes) {
        PostgresBuckets buckets = parts.database().buckets(settings);
        CoordinatedShutdown.get(parts.system())
                .addTask(CoordinatedShutdown.PhaseServiceStop(), "close-queries", () -> {
                    buckets.close();
                    return CompletableFuture.completedFuture(Done.done());
                });
        SharedKillSwitch stop = KillSwitches.shared("live-counts");
        // listeners are requests that never finish: none is waited for
        CoordinatedShutdown.get(parts.system())
                .addTask(CoordinatedShutdown.PhaseBeforeServiceUnbind(), "close-live-counts", () -> {
                    stop.shutdown();
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
        return List.of();
    }
}
