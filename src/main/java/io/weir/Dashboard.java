package io.weir;

import io.weir.dashboard.LiveFeed;
import io.weir.http.DashboardHandlers;
import io.weir.http.Routes;
import io.weir.settings.DashboardSettings;
import io.weir.settings.HttpSettings;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;

/** The page that shows a running server. */
final class Dashboard {
    private final LiveFeed feed;
    private final HttpSettings http;

    private Dashboard(LiveFeed feed, HttpSettings http) {
        this.feed = feed;
        this.http = http;
    }

    /** Feeds pages until the server stops. */
    static Dashboard start(ServerParts parts, LiveFigures figures) {
        LiveFeed feed = new LiveFeed(figures::snapshot, DashboardSettings.from(parts.weir()));
        // open pages are requests that never finish: none is waited for
        CoordinatedShutdown.get(parts.system())
                .addTask(CoordinatedShutdown.PhaseBeforeServiceUnbind(), "close-dashboard", () -> {
                    feed.close();
                    return CompletableFuture.completedFuture(Done.done());
                });
        return new Dashboard(feed, parts.http());
    }

    void addTo(Routes.Builder routes) {
        DashboardHandlers.addTo(routes, feed, http);
    }
}
