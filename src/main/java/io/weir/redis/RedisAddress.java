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

/** Reads {@code redis://[[user]:password@]host[:port][/database]}, or {@code rediss://} for TLS. */
public final class RedisAddress {
    private static final String KEY = "log.redis-url";
    private static final String FORM = "must be redis://[[user]:password@]host[:port][/database], or rediss:// for TLS";
    private static final int DEFAULT_PORT = 6379;
    private static final int LARGEST_PORT = 65_535;

    private RedisAddress() {}

    /**
     * Parses the setting {@code weir.log.redis-url}.
     *
     * @throws SettingsException when it has another form; the message never holds the password
     */
    public static RedisURI parse(String url, Duration timeout) {
        URI uri = parseUri(url);
        boolean tls = "rediss".equals(uri.getScheme());
        if (!tls && !"redis".equals(uri.getScheme())) {
            throw new SettingsException(KEY, "does not begin with redis:// or rediss://; " + FORM);
        }
        if (uri.getHost() == null) {
            throw new SettingsException(KEY, "names no single host; " + FORM);
        }
        if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
            throw new SettingsException(KEY, "has something after the database; " + FORM);
        }
        int port = uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort();
        if (port == 0 || port > LARGEST_PORT) {
            throw new SettingsException(KEY, "has a port that is not from 1 to 65535; " + FORM);
        }
        RedisURI.Builder address = RedisURI.builder()
                .withHost(unbracketed(uri.getHost()))
                .withPort(port)
                .withSsl(tls)
                .withDatabase(database(uri.getRawPath()))
                .withClientName("weir")
                .withTimeout(timeout);
        String userInfo = uri.getRawUserInfo();
        if (userInfo != null && !userInfo.isEmpty()) {
            int colon = userInfo.indexOf(':');
            String user = colon < 0 ? "" : decode(userInfo.substring(0, colon));
            char[] password = decode(userInfo.substring(colon + 1)).toCharArray();
            address.withAuthentication(
                    RedisCredentialsProvider.from(() -> RedisCredentials.just(user.isEmpty() ? null : user, password)));
        }
        return address.build();
    }

    private static URI parseUri(String url) {
        try {
            return new URI(url.strip());
        } catch (URISyntaxException problem) {
            // its message holds the whole URL, and with it the password
            throw new SettingsException(
                    KEY,
                    "is not a URL: " + problem.getReason() + " at position " + problem.getIndex()
                            + " (special characters of a password are written as %XX); " + FORM);
        }
    }

    private static int database(String path) {
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

    private static String decode(String text) {
        // a plus sign is itself in this part of a URL
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static String unbracketed(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }
}
