package io.weir;

import io.weir.http.Routes;
import io.weir.http.TailHandler;
import io.weir.settings.TailSettings;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.SharedKillSwitch;

/** What tells events as they are accepted. */
final class Tails {
    private Tails() {}

    static void addTo(Routes.Builder routes, ServerParts parts) {
        SharedKillSwitch stop = KillSwitches.shared("tails");
        // listeners are requests that never finish: none is waited for
        CoordinatedShutdown.get(parts.system())
                .addTask(CoordinatedShutdown.PhaseBeforeServiceUnbind(), "close-tails", () -> {
                    stop.shutdown();
                    return CompletableFuture.completedFuture(Done.done());
                });
        routes.add(
                "GET",
                TailHandler.PATH,
                new TailHandler(
                        parts.definitions(),
                        parts.eventLog()::tail,
                        TailSettings.from(parts.weir()),
                        parts.http(),
                        stop,
                        parts.meters()));
    }
}
