package io.weir.http;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Tells of alerts. */
public final class AlertHandlers {
    private AlertHandlers() {}

    /** {@code GET /api/admin/alerts}: what goes on and what went on lately. */
    public static void addTo(Routes.Builder routes, Supplier<String> json) {
        routes.add(
                "GET",
                AdminAccess.PREFIX + "alerts",
                (request, variables) -> CompletableFuture.completedFuture(IngestAnswers.json(200, json.get())));
    }
}
