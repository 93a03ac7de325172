package io.weir;

import io.weir.dashboard.LiveFeed;
import io.weir.http.DashboardHandlers;
import io.weir.http.Listeners;
import io.weir.http.Routes;
import io.weir.settings.DashboardSettings;
import org.apache.pekko.stream.SharedKillSwitch;

/** The page that shows a running server. */
final class Dashboard {
    private Dashboard() {}

    /**
     * Adds its routes.
     *
     * @param stop ends the feeds of all pages
     */
    static void addTo(Routes.Builder routes, ServerParts parts, LiveFigures figures, SharedKillSwitch stop) {
        DashboardSettings settings = DashboardSettings.from(parts.weir());
        DashboardHandlers.addTo(
                routes,
                new LiveFeed(figures::snapshot, settings.interval()),
                figures::members,
                new Listeners(Listeners.Kind.PAGES, settings.maxListeners(), parts.http(), stop, parts.meters()));
    }
}
