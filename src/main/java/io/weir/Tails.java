package io.weir;

import io.weir.http.Listeners;
import io.weir.http.Routes;
import io.weir.http.TailHandler;
import io.weir.settings.TailSettings;
import org.apache.pekko.stream.SharedKillSwitch;

/** What tells events as they are accepted. */
final class Tails {
    private Tails() {}

    /**
     * Adds the route.
     *
     * @param stop ends all that follow
     */
    static void addTo(Routes.Builder routes, ServerParts parts, SharedKillSwitch stop) {
        TailSettings settings = TailSettings.from(parts.weir());
        routes.add(
                "GET",
                TailHandler.PATH,
                new TailHandler(
                        parts.definitions(),
                        parts.eventLog()::tail,
                        settings,
                        new Listeners(
                                Listeners.Kind.EVENTS, settings.maxListeners(), parts.http(), stop, parts.meters())));
    }
}
