package io.weir.settings;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * One limit of some routes.
 *
 * @param place the rule's key in the configuration, for messages: {@code rate-limits.rules[0]}
 * @param name what metrics call it
 * @param path a route's path, its template, or the beginning of paths with {@code *} after it
 * @param methods empty for all that the routes have
 * @param limit requests of one key that pass in a window
 * @param keys a request's key is all of them together
 */
public record RateLimitRule(
        String place,
        String name,
        String path,
        Set<String> methods,
        long limit,
        Duration window,
        List<RateLimitKey> keys) {
    private static final int LONGEST_NAME = 200;
    /** A refill of more than one in a nanosecond is beyond the arithmetic of the buckets. */
    private static final long LARGEST_LIMIT = 1_000_000_000;

    private static final Duration SHORTEST_WINDOW = Duration.ofSeconds(1);
    private static final Duration LONGEST_WINDOW = Duration.ofDays(366);

    public RateLimitRule {
        methods = Set.copyOf(methods);
        keys = List.copyOf(keys);
        if (name.isBlank() || name.length() > LONGEST_NAME || !name.chars().allMatch(c -> c >= ' ' && c < 127)) {
            throw new SettingsException(
                    place + ".name", "must be 1 to " + LONGEST_NAME + " printable characters of ASCII");
        }
        checkPath(place + ".path", path);
        for (String method : methods) {
            if (!method.matches("[A-Z]{1,20}")) {
                throw new SettingsException(
                        place + ".methods", "holds \"" + method + "\"; write methods in capitals, as [GET, POST]");
            }
        }
        if (limit < 1 || limit > LARGEST_LIMIT) {
            throw new SettingsException(place + ".limit", "is " + limit + ", must be from 1 to " + LARGEST_LIMIT);
        }
        if (window.compareTo(SHORTEST_WINDOW) < 0 || window.compareTo(LONGEST_WINDOW) > 0) {
            throw new SettingsException(place + ".window", "is " + window + ", must be from 1s to 366d");
        }
        if (keys.isEmpty() || Set.copyOf(keys).size() < keys.size()) {
            throw new SettingsException(place + ".key", "must name at least one part, and none twice");
        }
    }

    private static void checkPath(String key, String path) {
        int star = path.indexOf('*');
        if (!path.startsWith("/") || !path.chars().allMatch(c -> c > ' ' && c < 127 && c != '?' && c != '#')) {
            throw new SettingsException(
                    key,
                    "is \"" + path + "\"; write a path that begins with / and has no query, percent-encoded as"
                            + " clients send it");
        }
        if (star >= 0 && star < path.length() - 1) {
            throw new SettingsException(key, "is \"" + path + "\"; * stands at the end only");
        }
    }
}
