package io.weir.settings;

import com.typesafe.config.Config;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who is told of alerts over HTTP. Keys and defaults are under {@code weir.alerts.webhook}.
 *
 * @param url null when nobody is
 * @param secret what requests are signed with; null when they are not
 * @param maxRetries after the first attempt
 * @param backoff before the first retry; it doubles with each
 * @param maxWaiting alerts that wait to be sent; one more is dropped and counted
 */
public record WebhookSettings(
        @Nullable URI url,
        @Nullable String secret,
        Duration timeout,
        int maxRetries,
        Duration backoff,
        int maxWaiting) {
    private static final Set<String> SCHEMES = Set.of("http", "https");

    public WebhookSettings {
        if (url != null
                && (url.getScheme() == null
                        || !SCHEMES.contains(url.getScheme())
                        || url.getHost() == null
                        || url.getUserInfo() != null)) {
            throw new SettingsException(
                    "alerts.webhook.url", "must be like https://host/path, without a user and a password");
        }
        Checks.positive("alerts.webhook.timeout", timeout);
        Checks.atLeast("alerts.webhook.max-retries", maxRetries, 0);
        Checks.positive("alerts.webhook.backoff", backoff);
        Checks.atLeast("alerts.webhook.max-waiting", maxWaiting, 1);
    }

    static WebhookSettings from(Config webhook) {
        String url = webhook.getString("url").strip();
        String secret = webhook.getString("secret");
        return new WebhookSettings(
                url.isEmpty() ? null : uri(url),
                secret.isEmpty() ? null : secret,
                webhook.getDuration("timeout"),
                webhook.getInt("max-retries"),
                webhook.getDuration("backoff"),
                webhook.getInt("max-waiting"));
    }

    private static URI uri(String url) {
        try {
            return new URI(url);
        } catch (URISyntaxException wrong) {
            // not the URL itself: receivers' addresses often hold their key
            throw new SettingsException("alerts.webhook.url", "is no URL: " + wrong.getReason());
        }
    }

    /** Keeps the secret, and the address, which often is one, out of logs. */
    @Override
    public String toString() {
        return "WebhookSettings[url=" + (url == null ? "none" : url.getScheme() + "://" + url.getHost() + "/***") + "]";
    }
}
