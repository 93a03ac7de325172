package io.weir.settings;

import com.typesafe.config.Config;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Short links. Keys and defaults are under {@code weir.links}.
 *
 * @param enabled whether links are served at all
 * @param publicUrl what short URLs begin with, without a slash at the end; null for what the request's Host says
 * @param table the table that holds the links, perhaps with its schema
 * @param clickStream the stream that takes the clicks; null when clicks are not recorded
 * @param cacheControl the header of every redirect
 * @param referrerPolicy the header of every redirect; null for none
 */
public record LinkSettings(
        boolean enabled,
        @Nullable String publicUrl,
        String table,
        @Nullable String clickStream,
        String cacheControl,
        @Nullable String referrerPolicy,
        Cache cache,
        Clicks clicks) {
    /**
     * The caches in front of the database.
     *
     * @param maxLinks links kept in memory
     * @param maxAbsent codes without a link kept in memory
     * @param refreshAfter how long a link in memory is answered without asking again
     * @param ttl how long it is answered at once, and asked for again behind the answer
     * @param absentTtl how long a code without a link is answered without asking again
     * @param staleIfError how long a link is answered from memory while neither Redis nor the database answers
     * @param staleWait how long such an answer waits for them
     * @param staleRetry after a lookup that failed, how long such answers are sent without another
     * @param redisPrefix what keys and the channel in Redis begin with
     * @param redisTtl how long Redis keeps a link
     * @param lookupTimeout how long a redirect waits for a link that is not in memory
     * @param maxLookups links being looked for at once
     */
    public record Cache(
            int maxLinks,
            int maxAbsent,
            Duration refreshAfter,
            Duration ttl,
            Duration absentTtl,
            Duration staleIfError,
            Duration staleWait,
            Duration staleRetry,
            String redisPrefix,
            Duration redisTtl,
            Duration lookupTimeout,
            int maxLookups) {
        public Cache {
            Checks.atLeast("links.cache.max-links", maxLinks, 1);
            Checks.atLeast("links.cache.max-absent", maxAbsent, 1);
            Checks.positive("links.cache.refresh-after", refreshAfter);
            Checks.positive("links.cache.ttl", ttl);
            Checks.positive("links.cache.absent-ttl", absentTtl);
            Checks.ordered("links.cache.ttl", ttl, "links.cache.stale-if-error", staleIfError);
            Checks.notNegative("links.cache.stale-wait", staleWait);
            Checks.notNegative("links.cache.stale-retry", staleRetry);
            Checks.positive("links.cache.redis-ttl", redisTtl);
            // what was changed is remembered for as long as a lookup may be under way
            Checks.ordered("links.cache.lookup-timeout", lookupTimeout, "links.cache.redis-ttl", redisTtl);
            Checks.positive("links.cache.lookup-timeout", lookupTimeout);
            Checks.atLeast("links.cache.max-lookups", maxLookups, 1);
            if (redisPrefix.isEmpty()) {
                throw new SettingsException(
                        "links.cache.redis-prefix", "is empty, must keep links apart from other keys");
            }
        }
    }

    /**
     * Clicks on their way to the log.
     *
     * @param maxInFlight how many may be so at once; a click beyond is dropped, its redirect is not
     * @param linger how long a click waits for others that go with it
     * @param retryDelay between attempts to append clicks
     * @param keepFor how long they are tried before they are dropped
     * @param stopTimeout how long a stop waits for them
     */
    public record Clicks(
            int maxInFlight, Duration linger, Duration retryDelay, Duration keepFor, Duration stopTimeout) {
        public Clicks {
            Checks.atLeast("links.clicks.max-in-flight", maxInFlight, 1);
            Checks.notNegative("links.clicks.linger", linger);
            Checks.positive("links.clicks.retry-delay", retryDelay);
            Checks.notNegative("links.clicks.keep-for", keepFor);
            Checks.notNegative("links.clicks.stop-timeout", stopTimeout);
        }
    }

    public LinkSettings {
        if (publicUrl != null) {
            checkPublicUrl(publicUrl);
        }
        if (!table.matches("[A-Za-z_][A-Za-z0-9_$]*(\\.[A-Za-z_][A-Za-z0-9_$]*)?")) {
            throw new SettingsException("links.table", "is \"" + table + "\", must be a table or schema.table");
        }
        header("links.cache-control", cacheControl);
        header("links.referrer-policy", referrerPolicy == null ? "" : referrerPolicy);
    }

    private static void checkPublicUrl(String url) {
        try {
            URI uri = URI.create(url);
            boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (http && uri.getHost() != null && uri.getRawUserInfo() == null && url.matches("https?://[^/?#]+")) {
                return;
            }
        } catch (IllegalArgumentException notAUrl) {
            // said below
        }
        throw new SettingsException(
                "links.public-url", "is \"" + url + "\", must be like https://go.example.com, without a path");
    }

    private static void header(String key, String value) {
        if (!value.chars().allMatch(c -> c >= ' ' && c < 127)) {
            throw new SettingsException(key, "holds a character that a header can't carry; use printable ASCII");
        }
    }

    public static LinkSettings from(Config weir) {
        Config links = weir.getConfig("links");
        Config cache = links.getConfig("cache");
        Config clicks = links.getConfig("clicks");
        return new LinkSettings(
                links.getBoolean("enabled"),
                textOrNull(links, "public-url"),
                links.getString("table"),
                textOrNull(links, "click-stream"),
                links.getString("cache-control"),
                textOrNull(links, "referrer-policy"),
                new Cache(
                        cache.getInt("max-links"),
                        cache.getInt("max-absent"),
                        cache.getDuration("refresh-after"),
                        cache.getDuration("ttl"),
                        cache.getDuration("absent-ttl"),
                        cache.getDuration("stale-if-error"),
                        cache.getDuration("stale-wait"),
                        cache.getDuration("stale-retry"),
                        cache.getString("redis-prefix"),
                        cache.getDuration("redis-ttl"),
                        cache.getDuration("lookup-timeout"),
                        cache.getInt("max-lookups")),
                new Clicks(
                        clicks.getInt("max-in-flight"),
                        clicks.getDuration("linger"),
                        clicks.getDuration("retry-delay"),
                        clicks.getDuration("keep-for"),
                        clicks.getDuration("stop-timeout")));
    }

    private static @Nullable String textOrNull(Config config, String key) {
        String text = config.getString(key);
        return text.isEmpty() ? null : text;
    }
}
