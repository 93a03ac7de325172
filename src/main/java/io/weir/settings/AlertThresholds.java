package io.weir.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigUtil;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a figure may be, for all streams and for those that are named.
 *
 * @param key where it stands, as in {@code alerts.depth}
 * @param limits by stream, or by several streams as {@code one+other}; the others' is under {@link #DEFAULT}; infinite
 *     where nothing is too much
 */
public record AlertThresholds(String key, Map<String, Double> limits) {
    /** The name that stands for every stream that has no limit of its own. */
    public static final String DEFAULT = "default";

    interface Reader {
        double read(Config config, String path);
    }

    public AlertThresholds {
        limits = Map.copyOf(limits);
        if (!limits.containsKey(DEFAULT)) {
            throw new SettingsException(key + "." + DEFAULT, "is missing");
        }
        limits.forEach((stream, limit) -> {
            // a NaN is not below zero, and no figure is more than it
            if (!(limit >= 0)) {
                throw new SettingsException(key + "." + stream, "is " + limit + ", must not be negative; or off");
            }
        });
    }

    static AlertThresholds of(Config alerts, String name, Reader reader) {
        Map<String, Double> limits = new LinkedHashMap<>();
        Config section = alerts.getConfig(name);
        for (String stream : section.root().keySet()) {
            limits.put(stream, limit(section, ConfigUtil.joinPath(stream), "alerts." + name + "." + stream, reader));
        }
        return new AlertThresholds("alerts." + name, limits);
    }

    static double limit(Config section, String path, String key, Reader reader) {
        try {
            return Hocon.isOff(section, path) ? Double.POSITIVE_INFINITY : reader.read(section, path);
        } catch (ConfigException wrong) {
            throw new SettingsException(key, wrong.getMessage() + "; or off");
        }
    }

    static double count(Config config, String path) {
        return config.getLong(path);
    }

    static double percent(Config config, String path) {
        String text = config.getString(path).strip();
        try {
            return text.endsWith("%")
                    ? Double.parseDouble(text.substring(0, text.length() - 1))
                    : 100 * Double.parseDouble(text);
        } catch (NumberFormatException wrong) {
            throw new ConfigException.BadValue(config.origin(), path, "must be like 80%, or 0.8");
        }
    }

    static double seconds(Config config, String path) {
        return nanos(config, path) / Duration.ofSeconds(1).toNanos();
    }

    static double millis(Config config, String path) {
        return nanos(config, path) / Duration.ofMillis(1).toNanos();
    }

    private static double nanos(Config config, String path) {
        return config.getDuration(path).toNanos();
    }

    /** Where the limit of a stream's figure stands. */
    public String keyOf(String stream) {
        return key + "." + (limits.containsKey(stream) ? stream : DEFAULT);
    }

    /** What a stream's figure may be at most. */
    public double of(String stream) {
        return limits.getOrDefault(stream, limits.getOrDefault(DEFAULT, Double.POSITIVE_INFINITY));
    }
}
