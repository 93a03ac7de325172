package io.weir.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Limits of routes. Keys and defaults are under {@code weir.rate-limits}.
 *
 * @param redisEnabled whether the nodes count together, in Redis
 * @param maxLocalBuckets keys that this process counts in memory
 * @param probeInterval how often a Redis that was away is tried
 * @param ipv6PrefixLength how many bits of an IPv6 address tell one client from another
 * @param userHeader the header that names the user
 * @param apiKeyHeaders the headers that may hold an API key, the first that a request has counts
 */
public record RateLimitSettings(
        boolean redisEnabled,
        int maxLocalBuckets,
        Duration probeInterval,
        int ipv6PrefixLength,
        String userHeader,
        List<String> apiKeyHeaders,
        List<RateLimitRule> rules) {
    private static final String SECTION = "rate-limits";
    private static final int IPV6_BITS = 128;

    public RateLimitSettings {
        apiKeyHeaders = List.copyOf(apiKeyHeaders);
        rules = List.copyOf(rules);
        Checks.atLeast(SECTION + ".max-local-buckets", maxLocalBuckets, 1);
        Checks.positive(SECTION + ".probe-interval", probeInterval);
        if (ipv6PrefixLength < 1 || ipv6PrefixLength > IPV6_BITS) {
            throw new SettingsException(
                    SECTION + ".ipv6-prefix-length", "is " + ipv6PrefixLength + ", must be from 1 to " + IPV6_BITS);
        }
        Checks.headerName(SECTION + ".user-header", userHeader);
        apiKeyHeaders.forEach(name -> Checks.headerName(SECTION + ".api-key-headers", name));
        checkNames(rules);
    }

    public static RateLimitSettings from(Config weir) {
        SettingsSection limits =
                new SettingsSection(SECTION, weir.getConfig(SECTION).root());
        limits.only(
                "redis-enabled",
                "max-local-buckets",
                "probe-interval",
                "ipv6-prefix-length",
                "user-header",
                "api-key-headers",
                "rules");
        List<RateLimitRule> rules = new ArrayList<>();
        List<ConfigValue> values = limits.list("rules");
        for (int i = 0; i < values.size(); i++) {
            rules.add(rule(SettingsSection.of(SECTION + ".rules[" + i + "]", values.get(i))));
        }
        return new RateLimitSettings(
                limits.flag("redis-enabled"),
                (int) limits.wholeNumber("max-local-buckets", 1, Integer.MAX_VALUE),
                limits.duration("probe-interval"),
                (int) limits.wholeNumber("ipv6-prefix-length", 1, IPV6_BITS),
                limits.text("user-header"),
                limits.texts("api-key-headers"),
                rules);
    }

    private static RateLimitRule rule(SettingsSection rule) {
        rule.only("name", "path", "methods", "limit", "window", "key");
        String path = rule.text("path");
        Set<String> methods = rule.has("methods") ? new LinkedHashSet<>(rule.texts("methods")) : Set.of();
        if (rule.has("methods") && methods.isEmpty()) {
            throw new SettingsException(
                    rule.pathOf("methods"), "is empty; name methods, or leave it out for all of them");
        }
        List<RateLimitKey> keys = new ArrayList<>();
        for (String key : rule.has("key") ? rule.texts("key") : List.of("address", "path")) {
            keys.add(RateLimitKey.parse(rule.pathOf("key"), key));
        }
        return new RateLimitRule(
                rule.place(),
                rule.has("name") ? rule.text("name") : name(path, methods),
                path,
                methods,
                rule.wholeNumber("limit", 1, Long.MAX_VALUE),
                rule.duration("window"),
                keys);
    }

    private static String name(String path, Set<String> methods) {
        return methods.isEmpty() ? path : String.join(",", methods) + " " + path;
    }

    private static void checkNames(List<RateLimitRule> rules) {
        Map<String, RateLimitRule> named = new HashMap<>();
        for (RateLimitRule rule : rules) {
            @Nullable RateLimitRule other = named.putIfAbsent(rule.name(), rule);
            if (other != null) {
                throw new SettingsException(
                        rule.place() + ".name",
                        "is \"" + rule.name() + "\", as that of weir." + other.place()
                                + "; give each a name of its own");
            }
        }
    }
}
