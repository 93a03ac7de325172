package io.weir.settings;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
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
        Config config = ConfigFactory.parseString(overrides)
                .atPath("weir.tail")
                .withFallback(Configuration.load(Path.of("no-such-file")))
                .resolve();
        assertThatThrownBy(() -> TailSettings.from(config.getConfig("weir"))).hasMessageContaining(key);
    }
}
