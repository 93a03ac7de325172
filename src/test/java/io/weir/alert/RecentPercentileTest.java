package io.weir.alert;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.weir.ops.WithoutHistograms;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RecentPercentileTest {
    private static final int IDLE_LOOKS = 3;

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    @Test
    void withoutHistogramsItIsTheLongest() {
        registry.config().meterFilter(new WithoutHistograms());
        Timer timer = timer();
        RecentPercentile median = new RecentPercentile(timer, 0.5, IDLE_LOOKS);
        record(timer, 99, 5);
        record(timer, 1, 70);
        assertThat(median.getAsDouble()).isEqualTo(70);
    }

    @Test
    void withoutHistogramsItEndsAsWithThemWhereNothingIsRecorded() {
        registry.config().meterFilter(new WithoutHistograms());
        Timer timer = timer();
        RecentPercentile median = new RecentPercentile(timer, 0.5, IDLE_LOOKS);
        record(timer, 1, 70);
        assertThat(median.getAsDouble()).isEqualTo(70);
        assertThat(median.getAsDouble()).isNaN();
        assertThat(median.getAsDouble()).isNaN();
        assertThat(median.getAsDouble()).isZero();
    }

    private Timer timer() {
        return Timer.builder("latency")
                .serviceLevelObjectives(Duration.ofMillis(10), Duration.ofMillis(20), Duration.ofMillis(40))
                .register(registry);
    }

    private static void record(Timer timer, int times, long millis) {
        for (int i = 0; i < times; i++) {
            timer.record(Duration.ofMillis(millis));
        }
    }
}
