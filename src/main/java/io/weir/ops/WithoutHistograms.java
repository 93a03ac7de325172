package io.weir.ops;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;

/** Leaves of every histogram its count, its sum and the longest of the last minutes; for a registry that has no meters yet. */
public final class WithoutHistograms implements MeterFilter {
    private static final DistributionStatisticConfig NO_BUCKETS = DistributionStatisticConfig.builder()
            .percentilesHistogram(false)
            .serviceLevelObjectives()
            .build();

    @Override
    public DistributionStatisticConfig configure(Meter.Id id, DistributionStatisticConfig config) {
        return NO_BUCKETS.merge(config);
    }
}
