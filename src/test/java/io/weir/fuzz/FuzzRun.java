package io.weir.fuzz;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;

/** Sends mutated inputs through a target. The same seed sends the same inputs. */
public final class FuzzRun {
    private static final int WARM_UP = 2_000;
    private static final int SLOW_ATTEMPTS = 30;

    private FuzzRun() {}

    /** An input on which a property does not hold. */
    public static final class Finding extends AssertionError {
        private static final long serialVersionUID = 1L;

        Finding(FuzzTarget target, long seed, long round, byte[] input, Throwable cause) {
            super(
                    target.name() + ", seed " + seed + ", round " + round + ": " + cause + "\ninput: "
                            + InputText.escaped(input),
                    cause);
        }
    }

    /**
     * Runs until a time is over or so many inputs were sent.
     *
     * @return how many were sent
     * @throws Finding at the first input on which the target fails or is slow
     */
    public static long run(FuzzTarget target, long seed, Duration time, long maxRounds) {
        Mutator mutator = new Mutator(new Random(seed), target);
        long deadline = System.nanoTime() + time.toNanos();
        long round = 0;
        while (round < maxRounds && System.nanoTime() < deadline) {
            byte[] input = mutator.next();
            try {
                long began = cpuNanos();
                target.check(input);
                if (round > WARM_UP && cpuNanos() - began > target.slowAfter().toNanos()) {
                    requireFast(target, input);
                }
            } catch (Throwable problem) {
                throw new Finding(target, seed, round, input, problem);
            }
            round++;
        }
        return round;
    }

    private static long cpuNanos() {
        // not the time of day: others use the machine, too
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    /** An input is slow when it never is fast, even after the compiler has looked at what it takes. */
    private static void requireFast(FuzzTarget target, byte[] input) throws Exception {
        long slowNanos = target.slowAfter().toNanos();
        long fastest = Long.MAX_VALUE;
        for (int attempt = 0; attempt < SLOW_ATTEMPTS && fastest > slowNanos; attempt++) {
            long began = cpuNanos();
            target.parse(input);
            fastest = Math.min(fastest, cpuNanos() - began);
        }
        if (fastest > slowNanos) {
            throw new AssertionError(
                    input.length + " bytes take " + Duration.ofNanos(fastest).toMillis() + " ms");
        }
    }

    /** Inputs as lines of text: everything that is not printable ASCII, and the backslash, is {@code \xNN}. */
    static final class InputText {
        private InputText() {}

        static String escaped(byte[] input) {
            StringBuilder text = new StringBuilder(input.length);
            for (byte b : input) {
                if (b >= ' ' && b < 0x7f && b != '\\') {
                    text.append((char) b);
                } else {
                    text.append("\\x").append(Character.forDigit((b >> 4) & 0xf, 16)).append(Character.forDigit(b & 0xf, 16));
                }
            }
            return text.toString();
        }

        static byte[] unescaped(String text) {
            byte[] bytes = new byte[text.length()];
            int length = 0;
            for (int i = 0; i < text.length(); i++) {
                if (text.startsWith("\\x", i)) {
                    bytes[length++] = (byte) Integer.parseInt(text, i + 2, i + 4, 16);
                    i += 3;
                } else {
                    bytes[length++] = (byte) text.charAt(i);
                }
            }
            return Arrays.copyOf(bytes, length);
        }
    }
}
