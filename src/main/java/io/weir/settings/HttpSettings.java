package io.weir.settings;

import com.typesafe.config.Config;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The way in: where Weir listens and what one request may cost. Keys and defaults are under {@code weir.http}.
 *
 * @param adminToken what requests to {@code /api/admin/} have to show; null where none is set
 * @param cronSecret what requests to {@code /api/cron/} have to show, or to be signed with; null where none is set
 * @param signatureTolerance how old a signature may be, or how far in the future
 * @param trustedProxies addresses and networks whose {@code X-Forwarded-For} is believed
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
        @Nullable String adminToken,
        @Nullable String cronSecret,
        Duration signatureTolerance,
        List<String> trustedProxies) {
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
        secret("http.admin-token", adminToken);
        secret("http.cron-secret", cronSecret);
        Checks.positive("http.signature-tolerance", signatureTolerance);
        trustedProxies = List.copyOf(trustedProxies);
    }

    private static void secret(String key, @Nullable String value) {
        if (value != null && !value.chars().allMatch(c -> c > ' ' && c < 127)) {
            throw new SettingsException(
                    key, "holds a character that a header can't carry; use printable ASCII, no spaces");
        }
    }

    public static HttpSettings from(Config weir) {
        Config http = weir.getConfig("http");
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
                textOrNull(http, "admin-token"),
                textOrNull(http, "cron-secret"),
                http.getDuration("signature-tolerance"),
                http.getStringList("trusted-proxies"));
    }

    /** Whether only this machine reaches what listens there. */
    public boolean isLoopback() {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException unknown) {
            // binding fails with a better message
            return false;
        }
    }

    private static @Nullable String textOrNull(Config http, String key) {
        String text = http.getString(key);
        return text.isEmpty() ? null : text;
    }

    /** Keeps the secrets out of logs. */
    @Override
    public String toString() {
        return "HttpSettings[host=" + host + ", port=" + port + ", adminToken=" + (adminToken == null ? "none" : "***")
                + ", cronSecret=" + (cronSecret == null ? "none" : "***") + "]";
    }
}
