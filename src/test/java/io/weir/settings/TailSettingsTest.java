package io.weir.settings;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TailSettingsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "max-listeners = 0 | tail.max-listeners",
                "interval = 0s     | tail.interval",
                "max-events = 0    | tail.max-events",
                "heartbeat = 100ms | tail.heartbeat"
            })
    void whatMakesNoSenseIsRefusedByItsName(String overrides, String key) {
        assertThatThrownBy(() -> TailSettings.from(Overrides.of("tail", overrides)))
                .hasMessageContaining(key);
    }
}
