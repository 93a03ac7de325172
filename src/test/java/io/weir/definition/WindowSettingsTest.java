package io.weir.definition;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WindowSettingsTest {
    @Test
    void withoutAnOffsetAWindowStaysOpenForTheWholeDelay() {
        WindowSettings settings = new WindowSettings(10, 10, Duration.ofSeconds(5));
        assertThat(settings.delayFrom(1_734_633_601_234L)).isEqualTo(Duration.ofSeconds(5));
    }

    @ParameterizedTest
    @CsvSource({
        "0 2-14/12 * * *, 2026-03-02T01:59:00, 60",
        "0 2-14/12 * * *, 2026-03-02T02:00:00, 43200",
        "*/15 * * * *, 2026-03-02T02:07:30, 450",
        "30 0 1 * *, 2026-02-28T00:30:00, 86400",
        "0 0 * * 1, 2026-03-01T23:00:00, 3600",
        "0 3 29 2 *, 2026-03-01T23:00:00, 604800",
    })
    void withAScheduleAWindowEndsWhenThatSays(String cron, LocalDateTime now, long seconds) {
        long millis = now.atZone(ZoneId.systemDefault()).toInstant().toEpochMilli();
        WindowSettings settings = new WindowSettings(10, 10, Duration.ofSeconds(5), null, Schedule.parse(cron));
        assertThat(settings.delayFrom(millis)).isEqualTo(Duration.ofSeconds(seconds));
    }

    @ParameterizedTest
    @CsvSource({
        "5000, 0, 5000",
        "5000, 1, 4999",
        "5000, 4999, 1",
        "5000, 5000, 5000",
        "2500, 0, 2500",
        "2500, 2499, 1",
        "2500, 2500, 5000",
        "2500, 1734633602500, 5000",
        "2500, 1734633601500, 1000",
    })
    void withAnOffsetAWindowEndsAtItsPlaceInTheInterval(long offset, long now, long delay) {
        WindowSettings settings = new WindowSettings(10, 10, Duration.ofSeconds(5), Duration.ofMillis(offset), null);
        assertThat(settings.delayFrom(now)).isEqualTo(Duration.ofMillis(delay));
    }
}
