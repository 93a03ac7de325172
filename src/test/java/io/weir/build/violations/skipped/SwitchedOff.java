package io.weir.build.violations.skipped;

import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIf;

/** Is switched off on purpose; its name keeps it out of the run. */
class SwitchedOff {
    @Test
    @Disabled("to be found")
    void byHand() {}

    @Test
    @DisabledIf("always")
    void byACondition() {}

    static boolean always() {
        return true;
    }
}
