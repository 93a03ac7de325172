package io.weir.definition;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WindowSettingsTest {
    @Test
    void withoutAnOffsetAWindowStaysOpenForTheWholeDelay() {
        WindowSettings settings = new WindowSettings(10, 10, Duration.ofSeconds(5), null);
        assertThat(settings.delayFrom(1_734_633_601_234L)).isEqualTo(Duration.ofSeconds(5));
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
        WindowSettings settings = new WindowSettings(10, 10, Duration.ofSeconds(5), Duration.ofMillis(offset));
        assertThat(settings.delayFrom(now)).isEqualTo(Duration.ofMillis(delay));
    }
}
