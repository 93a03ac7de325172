package io.weir;

import io.weir.http.RateLimitGuard;
import io.weir.http.Routes;
import io.weir.limit.RateLimiter;
import io.weir.settings.RateLimitSettings;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;

/** The limits of routes, and the limiter for whoever limits something else. */
final class RateLimits {
    private final RateLimiter limiter;
    private final RateLimitGuard guard;

    RateLimits(ServerParts parts) {
        RateLimitSettings settings = RateLimitSettings.from(parts.weir());
        limiter = new RateLimiter(
                settings,
                parts.sharedRedis()::commands,
                parts.weir().getDuration("redis.command-timeout"),
                parts.meters());
        guard = new RateLimitGuard(
                settings,
                parts.http(),
                limiter,
                InstantSource.system(),
                parts.system().executionContext());
        CoordinatedShutdown.get(parts.system())
                .addTask(CoordinatedShutdown.PhaseServiceStop(), "close-rate-limiter", () -> {
                    limiter.close();
                    return CompletableFuture.completedStage(Done.done());
                });
    }

    /** The routes with their limits; every rule has to be for one of them. */
    Routes build(Routes.Builder routes) {
        Routes limited = routes.guard(guard).build();
        guard.requireRoutes();
        if (!guard.isEmpty()) {
            limiter.warmUp();
        }
        return limited;
    }
}
