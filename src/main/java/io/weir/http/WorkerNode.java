package io.weir.http;

import io.weir.settings.HttpSettings;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/**
 * A node that runs partitions and takes no events: whatever is for senders it answers 503, which has them try again, here or
 * at another node. How it is, its figures and what is for administrators it answers as every node does.
 */
public final class WorkerNode {
    private static final Set<String> ANSWERED = Set.of("/health", "/ready", "/alive", "/metrics", ApiDescription.PATH);

    private WorkerNode() {}

    /** To be put before every route. */
    public static RouteGuard guard(HttpSettings settings) {
        HttpResponse refusal = Problem.of(
                        RefusalReason.UNAVAILABLE,
                        "this node does not take events and does not answer counts (weir.cluster.roles); nothing was"
                                + " taken")
                .response()
                .addHeader(Problem.retryAfter(settings.retryAfter()));
        return (method, path, handler) ->
                isAnswered(path) ? handler : (request, variables) -> CompletableFuture.completedFuture(refusal);
    }

    private static boolean isAnswered(String path) {
        return ANSWERED.contains(path)
                || path.startsWith(AdminAccess.PREFIX)
                || path.startsWith(AdminAccess.CRON_PREFIX)
                || path.startsWith(LinkHandlers.PATH);
    }
}
