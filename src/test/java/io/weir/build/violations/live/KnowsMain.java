package io.weir.build.violations.live;

import io.weir.build.violations.Main;

/** Breaks a rule of the architecture on purpose. */
final class KnowsMain {
    private KnowsMain() {}

    static Class<?> main() {
        return Main.class;
    }
}
