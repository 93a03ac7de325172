package io.weir.chaos;

import io.weir.fuzz.FuzzRun;
import io.weir.fuzz.FuzzTarget;
import io.weir.fuzz.FuzzTargets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The long form of the fuzzing: {@code [seconds per target] [target…]}. */
public final class Fuzz {
    private static final Duration DEFAULT_TIME = Duration.ofMinutes(1);
    /** PostgreSQL's driver logs each URL that it refuses; held here, for loggers are forgotten that nobody holds. */
    private static final Logger DRIVER = Logger.getLogger("org.postgresql");

    private Fuzz() {}

    public static void main(String[] args) {
        List<FuzzTarget> targets = FuzzTargets.all();
        List<String> known = targets.stream().map(FuzzTarget::name).toList();
        if (args.length > 0 && args[0].equals("--list")) {
            known.forEach(System.out::println);
            return;
        }
        boolean timed = args.length > 0 && args[0].matches("[0-9]{1,9}");
        Duration time = timed ? Duration.ofSeconds(Long.parseLong(args[0])) : DEFAULT_TIME;
        List<String> wanted = List.of(args).subList(timed ? 1 : 0, args.length);
        if (!known.containsAll(wanted)) {
            System.err.println("usage: fuzz [seconds] [target...]; targets are " + String.join(", ", known));
            System.exit(2);
        }
        String given = System.getenv("FUZZ_SEED");
        long seed = given == null ? ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE) : Long.parseLong(given);
        System.out.println("seed " + seed);
        DRIVER.setLevel(Level.OFF);
        boolean found = false;
        for (FuzzTarget target : targets) {
            if (wanted.isEmpty() || wanted.contains(target.name())) {
                found |= !run(target, seed, time);
            }
        }
        System.exit(found ? 1 : 0);
    }

    private static boolean run(FuzzTarget target, long seed, Duration time) {
        long began = System.nanoTime();
        try {
            long rounds = FuzzRun.run(target, seed, time, Long.MAX_VALUE);
            double seconds = (System.nanoTime() - began) / 1e9;
            System.out.printf(
                    Locale.ROOT, "%-18s %,12d inputs, %,9.0f/s, no finding%n", target.name(), rounds, rounds / seconds);
            return true;
        } catch (FuzzRun.Finding finding) {
            System.out.println(finding.getMessage());
            return false;
        }
    }
}
