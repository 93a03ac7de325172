package io.weir.redis;

import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisCredentialsProvider;
import io.lettuce.core.RedisURI;
import io.weir.settings.SettingsException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the forms of {@code REDIS_URL}:
 *
 * <pre>
 * redis://[[user]:password@]host[:port][/database]                                one server
 * redis://[[user]:password@]host[:port],host[:port]…                              nodes of a cluster
 * redis-cluster://[[user]:password@]host[:port][,host[:port]…]                    the same, also for one node
 * redis-sentinel://[[user]:password@]host[:port][,host[:port]…][/database]#master sentinels
 * </pre>
 *
 * with {@code rediss}, {@code rediss-cluster} and {@code rediss-sentinel} for TLS. A URL of several hosts is read as several
 * URLs of one host, so that each is checked alike.
 */
final class RedisAddressParser {
    private static final String KEY = "log.redis-url";
    private static final String FORM =
            "must be redis://[[user]:password@]host[:port][/database], several hosts with commas"
                    + " for a cluster, or redis-sentinel://…host,host#master; rediss for TLS";
    private static final String SENTINEL_MASTER_ID = "sentinelMasterId=";
    /** What Sentinel takes for a name; anything else may be a password in the wrong place, and is not to be shown. */
    private static final Pattern MASTER_NAME = Pattern.compile("[A-Za-z0-9._-]+");

    private static final int MAX_HOSTS = 100;
    private static final int DEFAULT_PORT = 6379;
    private static final int DEFAULT_SENTINEL_PORT = 26_379;
    private static final int LARGEST_PORT = 65_535;

    private enum Form {
        SERVER,
        CLUSTER,
        SENTINEL
    }

    private final String sentinelPassword;
    private final Duration timeout;

    private RedisAddressParser(String sentinelPassword, Duration timeout) {
        this.sentinelPassword = sentinelPassword;
        this.timeout = timeout;
    }

    static RedisAddress parse(String url, String sentinelPassword, Duration timeout) {
        return new RedisAddressParser(sentinelPassword, timeout).parse(url.strip());
    }

    private RedisAddress parse(String url) {
        List<URI> hosts = new ArrayList<>();
        for (String one : oneForEachHost(url)) {
            hosts.add(parseUri(one));
        }
        URI first = hosts.getFirst();
        Form form = form(first.getScheme());
        for (URI host : hosts) {
            check(host, form);
        }
        if (form == Form.SENTINEL) {
            String master = Objects.requireNonNull(master(first));
            return new RedisAddress.Sentinel(master, sentinels(hosts, master));
        }
        if (form == Form.SERVER && hosts.size() == 1) {
            return new RedisAddress.Single(
                    server(first, DEFAULT_PORT).withDatabase(database(first)).build());
        }
        if (database(first) != 0) {
            throw new SettingsException(KEY, "names a database, and a cluster has none but 0; " + FORM);
        }
        return new RedisAddress.Cluster(
                hosts.stream().map(host -> server(host, DEFAULT_PORT).build()).toList());
    }

    private RedisURI sentinels(List<URI> hosts, String master) {
        RedisURI.Builder lookup = authenticated(RedisURI.builder(), hosts.getFirst())
                .withSentinelMasterId(master)
                .withDatabase(database(hosts.getFirst()))
                .withSsl(isTls(hosts.getFirst()))
                .withClientName("weir")
                .withTimeout(timeout);
        for (URI host : hosts) {
            RedisURI.Builder sentinel = RedisURI.builder()
                    .withHost(host(host))
                    .withPort(port(host, DEFAULT_SENTINEL_PORT))
                    .withSsl(isTls(host))
                    .withTimeout(timeout);
            if (!sentinelPassword.isEmpty()) {
                sentinel.withPassword(sentinelPassword.toCharArray());
            }
            lookup.withSentinel(sentinel.build());
        }
        return lookup.build();
    }

    private RedisURI.Builder server(URI uri, int defaultPort) {
        return authenticated(RedisURI.builder(), uri)
                .withHost(host(uri))
                .withPort(port(uri, defaultPort))
                .withSsl(isTls(uri))
                .withClientName("weir")
                .withTimeout(timeout);
    }

    private static RedisURI.Builder authenticated(RedisURI.Builder address, URI uri) {
        String userInfo = uri.getRawUserInfo();
        if (userInfo != null && !userInfo.isEmpty()) {
            int colon = userInfo.indexOf(':');
            String user = colon < 0 ? "" : decode(userInfo.substring(0, colon));
            char[] password = decode(userInfo.substring(colon + 1)).toCharArray();
            address.withAuthentication(
                    RedisCredentialsProvider.from(() -> RedisCredentials.just(user.isEmpty() ? null : user, password)));
        }
        return address;
    }

    /** {@code a://u@h,i/0#m} as {@code a://u@h/0#m} and {@code a://u@i/0#m}. */
    private static List<String> oneForEachHost(String url) {
        int authority = url.indexOf("://") + 3;
        int end = authority;
        while (end < url.length() && "/?#".indexOf(url.charAt(end)) < 0) {
            end++;
        }
        int hosts = Math.max(authority, url.lastIndexOf('@', end - 1) + 1);
        if (authority < 3 || url.lastIndexOf(',', end - 1) < hosts) {
            return List.of(url);
        }
        String[] names = url.substring(hosts, end).split(",", -1);
        if (names.length > MAX_HOSTS) {
            throw new SettingsException(KEY, "names more than " + MAX_HOSTS + " hosts; a few lead to all others");
        }
        List<String> urls = new ArrayList<>();
        for (String host : names) {
            urls.add(url.substring(0, hosts) + host.strip() + url.substring(end));
        }
        return urls;
    }

    private static URI parseUri(String url) {
        try {
            return new URI(url);
        } catch (URISyntaxException problem) {
            // its message holds the whole URL, and with it the password
            throw new SettingsException(
                    KEY,
                    "is not a URL: " + problem.getReason() + " at position " + problem.getIndex()
                            + " (special characters of a password are written as %XX); " + FORM);
        }
    }

    private static Form form(@Nullable String scheme) {
        return switch (scheme) {
            case "redis", "rediss" -> Form.SERVER;
            case "redis-cluster", "rediss-cluster" -> Form.CLUSTER;
            case "redis-sentinel", "rediss-sentinel" -> Form.SENTINEL;
            case null, default ->
                throw new SettingsException(
                        KEY,
                        "does not begin with redis:// or rediss://, nor with one for cluster or sentinel; " + FORM);
        };
    }

    private static void check(URI uri, Form form) {
        if (uri.getHost() == null) {
            throw new SettingsException(KEY, "names no host, or one that is none; " + FORM);
        }
        int port = uri.getPort();
        if (port == 0 || port > LARGEST_PORT) {
            throw new SettingsException(KEY, "has a port that is not from 1 to 65535; " + FORM);
        }
        if (form == Form.SENTINEL && master(uri) == null) {
            throw new SettingsException(
                    KEY,
                    "names no master behind # (A-Z a-z 0-9 . - _), whom the sentinels could be asked for; " + FORM);
        }
        if (form != Form.SENTINEL && (uri.getRawQuery() != null || uri.getRawFragment() != null)) {
            throw new SettingsException(KEY, "has something after the database; " + FORM);
        }
    }

    /** The master's name behind the hash, or as Lettuce writes it too, in the query; null when there is none that can be. */
    private static @Nullable String master(URI uri) {
        String query = uri.getRawQuery();
        String name = uri.getRawFragment();
        if (query != null) {
            if (name != null || !query.startsWith(SENTINEL_MASTER_ID) || query.indexOf('&') >= 0) {
                return null;
            }
            name = query.substring(SENTINEL_MASTER_ID.length());
        }
        return name == null || !MASTER_NAME.matcher(name).matches() ? null : name;
    }

    private static int database(URI uri) {
        String path = uri.getRawPath();
        if (path.isEmpty() || path.equals("/")) {
            return 0;
        }
        try {
            int database = Integer.parseInt(path, 1, path.length(), 10);
            if (database >= 0) {
                return database;
            }
        } catch (NumberFormatException problem) {
            // said below
        }
        throw new SettingsException(KEY, "names a database that is no number; " + FORM);
    }

    private static boolean isTls(URI uri) {
        return uri.getScheme().startsWith("rediss");
    }

    private static int port(URI uri, int defaultPort) {
        return uri.getPort() < 0 ? defaultPort : uri.getPort();
    }

    private static String decode(String text) {
        // a plus sign is itself in this part of a URL
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static String host(URI uri) {
        String host = uri.getHost();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }
}
