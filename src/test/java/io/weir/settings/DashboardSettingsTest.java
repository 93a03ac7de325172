package io.weir.settings;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DashboardSettingsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "max-listeners = 0    | dashboard.max-listeners",
                "interval = 0s        | dashboard.interval",
                "interval = -1s       | dashboard.interval",
                "ledger-interval = 0s | dashboard.ledger-interval"
            })
    void whatMakesNoSenseIsRefusedByItsName(String overrides, String key) {
        assertThatThrownBy(() -> DashboardSettings.from(Overrides.of("dashboard", overrides)))
                .hasMessageContaining(key);
    }
}
