package io.weir.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Asks the administrative routes of a running Weir. Blocks. */
final class AdminClient implements AutoCloseable {
    /** The server refused, or nobody answered; the message is one line for a person. */
    static final class Failed extends Exception {
        private static final long serialVersionUID = 1L;

        private final int status;

        Failed(String message) {
            this(message, 0);
        }

        Failed(String message, int status) {
            super(message);
            this.status = status;
        }

        /** Of the answer that refused; 0 where there was none. */
        int status() {
            return status;
        }
    }

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT)
            .build();
    private final String base;
    private final @Nullable String token;
    private final Duration timeout;

    AdminClient(URI server, @Nullable String token, Duration timeout) {
        this.base = server.toString().replaceAll("/+$", "");
        this.token = token;
        this.timeout = timeout;
    }

    /**
     * Answers the body of a 2xx.
     *
     * @param path with its query; see {@link #query}
     */
    String get(String path) throws Failed, InterruptedException {
        return send("GET", path, null);
    }

    /**
     * Sends a request and answers the body of a 2xx.
     *
     * @param json the request's body; null for none
     */
    String send(String method, String path, byte @Nullable [] json) throws Failed, InterruptedException {
        HttpResponse<String> response = exchange(method, path, json);
        if (response.statusCode() / 100 != 2) {
            throw new Failed(explanation(response.statusCode(), response.body()));
        }
        return response.body();
    }

    /** Answers the body of a 200, or of the 503 by which a health route says that something is wrong. */
    String getWhateverHealth(String path) throws Failed, InterruptedException {
        HttpResponse<String> response = exchange("GET", path, null);
        boolean isReport = response.body().startsWith("{\"status\":\"");
        if (response.statusCode() != 200 && !(response.statusCode() == 503 && isReport)) {
            throw new Failed(explanation(response.statusCode(), response.body()));
        }
        return response.body();
    }

    /**
     * Opens a feed of server-sent events, which lasts until somebody closes it.
     *
     * @throws Failed when it is not answered within the timeout; how long it lasts then is not limited
     */
    Feed open(String path) throws Failed, InterruptedException {
        HttpResponse<InputStream> response =
                exchange(request("GET", path, null), HttpResponse.BodyHandlers.ofInputStream());
        if (response.statusCode() == 200) {
            return new Feed(response.body());
        }
        try (InputStream body = response.body()) {
            throw new Failed(
                    explanation(response.statusCode(), new String(body.readAllBytes(), StandardCharsets.UTF_8)),
                    response.statusCode());
        } catch (IOException broken) {
            throw new Failed(base + ": " + broken);
        }
    }

    private HttpResponse<String> exchange(String method, String path, byte @Nullable [] json)
            throws Failed, InterruptedException {
        return exchange(request(method, path, json), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    private HttpRequest request(String method, String path, byte @Nullable [] json) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path))
                .timeout(timeout)
                .method(
                        method,
                        json == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(json));
        if (json != null) {
            request.header("Content-Type", "application/json");
        }
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        return request.build();
    }

    private <T> HttpResponse<T> exchange(HttpRequest request, HttpResponse.BodyHandler<T> handler)
            throws Failed, InterruptedException {
        try {
            return http.send(request, handler);
        } catch (ConnectException nobody) {
            throw new Failed("nobody answers at " + base + "; is Weir running there? --url says where it is");
        } catch (HttpTimeoutException late) {
            throw new Failed(base + " gave no answer within " + timeout.toSeconds() + " s (--timeout-seconds)");
        } catch (IOException broken) {
            throw new Failed(base + ": " + broken);
        }
    }

    /** {@code ?a=1&b=2}, percent-encoded, of what is not null; empty when nothing is left. */
    static String query(Map<String, ? extends @Nullable Object> parameters) {
        StringBuilder query = new StringBuilder();
        parameters.forEach((name, value) -> {
            if (value != null) {
                query.append(query.isEmpty() ? '?' : '&')
                        .append(name)
                        .append('=')
                        .append(segment(value.toString()));
            }
        });
        return query.toString();
    }

    /** A text as one segment of a path, or as a value of a query. */
    static String segment(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Override
    public void close() {
        http.shutdownNow();
    }

    private static String explanation(int status, String body) {
        String detail = ImportAnswer.detail(body).replaceAll("\\s+", " ").strip();
        String remedy = status == 401 ? "; give it with --token or in WEIR_ADMIN_TOKEN" : "";
        return status + ": " + (detail.isEmpty() ? "no more was said" : detail) + remedy;
    }
}
