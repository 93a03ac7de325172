package io.weir.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigResolveOptions;
import com.typesafe.config.ConfigValueFactory;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Environment variables as the operators of older systems set them, in the form that HOCON reads.
 *
 * <p>HOCON takes a number without a unit for milliseconds. Here it is seconds below 1,000 and milliseconds from there
 * on: {@code QUEUE_SHUTDOWN_TIMEOUT=30} and {@code =30000} both mean half a minute. With a unit ({@code 500ms},
 * {@code 2s}) there is nothing to guess.
 */
public final class Environment {
    private static final Set<String> DURATIONS =
            Set.of("QUEUE_SHUTDOWN_TIMEOUT", "QUEUE_PROCESS_INTERVAL", "WEIR_DRAIN_DELAY");
    private static final Set<String> HOURS = Set.of("VIEW_DEDUP_TTL_HOURS", "VIEW_SYNC_INTERVAL_HOURS");
    private static final Pattern PLAIN_NAME = Pattern.compile("\\w+");
    private static final long SMALLEST_MILLISECONDS = 1_000;

    private Environment() {}

    /**
     * Resolves the substitutions in {@code config}, among them those that name variables of {@code environment}. The
     * variables don't become part of the result: they hold secrets that are none of Weir's business.
     *
     * @param environment variables by name; empty ones count as not set
     */
    public static Config resolve(Config config, Map<String, String> environment) {
        Config variables = substitutions(environment);
        Config resolved = config.withFallback(variables)
                .resolve(ConfigResolveOptions.defaults().setUseSystemEnvironment(false));
        for (String name : variables.root().keySet()) {
            if (!config.root().containsKey(name)) {
                resolved = resolved.withoutPath(name);
            }
        }
        return resolved;
    }

    private static Config substitutions(Map<String, String> environment) {
        Config substitutions = ConfigFactory.empty();
        for (Map.Entry<String, String> variable : environment.entrySet()) {
            String name = variable.getKey();
            String value = variable.getValue().strip();
            // what isn't a plain name can't be meant by a substitution, and might not be a path either
            if (value.isEmpty() || !PLAIN_NAME.matcher(name).matches()) {
                continue;
            }
            String meant = DURATIONS.contains(name) ? duration(value) : HOURS.contains(name) ? hours(value) : value;
            substitutions = substitutions.withValue(name, ConfigValueFactory.fromAnyRef(meant, "environment " + name));
        }
        return substitutions;
    }

    /** Returns {@code text} with a unit: a number that has none is hours. */
    private static String hours(String text) {
        return text.matches("[0-9]{1,9}([.][0-9]{1,9})?") ? text + "h" : text;
    }

    /** Returns {@code text} with a unit: a number that has none is seconds below 1,000, milliseconds from there on. */
    static String duration(String text) {
        if (text.length() > 15 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return text;
        }
        return Long.parseLong(text) < SMALLEST_MILLISECONDS ? text + "s" : text + "ms";
    }
}
