package io.weir.settings;

import com.typesafe.config.Config;

/**
 * What is measured. Keys and defaults are under {@code weir.metrics}.
 *
 * @param histograms whether latencies are sorted into buckets; otherwise only their number, sum and longest are kept
 */
public record MetricsSettings(boolean histograms) {
    public static MetricsSettings from(Config weir) {
        return new MetricsSettings(weir.getBoolean("metrics.histograms"));
    }
}
