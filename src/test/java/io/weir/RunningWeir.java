package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.weir.settings.Configuration;
import io.weir.testkit.Patience;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A whole Weir in this process against real servers, and the requests that tests send it. */
final class RunningWeir implements AutoCloseable {
    static final String JSON = "application/json";

    static final String BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";

    /** What a user has to know soon, and a test need not: there it is the machine that has no time. */
    private static final Map<String, Object> PATIENT = Map.of(
            "weir.log.command-timeout", "10s",
            "weir.http.count-timeout", "30s",
            "pekko.cluster.failure-detector.acceptable-heartbeat-pause", "20s");

    /** A node that comes to its cluster or leaves it waits for a few rounds of these. */
    private static final Map<String, Object> QUICK = Map.of(
            "pekko.cluster.gossip-interval", "50ms",
            "pekko.cluster.leader-actions-interval", "20ms",
            "pekko.cluster.periodic-tasks-initial-delay", "10ms",
            "pekko.cluster.singleton.hand-over-retry-interval", "20ms",
            "pekko.cluster.singleton.min-number-of-hand-over-retries", 500,
            "pekko.cluster.sharding.rebalance-interval", "300ms");

    private final WeirServer server;
    private final HttpClient client = HttpClient.newHttpClient();

    private RunningWeir(WeirServer server) {
        this.server = server;
    }

    /** Starts with the definitions that ship. */
    static RunningWeir start(String redisUrl, String databaseUrl) throws Exception {
        return start(Path.of("."), redisUrl, databaseUrl, Map.of());
    }

    /**
     * Starts, and returns when each partition has begun to read, here or on another node.
     *
     * @param home the directory that holds conf/streams
     * @param settings more settings, by their paths
     */
    static RunningWeir start(Path home, String redisUrl, String databaseUrl, Map<String, Object> settings)
            throws Exception {
        RunningWeir weir = startUnready(home, redisUrl, databaseUrl, settings);
        try {
            weir.awaitReady();
        } catch (Throwable failure) {
            weir.close();
            throw failure;
        }
        return weir;
    }

    /** The same as soon as requests are taken, as a process is started that others may have to wait for. */
    static RunningWeir startUnready(Path home, String redisUrl, String databaseUrl, Map<String, Object> settings)
            throws Exception {
        Map<String, Object> all = new HashMap<>(QUICK);
        all.putAll(PATIENT);
        all.put("weir.log.redis-url", redisUrl);
        all.put("weir.store.database-url", databaseUrl);
        all.put("weir.http.port", 0);
        all.putAll(settings);
        Config config = ConfigFactory.parseMap(all).withFallback(Configuration.load(Path.of("no-such-file")));
        WeirServer server = new WeirServer(config, home, List.of());
        try {
            server.start(System.nanoTime());
        } catch (Exception failure) {
            server.close();
            throw failure;
        }
        return new RunningWeir(server);
    }

    WeirServer server() {
        return server;
    }

    void awaitReady() {
        await().untilAsserted(() -> assertThat(get("/ready").body()).isEqualTo("{\"status\":\"ready\"}"));
    }

    /** Where the actors of a partition are, as a selection that finds them on whatever node they run. */
    static String partitionPath(String stream, int partition) {
        return "/system/sharding/" + Workers.NAME + "/*/*/" + stream + "-" + partition;
    }

    String url() {
        return server.url();
    }

    HttpResponse<String> post(String path, String contentType, String body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url() + path))
                .timeout(Patience.LONG)
                .header("Content-Type", contentType)
                .POST(HttpRequest.BodyPublishers.ofString(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** As a browser asks: what programs ask may not be counted. */
    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create(url() + path))
                        .timeout(Patience.LONG)
                        .header("User-Agent", BROWSER)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** A request of a method that takes a body, which may be empty. */
    HttpResponse<String> send(String method, String path, String body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url() + path))
                .timeout(Patience.LONG)
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public void close() {
        server.close();
        client.close();
    }
}
