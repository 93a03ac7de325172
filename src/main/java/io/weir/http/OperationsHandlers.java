package io.weir.http;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.weir.ops.Health;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.util.ByteString;

/** Answers health and metrics. */
public final class OperationsHandlers {
    private static final ContentType PROMETHEUS = ContentTypes.parse("text/plain; version=0.0.4; charset=UTF-8");

    private OperationsHandlers() {}

    /** {@code GET /health}: 200 when healthy, 503 otherwise, with the same shape. */
    public static RequestHandler health(Health health) {
        return (request, variables) -> health.report()
                .thenApply(report -> IngestAnswers.json(report.isHealthy() ? 200 : 503, report.toJson()));
    }

    /** {@code GET /metrics}: the Prometheus text format. */
    public static RequestHandler metrics(PrometheusMeterRegistry metrics) {
        return (request, variables) -> CompletableFuture.completedFuture(HttpResponse.create()
                .withEntity(HttpEntities.create(PROMETHEUS, ByteString.fromString(metrics.scrape()))));
    }
}
