package io.weir.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Many schedules, one per seed, on some threads; what they came through, and the shortest that failed. */
final class Simulation {
    private final long firstSeed;
    private final long schedules;
    private final int maxFailures;
    private final AtomicLong next = new AtomicLong();
    private final long[] faults = new long[Fault.values().length];
    private final long[] seen = new long[Seen.values().length];
    private final List<Schedule.Result> failures = new ArrayList<>();
    private long done;
    private long steps;
    private long failed;

    /** Schedules of the seeds from {@code firstSeed} on; ends early after {@code maxFailures}. */
    Simulation(long firstSeed, long schedules, int maxFailures) {
        this.firstSeed = firstSeed;
        this.schedules = schedules;
        this.maxFailures = maxFailures;
    }

    /** Runs all of them, or until enough have failed. */
    Simulation run(int threads) {
        List<Thread> running = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            running.add(Thread.ofPlatform().name("simulation-" + i).start(this::runSome));
        }
        for (Thread thread : running) {
            try {
                thread.join();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        return this;
    }

    private void runSome() {
        for (long index = next.getAndIncrement(); index < schedules && !enough(); index = next.getAndIncrement()) {
            add(Schedule.run(firstSeed + index, Schedule.MAX_DISORDER, false));
        }
    }

    private synchronized boolean enough() {
        return failures.size() >= maxFailures;
    }

    private synchronized void add(Schedule.Result result) {
        done++;
        steps += result.steps();
        for (int i = 0; i < faults.length; i++) {
            faults[i] += result.faults()[i];
        }
        for (int i = 0; i < seen.length; i++) {
            seen[i] += result.seen()[i];
        }
        if (result.violation() != null) {
            failed++;
            failures.add(result);
        }
    }

    long done() {
        return done;
    }

    long steps() {
        return steps;
    }

    long failed() {
        return failed;
    }

    @SuppressWarnings("EnumOrdinal")
    long count(Fault fault) {
        return faults[fault.ordinal()];
    }

    @SuppressWarnings("EnumOrdinal")
    long count(Seen event) {
        return seen[event.ordinal()];
    }

    /** The failures with their seeds, as many as were kept. */
    List<Schedule.Result> failures() {
        return failures;
    }

    /** The failure that needs the fewest steps, with its trace; null when there was none. */
    Schedule.@Nullable Result shortestFailure() {
        Schedule.Result shortest = null;
        for (Schedule.Result failure : failures) {
            for (int disorder = 1; disorder <= Schedule.MAX_DISORDER; disorder++) {
                if (shortest != null && disorder >= shortest.disorder()) {
                    break;
                }
                Schedule.Result shorter = Schedule.run(failure.seed(), disorder, false);
                if (shorter.violation() != null) {
                    shortest = shorter;
                }
            }
        }
        return shortest == null ? null : Schedule.run(shortest.seed(), shortest.disorder(), true);
    }
}
