package io.weir.settings;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
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
        Config config = ConfigFactory.parseString(overrides)
                .atPath("weir.dashboard")
                .withFallback(Configuration.load(Path.of("no-such-file")))
                .resolve();
        assertThatThrownBy(() -> DashboardSettings.from(config.getConfig("weir")))
                .hasMessageContaining(key);
    }
}
