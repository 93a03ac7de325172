package io.weir.fault;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Ends the process at a place that was chosen at its start: {@code WEIR_FAILPOINT=before-commit:3}, or the system
 * property {@code weir.failpoint}, ends it the third time it gets there. It ends as by {@code kill -9}: nothing is
 * flushed, no shutdown hook runs, the exit code is 137. For tests, not for production.
 *
 * <p>Where none is chosen, which is always but in tests, {@link #reach} compares a constant with null, and the JIT
 * compiler leaves nothing of it.
 */
public final class Failpoints {
    /** What a process that was ended by {@code kill -9} exits with. */
    public static final int EXIT_CODE = 137;

    private static final String SETTING = setting();
    private static final @Nullable Armed ARMED = SETTING.isEmpty() ? null : Armed.parse(SETTING, Failpoints::halt);

    private Failpoints() {}

    /** Ends the process if this is the place, and the time, that was chosen. */
    public static void reach(Failpoint point) {
        if (ARMED != null) {
            ARMED.reach(point);
        }
    }

    /**
     * What is chosen, for the log; empty when nothing is, as it should be in production.
     *
     * @throws IllegalArgumentException when what is chosen is no failpoint; the message says what may be written
     */
    public static String chosen() {
        if (ARMED != null && ARMED.point == null) {
            throw new IllegalArgumentException("WEIR_FAILPOINT=" + SETTING
                    + " is no failpoint; write name or name:number with one of these names, or leave it out: "
                    + Failpoint.names());
        }
        return SETTING;
    }

    private static String setting() {
        String property = System.getProperty("weir.failpoint", "");
        String variable = System.getenv("WEIR_FAILPOINT");
        return !property.isBlank() || variable == null ? property.strip() : variable.strip();
    }

    private static void halt() {
        Runtime.getRuntime().halt(EXIT_CODE);
    }

    /** A chosen failpoint. A wrong choice has no point: nothing may fail while this class is being loaded. */
    static final class Armed {
        private final @Nullable Failpoint point;
        private final long number;
        private final Runnable end;
        private final AtomicLong reached = new AtomicLong();

        private Armed(@Nullable Failpoint point, long number, Runnable end) {
            this.point = point;
            this.number = number;
            this.end = end;
        }

        static Armed parse(String setting, Runnable end) {
            int colon = setting.indexOf(':');
            String name = colon < 0 ? setting : setting.substring(0, colon);
            String number = colon < 0 ? "1" : setting.substring(colon + 1);
            boolean valid = number.matches("[1-9][0-9]{0,8}");
            return new Armed(valid ? Failpoint.of(name).orElse(null) : null, valid ? Long.parseLong(number) : 0, end);
        }

        boolean isValid() {
            return point != null;
        }

        void reach(Failpoint reachedPoint) {
            if (reachedPoint == point && reached.incrementAndGet() == number) {
                end.run();
            }
        }
    }
}
