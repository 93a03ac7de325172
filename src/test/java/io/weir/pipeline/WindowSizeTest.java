package io.weir.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.definition.WindowSettings;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class WindowSizeTest {
    private static final long SHORT = Duration.ofMillis(249).toNanos();
    private static final long LONG = Duration.ofMillis(250).toNanos();

    private final WindowSize size = new WindowSize(new WindowSettings(1000, 10_000, Duration.ofSeconds(1)));

    @Test
    void aWindowThatTookItsTimeIsFollowedByOneOfItsSize() {
        size.filled(LONG, false);
        assertThat(size.target()).isEqualTo(1000);
    }

    @Test
    void windowsThatFillFastGrowUpToTheirLimit() {
        size.filled(SHORT, false);
        assertThat(size.target()).isEqualTo(2000);
        for (int i = 0; i < 5; i++) {
            size.filled(SHORT, false);
        }
        assertThat(size.target()).isEqualTo(10_000);
    }

    @Test
    void aBacklogMakesThemGrowHoweverLongTheyTook() {
        size.filled(LONG, true);
        assertThat(size.target()).isEqualTo(2000);
    }

    @Test
    void anExpiredWindowBringsThemDownToWhatFillsInAQuarterOfTheDelay() {
        for (int i = 0; i < 5; i++) {
            size.filled(SHORT, false);
        }
        size.expired(6000);
        assertThat(size.target()).isEqualTo(1500);
        size.expired(10);
        assertThat(size.target()).isEqualTo(1000);
    }

    @Test
    void anExpiredWindowDoesNotMakeThemGrow() {
        size.expired(999_999);
        assertThat(size.target()).isEqualTo(1000);
    }
}
