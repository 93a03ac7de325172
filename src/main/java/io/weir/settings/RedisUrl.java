package io.weir.settings;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The one URL of Redis, from whichever variables an operator has set: {@code REDIS_URL}, or {@code REDIS_HOST},
 * {@code REDIS_PORT}, {@code REDIS_PASSWORD} and {@code REDIS_TLS}.
 */
public final class RedisUrl {
    private static final int DEFAULT_PORT = 6379;

    private RedisUrl() {}

    /**
     * Returns the URL to use. {@code REDIS_URL} wins over the parts, the parts over {@code configured}; the parts take
     * effect when {@code REDIS_HOST} is set, because a password alone says nothing about where it belongs.
     *
     * @param environment variables by name; empty ones count as not set
     * @param configured what the settings say, {@code redis://…} or {@code rediss://…}
     * @throws SettingsException if a part can't be used; the message names the variable
     */
    public static String resolve(Map<String, String> environment, String configured) {
        String url = value(environment, "REDIS_URL");
        if (url != null) {
            return url;
        }
        String host = value(environment, "REDIS_HOST");
        if (host == null) {
            return configured;
        }
        if (host.indexOf('/') >= 0 || host.indexOf('@') >= 0) {
            throw new SettingsException("log.redis-url", "REDIS_HOST must be a host name; put a URL into REDIS_URL");
        }
        StringBuilder resolved = new StringBuilder(tls(environment) ? "rediss://" : "redis://");
        String password = value(environment, "REDIS_PASSWORD");
        if (password != null) {
            resolved.append(':').append(percentEncoded(password)).append('@');
        }
        // an IPv6 address has colons of its own
        resolved.append(host.indexOf(':') >= 0 && !host.startsWith("[") ? "[" + host + "]" : host);
        return resolved.append(':').append(port(environment)).toString();
    }

    private static boolean tls(Map<String, String> environment) {
        String tls = value(environment, "REDIS_TLS");
        if (tls == null) {
            return false;
        }
        return switch (tls) {
            case "true", "1", "yes", "on" -> true;
            case "false", "0", "no", "off" -> false;
            default ->
                throw new SettingsException("log.redis-url", "REDIS_TLS is \"" + tls + "\", must be true or false");
        };
    }

    private static int port(Map<String, String> environment) {
        String port = value(environment, "REDIS_PORT");
        if (port == null) {
            return DEFAULT_PORT;
        }
        try {
            int number = Integer.parseInt(port);
            if (number >= 1 && number <= 65_535) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            // answered below, as a number out of range is
        }
        throw new SettingsException("log.redis-url", "REDIS_PORT is \"" + port + "\", must be a port from 1 to 65535");
    }

    private static String percentEncoded(String text) {
        // URLEncoder writes a blank as a form does
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static @Nullable String value(Map<String, String> environment, String name) {
        String value = environment.get(name);
        return value == null || value.isBlank() ? null : value.strip();
    }
}
