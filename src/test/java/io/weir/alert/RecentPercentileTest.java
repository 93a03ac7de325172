package io.weir.alert;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.weir.ops.WithoutHistograms;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Where timers have no histograms; {@link AlertEpisodesTest} has one with. */
class RecentPercentileTest {
    private static final int IDLE_LOOKS = 3;

    private final Timer timer = timer();
    private final RecentPercentile median = new RecentPercentile(timer, 0.5, IDLE_LOOKS);

    @Test
    void withoutHistogramsItIsTheLongest() {
        record(99, 5);
        record(1, 70);
        assertThat(median.getAsDouble()).isEqualTo(70);
    }

    @Test
    void withoutHistogramsItEndsAsWithThemWhereNothingIsRecorded() {
        record(1, 70);
        assertThat(median.getAsDouble()).isEqualTo(70);
        assertThat(median.getAsDouble()).isNaN();
        assertThat(median.getAsDouble()).isNaN();
        assertThat(median.getAsDouble()).isZero();
    }

    private static Timer timer() {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        registry.config().meterFilter(new WithoutHistograms());
        return Timer.builder("latency")
                .serviceLevelObjectives(Duration.ofMillis(10), Duration.ofMillis(20), Duration.ofMillis(40))
                .register(registry);
    }

    private void record(int times, long millis) {
        for (int i = 0; i < times; i++) {
            timer.record(Duration.ofMillis(millis));
        }
    }
}
