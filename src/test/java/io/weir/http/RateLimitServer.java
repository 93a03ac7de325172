package io.weir.http;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.weir.limit.RateLimiter;
import io.weir.settings.Configuration;
import io.weir.settings.HttpSettings;
import io.weir.settings.RateLimitSettings;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** A server whose routes are limited in memory, behind a proxy that is trusted, with a clock that stands. */
final class RateLimitServer implements AutoCloseable {
    static final Instant NOW = Instant.parse("2026-01-01T00:00:00.500Z");

    private final ActorTestKit testKit = ActorTestKit.create();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ServerBinding binding;

    /** @param rateLimits what stands under weir.rate-limits */
    RateLimitServer(String rateLimits) {
        Config weir = weir(rateLimits);
        binding = HttpServer.start(
                        testKit.system(),
                        HttpSettings.from(weir),
                        limited(weir, testKit.system().executionContext()),
                        new PrometheusMeterRegistry(PrometheusConfig.DEFAULT))
                .toCompletableFuture()
                .join();
    }

    /** Does what the start of a server does with its rules. */
    static void check(String rateLimits) {
        limited(weir(rateLimits), Runnable::run);
    }

    private static Routes limited(Config weir, Executor executor) {
        RateLimitSettings settings = RateLimitSettings.from(weir);
        RateLimiter limiter = new RateLimiter(
                settings, () -> null, Duration.ofSeconds(1), new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
        RateLimitGuard guard = new RateLimitGuard(settings, HttpSettings.from(weir), limiter, () -> NOW, executor);
        Routes limited = routes().guard(guard).build();
        guard.requireRoutes();
        return limited;
    }

    private static Config weir(String rateLimits) {
        return ConfigFactory.parseString("weir { http { port = 0, trusted-proxies = [\"127.0.0.1\"] }\n"
                        + "rate-limits { redis-enabled = false }\nrate-limits {" + rateLimits + "} }")
                .withFallback(Configuration.load(Path.of("no-such-file")))
                .getConfig("weir");
    }

    private static Routes.Builder routes() {
        RequestHandler fine = (request, variables) ->
                CompletableFuture.completedFuture(HttpResponse.create().withEntity("fine"));
        return Routes.builder()
                .add("GET", "/items", fine)
                .add("POST", "/items", fine)
                .add("GET", "/free", fine)
                .add("GET", "/stories/{storyId}/view", fine)
                .add(
                        "GET",
                        "/items/missing",
                        (request, variables) -> CompletableFuture.completedFuture(
                                Problem.of(404, "Not Found", "no such item").response()))
                .add("GET", "/items/defect", (request, variables) -> {
                    throw new IllegalStateException("a defect, on purpose");
                })
                .add(
                        "GET",
                        "/items/failed",
                        (request, variables) -> CompletableFuture.failedStage(new IllegalStateException("on purpose")))
                .add("GET", "/secret/one", fine)
                .guard(
                        "/secret/",
                        handler -> (request, variables) -> CompletableFuture.completedFuture(
                                Problem.of(401, "Unauthorized", "who are you?").response()));
    }

    java.net.http.HttpResponse<String> send(String method, String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + binding.localAddress().getPort() + path))
                .timeout(Duration.ofSeconds(10))
                .method(method, HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    /** The status of a request of somebody at an address. */
    int get(String path, String address, String... headers) throws Exception {
        String[] all = new String[headers.length + 2];
        all[0] = "X-Forwarded-For";
        all[1] = address;
        System.arraycopy(headers, 0, all, 2, headers.length);
        return send("GET", path, all).statusCode();
    }

    @Override
    public void close() {
        client.shutdownNow();
        testKit.shutdownTestKit();
    }
}
