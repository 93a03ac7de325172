package io.weir;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.weir.settings.Configuration;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A whole Weir in this process against real servers, and the requests that tests send it. */
final class RunningWeir implements AutoCloseable {
    static final String JSON = "application/json";

    static final String BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";

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
     * Starts.
     *
     * @param home the directory that holds conf/streams
     * @param settings more settings, by their paths
     */
    static RunningWeir start(Path home, String redisUrl, String databaseUrl, Map<String, Object> settings)
            throws Exception {
        Map<String, Object> all = new HashMap<>();
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
                .timeout(Duration.ofSeconds(20))
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
                        .timeout(Duration.ofSeconds(20))
                        .header("User-Agent", BROWSER)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** A request of a method that takes a body, which may be empty. */
    HttpResponse<String> send(String method, String path, String body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url() + path))
                .timeout(Duration.ofSeconds(20))
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
