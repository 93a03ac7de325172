package io.weir.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class DisplayOptionsTest {
    @Test
    void onlyATerminalWhoseUserHasNothingAgainstItIsColored() {
        assertThat(DisplayOptions.isColored(true, Map.of())).isTrue();
        assertThat(DisplayOptions.isColored(true, Map.of("NO_COLOR", ""))).isTrue();
        assertThat(DisplayOptions.isColored(true, Map.of("NO_COLOR", "1"))).isFalse();
        assertThat(DisplayOptions.isColored(true, Map.of("TERM", "dumb"))).isFalse();
        assertThat(DisplayOptions.isColored(false, Map.of())).isFalse();
    }
}
