package io.weir.http;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.weir.definition.StreamDefinition;
import io.weir.live.CommittedCounts;
import io.weir.live.LiveCounts;
import io.weir.live.Partitions;
import io.weir.ops.Health;
import io.weir.settings.HttpSettings;
import io.weir.settings.QuerySettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.SharedKillSwitch;

/** A server on a free port with a log in memory and a decoder that takes lines for events. */
final class TestServer implements AutoCloseable {
    /** Two listeners, who are told what is new every 20 ms, and two badges at once. */
    static final QuerySettings QUERIES = new QuerySettings(
            1,
            1,
            1,
            Duration.ofSeconds(1),
            100,
            50,
            1_000,
            2,
            Duration.ofMillis(20),
            Duration.ofMillis(200),
            2,
            Duration.ofSeconds(10));

    final StubEventLog log = new StubEventLog();
    final StubDecoder decoder = new StubDecoder();
    final Partitions partitions = new Partitions();
    final PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    final ActorTestKit testKit = ActorTestKit.create();
    final SharedKillSwitch stop = KillSwitches.shared("test");
    volatile boolean redisAnswers = true;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ServerBinding binding;

    TestServer() {
        this(settings(10_000));
    }

    TestServer(HttpSettings settings) {
        Routes.Builder routes = Routes.builder();
        IngestRoutes.addTo(
                routes,
                Streams.all(),
                stream -> decoder,
                log,
                partitions,
                new NoCounts(),
                settings,
                metrics,
                testKit.system());
        QueryRoutes.addLive(routes, Streams.all(), partitions, QUERIES, settings, stop, metrics, testKit.system());
        Health health = new Health(
                () -> CompletableFuture.completedFuture(true),
                () -> CompletableFuture.completedFuture(redisAnswers),
                () -> 7,
                () -> 3,
                List::of,
                List::of);
        routes.add("GET", "/health", OperationsHandlers.health(health));
        routes.add("GET", "/metrics", OperationsHandlers.metrics(metrics));
        routes.add("GET", "/defect", (request, variables) -> {
            throw new IllegalStateException("a defect, on purpose, of " + request.getUri());
        });
        routes.add(
                "GET",
                "/page",
                (request, variables) ->
                        CompletableFuture.completedFuture(org.apache.pekko.http.javadsl.model.HttpResponse.create()
                                .addHeader(RawHeader.create("Content-Security-Policy", "default-src 'self'"))));
        // a stage that can't be completed by who gets it
        routes.add(
                "GET",
                "/stage",
                (request, variables) ->
                        CompletableFuture.completedStage(org.apache.pekko.http.javadsl.model.HttpResponse.create()));
        routes.add(
                "GET",
                "/failed-stage",
                (request, variables) -> CompletableFuture.failedStage(new IllegalStateException("on purpose")));
        binding = HttpServer.start(testKit.system(), settings, routes.build(), metrics)
                .toCompletableFuture()
                .join();
    }

    /** Small limits and short times. */
    static HttpSettings settings(int maxConcurrentRequests) {
        return settings(maxConcurrentRequests, 4096);
    }

    static HttpSettings settings(int maxConcurrentRequests, int maxConnections) {
        return new HttpSettings(
                "127.0.0.1",
                0,
                2_000,
                10,
                100,
                5,
                20,
                Duration.ofMillis(500),
                Duration.ofMillis(1_500),
                Duration.ofMillis(300),
                Duration.ofMillis(300),
                maxConcurrentRequests,
                maxConnections,
                16,
                null,
                null,
                Duration.ofMinutes(5),
                List.of());
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + binding.localAddress().getPort() + path);
    }

    Socket connect() throws IOException {
        Socket socket = new Socket(
                InetAddress.getLoopbackAddress(), binding.localAddress().getPort());
        socket.setSoTimeout(10_000);
        return socket;
    }

    HttpResponse<String> post(String path, String contentType, String body, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path)).POST(HttpRequest.BodyPublishers.ofString(body));
        if (!contentType.isEmpty()) {
            request.header("Content-Type", contentType);
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    CompletableFuture<HttpResponse<String>> postAsync(String path, String body) {
        return client.sendAsync(
                HttpRequest.newBuilder(uri(path))
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> send(String method, String path, String... headers) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri(path)).method(method, HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** The lines of an answer as they come; without a character of what is not yet there. */
    Stream<String> lines(String path) throws Exception {
        return client.send(HttpRequest.newBuilder(uri(path)).build(), HttpResponse.BodyHandlers.ofLines())
                .body();
    }

    double refused(String stream, RefusalReason reason) {
        return metrics.get("weir.http.refused")
                .tag("stream", stream)
                .tag("reason", reason.tag())
                .counter()
                .count();
    }

    @Override
    public void close() {
        client.shutdownNow();
        testKit.shutdownTestKit();
    }

    private static final class NoCounts implements CommittedCounts {
        @Override
        public CompletionStage<LiveCounts> of(StreamDefinition definition, Object entity) {
            return CompletableFuture.completedFuture(new LiveCounts.Unavailable("not asked"));
        }

        @Override
        public CompletionStage<LiveCounts> sinceWritten(StreamDefinition definition, Object entity) {
            return of(definition, entity);
        }
    }
}
