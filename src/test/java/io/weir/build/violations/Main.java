package io.weir.build.violations;

/** Breaks a rule of the architecture on purpose. */
public final class Main {
    private Main() {}
}
