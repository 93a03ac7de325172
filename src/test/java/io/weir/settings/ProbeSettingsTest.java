package io.weir.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProbeSettingsTest {
    private static ProbeSettings with(String setting) {
        return ProbeSettings.from(ConfigFactory.parseString("http { " + setting + " }")
                .withFallback(ConfigFactory.parseResources("defaults.conf").getConfig("weir")));
    }

    @Test
    void theDefaultsAreForAServerWithNobodyInFront() {
        assertThat(with("")).isEqualTo(new ProbeSettings(Duration.ZERO, 0.95, 0.75, Duration.ofSeconds(1)));
    }

    @ParameterizedTest
    @CsvSource({
        "drain-delay = -1s, http.drain-delay",
        "drain-delay = 11m, http.drain-delay",
        "full-at = 0%, http.full-at",
        "full-at = 101%, http.full-at",
        "room-at = 96%, http.room-at",
        "room-at = -1%, http.room-at",
        "alive-timeout = 0s, http.alive-timeout"
    })
    void whatMakesNoSenseIsRefusedByItsName(String setting, String key) {
        assertThatThrownBy(() -> with(setting))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining(key);
    }
}
