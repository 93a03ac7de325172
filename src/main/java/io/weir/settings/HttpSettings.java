package io.weir.settings;

import com.typesafe.config.Config;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The way in: where Weir listens and what one request may cost. Keys and defaults are under {@code weir.http}.
 *
 * @param adminToken what requests to {@code /api/admin/} have to show; null where none is set
 */
public record HttpSettings(
        String host,
        int port,
        int maxBodyBytes,
        int maxEventsPerRequest,
        int maxEventBytes,
        int maxJsonDepth,
        int maxIdempotencyKeyLength,
        Duration readTimeout,
        Duration retryAfter,
        Duration commitTimeout,
        Duration countTimeout,
        int maxConcurrentRequests,
        int maxConnections,
        int maxPipelinedRequests,
        @Nullable String adminToken) {
    public HttpSettings {
        Checks.port("http.port", port);
        Checks.atLeast("http.max-body-bytes", maxBodyBytes, 1);
        Checks.atLeast("http.max-events-per-request", maxEventsPerRequest, 1);
        Checks.atLeast("http.max-event-bytes", maxEventBytes, 1);
        Checks.atLeast("http.max-json-depth", maxJsonDepth, 1);
        Checks.atLeast("http.max-idempotency-key-length", maxIdempotencyKeyLength, 1);
        Checks.positive("http.read-timeout", readTimeout);
        Checks.positive("http.retry-after", retryAfter);
        Checks.positive("http.commit-timeout", commitTimeout);
        Checks.positive("http.count-timeout", countTimeout);
        Checks.atLeast("http.max-concurrent-requests", maxConcurrentRequests, 1);
        Checks.atLeast("http.max-connections", maxConnections, 1);
        Checks.atLeast("http.max-pipelined-requests", maxPipelinedRequests, 1);
        if (adminToken != null && !adminToken.chars().allMatch(c -> c > ' ' && c < 127)) {
            throw new SettingsException(
                    "http.admin-token", "holds a character that a header can't carry; use printable ASCII, no spaces");
        }
    }

    public static HttpSettings from(Config weir) {
        Config http = weir.getConfig("http");
        String adminToken = http.getString("admin-token");
        return new HttpSettings(
                http.getString("host"),
                http.getInt("port"),
                Math.toIntExact(http.getBytes("max-body-bytes")),
                http.getInt("max-events-per-request"),
                Math.toIntExact(http.getBytes("max-event-bytes")),
                http.getInt("max-json-depth"),
                http.getInt("max-idempotency-key-length"),
                http.getDuration("read-timeout"),
                http.getDuration("retry-after"),
                http.getDuration("commit-timeout"),
                http.getDuration("count-timeout"),
                http.getInt("max-concurrent-requests"),
                http.getInt("max-connections"),
                http.getInt("max-pipelined-requests"),
                adminToken.isEmpty() ? null : adminToken);
    }

    /** Keeps the token out of logs. */
    @Override
    public String toString() {
        return "HttpSettings[host=" + host + ", port=" + port + ", adminToken=" + (adminToken == null ? "none" : "***")
                + "]";
    }
}
