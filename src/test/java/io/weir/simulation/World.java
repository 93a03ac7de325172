package io.weir.simulation;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** What all parts of one schedule share: the dice, the clock, the steps that could come next, and what was seen. */
final class World {
    /** One step that may come next. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Task(@Nullable SimulatedProcess owner, Runnable body, Object... name) {}

    private static final int MAX_NESTING = 3;

    final SplittableRandom random;
    final Set<Fault> faults = EnumSet.noneOf(Fault.class);
    final long[] faultCounts = new long[Fault.values().length];
    final long[] seenCounts = new long[Seen.values().length];
    private final List<Task> tasks = new ArrayList<>();
    private final @Nullable StringBuilder trace;
    private @Nullable Runnable meanwhile;
    private @Nullable String violation;
    private int nesting;
    private long now = 1_000;
    private long steps;

    World(long seed, boolean traced) {
        random = new SplittableRandom(seed);
        trace = traced ? new StringBuilder() : null;
    }

    /** Milliseconds that have passed. */
    long now() {
        return now;
    }

    long steps() {
        return steps;
    }

    void pass(long millis) {
        now += millis;
    }

    boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    /** Whether a fault of this kind happens now. */
    boolean strikes(Fault fault, int percent) {
        if (faults.contains(fault) && chance(percent)) {
            note(fault);
            return true;
        }
        return false;
    }

    // an array of longs for a million schedules, not maps
    @SuppressWarnings("EnumOrdinal")
    void note(Fault fault) {
        faultCounts[fault.ordinal()]++;
    }

    @SuppressWarnings("EnumOrdinal")
    void saw(Seen seen) {
        seenCounts[seen.ordinal()]++;
    }

    /** A step that may be taken from now on; with its owner's death it is gone. */
    void later(@Nullable SimulatedProcess owner, Runnable body, Object... name) {
        tasks.add(new Task(owner, body, name));
    }

    /** Takes any of the steps that may come next; answers false when there is none. */
    boolean step() {
        tasks.removeIf(task -> task.owner() != null && task.owner().isDead());
        int count = tasks.size();
        if (count == 0) {
            return false;
        }
        int first = random.nextInt(count);
        for (int i = 0; i < count; i++) {
            int index = (first + i) % count;
            Task task = tasks.get(index);
            if (task.owner() == null || !task.owner().isFrozen()) {
                tasks.remove(index);
                steps++;
                now += random.nextInt(3);
                log(task.owner(), task.name());
                task.body().run();
                return true;
            }
        }
        return false;
    }

    /** What else goes on while somebody waits for an answer of the database; null when nothing does. */
    void meanwhile(@Nullable Runnable others) {
        meanwhile = others;
    }

    /** Lets others take some steps, before the step under way goes on. */
    void pause() {
        if (meanwhile == null || nesting == MAX_NESTING || !chance(30)) {
            return;
        }
        nesting++;
        int count = chance(20) ? 40 : 1 + random.nextInt(8);
        for (int i = 0; i < count && meanwhile != null; i++) {
            meanwhile.run();
        }
        nesting--;
    }

    void violate(String what) {
        if (violation == null) {
            violation = what;
            log(null, "VIOLATION: ", what);
        }
    }

    @Nullable
    String violation() {
        return violation;
    }

    boolean isTraced() {
        return trace != null;
    }

    void log(@Nullable SimulatedProcess who, Object... what) {
        if (trace != null) {
            trace.append(String.format("%5d ", now))
                    .append("  ".repeat(nesting))
                    .append(who == null ? "" : who + ": ");
            for (Object part : what) {
                trace.append(part);
            }
            trace.append('\n');
        }
    }

    String trace() {
        return trace == null ? "" : trace.toString();
    }
}
