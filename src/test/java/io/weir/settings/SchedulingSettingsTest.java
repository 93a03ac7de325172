package io.weir.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SchedulingSettingsTest {
    @Test
    void theDefaultIsTheShortestThatLinuxTakesAndItCanBeOff() {
        SchedulingSettings defaults = SchedulingSettings.from(
                ConfigFactory.parseResources("defaults.conf").getConfig("weir"));
        assertThat(defaults.slice()).isEqualTo(Duration.ofNanos(100_000));
        assertThat(from("off").slice()).isNull();
        assertThat(from("false").slice()).isNull();
        assertThat(from("100ms").slice()).isEqualTo(Duration.ofMillis(100));
    }

    @ParameterizedTest
    @ValueSource(strings = {"99us", "101ms", "0ms", "soon", "\"\""})
    void anythingElseIsRefusedByItsName(String slice) {
        assertThatThrownBy(() -> from(slice))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("scheduling.slice")
                .hasMessageContaining("off");
    }

    private static SchedulingSettings from(String slice) {
        Config weir = ConfigFactory.parseString("scheduling { interval = 5s, slice = " + slice + " }");
        return SchedulingSettings.from(weir);
    }
}
