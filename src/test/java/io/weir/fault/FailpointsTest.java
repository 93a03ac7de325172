package io.weir.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FailpointsTest {
    private final AtomicInteger ends = new AtomicInteger();

    @Test
    void nothingIsChosenUnlessSomebodyAsksForIt() {
        assertThat(Failpoints.chosen()).isEmpty();
        for (Failpoint point : Failpoint.values()) {
            Failpoints.reach(point);
        }
    }

    @Test
    void theProcessEndsTheNthTimeThatItGetsThere() {
        Failpoints.Armed armed = Failpoints.Armed.parse("before-commit:3", ends::incrementAndGet);
        armed.reach(Failpoint.BEFORE_COMMIT);
        armed.reach(Failpoint.AFTER_COMMIT);
        armed.reach(Failpoint.BEFORE_COMMIT);
        assertThat(ends).hasValue(0);
        armed.reach(Failpoint.BEFORE_COMMIT);
        assertThat(ends).hasValue(1);
    }

    @Test
    void withoutANumberItEndsTheFirstTime() {
        Failpoints.Armed.parse("after-append", ends::incrementAndGet).reach(Failpoint.AFTER_APPEND);
        assertThat(ends).hasValue(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"before-comit", "before-commit:0", "before-commit:", "before-commit:x", ":1", "BEFORE_COMMIT"})
    void whatIsNoFailpointIsFoundOut(String setting) {
        Failpoints.Armed armed = Failpoints.Armed.parse(setting, ends::incrementAndGet);
        assertThat(armed.isValid()).isFalse();
        for (Failpoint point : Failpoint.values()) {
            armed.reach(point);
        }
        assertThat(ends).hasValue(0);
    }
}
