package io.weir.simulation;

import java.io.PrintStream;

/**
 * The command: {@code simulate [schedules] [first seed] [threads] [first]}, the last to end with the first violation, or
 * {@code simulate trace <seed> [disorder]}.
 */
final class Simulate {
    private static final PrintStream OUT = System.out;
    private static final long ENOUGH_FOR_EVERY_KIND = 10_000;

    private Simulate() {}

    public static void main(String[] args) {
        if (args.length > 1 && args[0].equals("trace")) {
            int disorder = args.length > 2 ? Integer.parseInt(args[2]) : Schedule.MAX_DISORDER;
            Schedule.Result result = Schedule.run(Long.parseLong(args[1]), disorder, true);
            OUT.print(result.trace());
            OUT.println(result.violation() == null ? "no violation" : "VIOLATION: " + result.violation());
            System.exit(result.violation() == null ? 0 : 1);
        }
        long schedules = args.length > 0 ? Long.parseLong(args[0]) : 1_000_000;
        long firstSeed = args.length > 1 ? Long.parseLong(args[1]) : 1;
        int threads = args.length > 2 ? Integer.parseInt(args[2]) : 2;
        int maxFailures = args.length > 3 && args[3].equals("first") ? 1 : 20;
        System.exit(run(new Simulation(firstSeed, schedules, maxFailures), firstSeed, threads) ? 0 : 1);
    }

    private static boolean run(Simulation simulation, long firstSeed, int threads) {
        long began = System.nanoTime();
        simulation.run(threads);
        double seconds = (System.nanoTime() - began) / 1e9;
        OUT.printf(
                "%,d schedules, seeds %d to %d, %,d steps in %.1f s: %,.0f schedules/s, %,.0f steps/s%n",
                simulation.done(),
                firstSeed,
                firstSeed + simulation.done() - 1,
                simulation.steps(),
                seconds,
                simulation.done() / seconds,
                simulation.steps() / seconds);
        boolean complete = true;
        OUT.println("faults");
        for (Fault fault : Fault.values()) {
            complete &= simulation.count(fault) > 0;
            OUT.printf("%,14d  %s%n", simulation.count(fault), fault);
        }
        OUT.println("what they came through");
        for (Seen seen : Seen.values()) {
            complete &= simulation.count(seen) > 0;
            OUT.printf("%,14d  %s%n", simulation.count(seen), seen);
        }
        OUT.printf("%,d violations%n", simulation.failed());
        for (Schedule.Result failure : simulation.failures()) {
            OUT.printf("  seed %d: %s%n", failure.seed(), failure.violation());
        }
        Schedule.Result shortest = simulation.shortestFailure();
        if (shortest != null) {
            OUT.printf("the shortest is: simulate trace %d %d%n", shortest.seed(), shortest.disorder());
            OUT.print(shortest.trace());
        } else if (!complete && simulation.done() >= ENOUGH_FOR_EVERY_KIND) {
            OUT.println("FAILED: something above never happened, so these schedules don't test it");
        }
        return shortest == null && (complete || simulation.done() < ENOUGH_FOR_EVERY_KIND);
    }
}
