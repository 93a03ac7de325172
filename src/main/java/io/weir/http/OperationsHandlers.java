package io.weir.http;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.weir.ops.Health;
import io.weir.ops.ProbeReport;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.util.ByteString;

/** Answers health, probes and metrics. */
public final class OperationsHandlers {
    private static final ContentType PROMETHEUS = ContentTypes.parse("text/plain; version=0.0.4; charset=UTF-8");

    private OperationsHandlers() {}

    /** {@code GET /health}: 200 when healthy, 503 otherwise, with the same shape. */
    public static RequestHandler health(Health health) {
        return (request, variables) -> health.report()
                .thenApply(report -> IngestAnswers.json(report.isHealthy() ? 200 : 503, report.toJson()));
    }

    /** {@code GET /ready} and {@code GET /alive}: 200 when nothing speaks against it, 503 with what does otherwise. */
    public static RequestHandler probe(Supplier<CompletionStage<ProbeReport>> probe) {
        return (request, variables) ->
                probe.get().thenApply(report -> IngestAnswers.json(report.isGood() ? 200 : 503, toJson(report)));
    }

    private static String toJson(ProbeReport report) {
        JsonObject json = new JsonObject().with("status", report.status());
        if (!report.isGood()) {
            json.with(
                    "reasons",
                    report.reasons().stream()
                            .map(reason -> new JsonObject()
                                    .with("reason", reason.name())
                                    .with("detail", reason.detail()))
                            .toList());
        }
        return json.toString();
    }

    /** {@code GET /metrics}: the Prometheus text format. */
    public static RequestHandler metrics(PrometheusMeterRegistry metrics) {
        return (request, variables) -> CompletableFuture.completedFuture(HttpResponse.create()
                .withEntity(HttpEntities.create(PROMETHEUS, ByteString.fromString(metrics.scrape()))));
    }
}
