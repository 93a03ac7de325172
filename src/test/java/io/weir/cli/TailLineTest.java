package io.weir.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import org.junit.jupiter.api.Test;

class TailLineTest {
    private static final String TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS")
            .format(Instant.ofEpochMilli(1_734_633_600_123L).atZone(ZoneId.systemDefault()));

    private static String told(String rest) {
        return "{\"stream\":\"s\",\"partition\":3,\"entry\":\"1734633600123-5\",\"index\":0" + rest + "}";
    }

    @Test
    void anEventIsItsTimeItsPartitionItsEntityAndItself() {
        TailLine line = new TailLine(200);
        assertThat(line.of(told(",\"entity\":\"a,\\\"event\\\":b\",\"event\":{\"x\":{\"y\":[1]}}")))
                .isEqualTo(TIME + " 3 a,\"event\":b {\"x\":{\"y\":[1]}}");
        assertThat(line.of(told(",\"event\":{}"))).isEqualTo(TIME + " 3 - {}");
    }

    @Test
    void whatIsTooLongIsCutAndNothingDrawsOnTheTerminal() {
        assertThat(new TailLine(20).of(told(",\"entity\":\"\\u001b[2J\",\"event\":{\"a\":\"😀😀😀😀\"}")))
                .isEqualTo(TIME + " 3  [2J" + "…");
        assertThat(new TailLine(TIME.length() + 6).of(told(",\"entity\":\"😀😀😀\",\"event\":{}")))
                .isEqualTo(TIME + " 3 😀😀…");
    }
}
