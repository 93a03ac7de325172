package io.weir.alert;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class AlertEpisodesTest {
    private static final Instant BEGIN = Instant.parse("2026-03-01T10:00:00Z");

    private double figure;
    private int seconds;
    private final AlertEpisodes episodes =
            new AlertEpisodes(new AlertRule("depth", "s", "%s wait", "events", "k", 100, 2, 3, 0.8, () -> figure));

    private List<String> look(double... figures) {
        List<String> news = new ArrayList<>();
        for (double next : figures) {
            figure = next;
            Alert told = episodes.look(BEGIN.plusSeconds(seconds++));
            news.add(told == null ? "" : told.state().word());
        }
        return news;
    }

    @Test
    void oneBadMomentTellsNobodyAndAnEpisodeIsToldOnce() {
        assertThat(look(101, 100, 500, 99)).containsOnly("");
        assertThat(look(101, 101, 300, 101)).containsExactly("", "firing", "", "");
    }

    @Test
    void anEpisodeEndsOnlyWhenTheFigureIsWellBelowTheLimitForAWhile() {
        look(101, 101);
        assertThat(look(95, 81, 80, 80, 81, 80, 80, 80)).containsExactly("", "", "", "", "", "", "", "resolved");
        assertThat(look(101, 0, 101, 101)).containsExactly("", "", "", "firing");
    }

    @Test
    void whatNobodyKnowsNeitherBeginsNorEndsOne() {
        assertThat(look(101, Double.NaN, 101)).containsExactly("", "", "firing");
        assertThat(look(0, 0, Double.NaN, Double.NaN, 0)).containsExactly("", "", "", "", "resolved");
    }

    @Test
    void anAlertTellsItsFiguresAndItsPeak() {
        look(101, 1234.5678);
        Alert current = Objects.requireNonNull(episodes.current());
        assertThat(current.message()).isEqualTo("depth of s: 1235 events wait, more than 100 events");
        look(5000, 3, 3);
        figure = 3;
        Alert ended = Objects.requireNonNull(episodes.look(BEGIN.plusSeconds(32)));
        assertThat(ended.message()).isEqualTo("depth of s: over after PT31S; it was at most 5000 events");
        assertThat(ended.toJson("me"))
                .isEqualTo("{\"alert\":\"depth\",\"stream\":\"s\",\"state\":\"resolved\",\"value\":3,\"threshold\":100,"
                        + "\"unit\":\"events\",\"peak\":5000,\"since\":\"2026-03-01T10:00:01Z\","
                        + "\"until\":\"2026-03-01T10:00:32Z\","
                        + "\"message\":\"depth of s: over after PT31S; it was at most 5000 events\",\"node\":\"me\"}");
    }

    @Test
    void aPercentileIsOfWhatWasRecordedSinceTheLastLook() {
        Timer timer = Timer.builder("t")
                .serviceLevelObjectives(Duration.ofMillis(10), Duration.ofMillis(20), Duration.ofMillis(100))
                .register(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
        timer.record(90, TimeUnit.MILLISECONDS);
        RecentPercentile percentile = new RecentPercentile(timer, 0.95, 2);
        assertThat(percentile.getAsDouble()).isNaN();
        assertThat(percentile.getAsDouble()).isZero();
        for (int i = 0; i < 100; i++) {
            timer.record(i < 90 ? 5 : 15, TimeUnit.MILLISECONDS);
        }
        // 90 up to 10 ms and 10 up to 20 ms: the 95th stands half-way in the second bucket
        assertThat(percentile.getAsDouble()).isCloseTo(15, Offset.offset(0.001));
        timer.record(5, TimeUnit.SECONDS);
        assertThat(percentile.getAsDouble()).isCloseTo(5000, Offset.offset(0.001));
        assertThat(percentile.getAsDouble()).isNaN();
        assertThat(percentile.getAsDouble()).isZero();
    }
}
