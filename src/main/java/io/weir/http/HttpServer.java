package io.weir.http;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.weir.logging.FailureText;
import io.weir.settings.HttpSettings;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.Connection;
import org.apache.pekko.stream.javadsl.Flow;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves routes over HTTP/1.1. */
public final class HttpServer {
    private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);
    private static final HttpHeader CLOSE = Connection.create("close");

    private HttpServer() {}

    /**
     * Binds the port and serves.
     *
     * <p>Fails with a {@link java.net.BindException} as a cause when the port is taken. The caller adds the binding to
     * its shutdown.
     */
    public static CompletionStage<ServerBinding> start(
            ActorSystem<?> system, HttpSettings settings, Routes routes, MeterRegistry metrics) {
        AtomicInteger connections = new AtomicInteger();
        Gauge.builder("weir.http.connections", connections, AtomicInteger::get)
                .description("Open connections")
                .register(metrics);
        Flow<HttpRequest, HttpResponse, ?> connection = Flow.of(HttpRequest.class)
                .via(new ConnectionGuard(ServerConfig.idleTimeout(settings), connections))
                .mapAsync(settings.maxPipelinedRequests(), request -> answer(routes, request));
        return Http.get(system)
                .newServerAt(settings.host(), settings.port())
                .withSettings(ServerConfig.of(system.settings().config(), settings))
                .bindFlow(connection);
    }

    private static CompletionStage<HttpResponse> answer(Routes routes, HttpRequest request) {
        CompletableFuture<HttpResponse> answer;
        try {
            // a stage of another kind would be taken for one that can be completed
            answer = routes.handle(request).toCompletableFuture();
        } catch (RuntimeException failure) {
            return CompletableFuture.completedFuture(
                    routes.finish(request, internalError(routes.describe(request), failure)));
        }
        CompletableFuture<HttpResponse> safe = answer.state() == CompletableFuture.State.SUCCESS
                ? answer
                : answer.exceptionally(failure -> internalError(routes.describe(request), failure));
        return request.entity().isStrict()
                ? safe.thenApply(response -> routes.finish(request, response))
                : safe.thenApply(response -> closeWhenRefusedEarly(routes.finish(request, response)));
    }

    /** A refusal may have left a body unread; what of it still comes must not be taken for the next request. */
    private static HttpResponse closeWhenRefusedEarly(HttpResponse response) {
        return response.status().isSuccess() ? response : response.addHeader(CLOSE);
    }

    /**
     * What a request is answered whose handler failed.
     *
     * @param route its method and the template of its path: the path itself holds keys of entities and links
     */
    static HttpResponse internalError(String route, Throwable failure) {
        LOG.error("{} failed", route, FailureText.withoutMessages(FailureText.cause(failure)));
        return Problem.of(500, "Internal Server Error", "the log of the server says more")
                .response();
    }
}
