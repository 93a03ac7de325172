package io.weir.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RollupSettingsTest {
    private static RollupSettings of(String setting) {
        return RollupSettings.from(ConfigFactory.parseString("rollups { " + setting + " }")
                .withFallback(Configuration.load(Path.of("no-such-file")).getConfig("weir")));
    }

    @Test
    void daysStayForEverAndAnyOtherMay() {
        assertThat(of(""))
                .isEqualTo(new RollupSettings(Duration.ofMinutes(10), Duration.ofDays(2), Duration.ofDays(90), null));
        assertThat(of("minute-retention = off, day-retention = 400d"))
                .isEqualTo(new RollupSettings(Duration.ofMinutes(10), null, Duration.ofDays(90), Duration.ofDays(400)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        minute-retention = 59s  | rollups.minute-retention | one bucket; or off
        hour-retention = 59m    | rollups.hour-retention   | one bucket; or off
        day-retention = 23h     | rollups.day-retention    | one bucket; or off
        day-retention = never   | rollups.day-retention    | or off
        interval = 0s           | rollups.interval         | longer than zero
        """)
    void whatIsWrongIsNamed(String setting, String key, String remedy) {
        assertThatThrownBy(() -> of(setting))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining(key)
                .hasMessageContaining(remedy);
    }
}
