package io.weir.chaos;

import io.weir.bench.ServerProcess;
import io.weir.fault.Failpoint;
import io.weir.fault.Failpoints;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Weir itself ends, stands still, or is there twice. */
final class WeirFaults {
    /** Longer than any timeout that {@code weir.conf} sets. */
    private static final Duration PAST_EVERY_TIMEOUT = Duration.ofMillis(5_500);

    private static final long REACH_SECONDS = 25;
    /** How often a failpoint is passed before it ends the process, at most. */
    private static final int MAX_PASSES = 8;

    private static final List<Failpoint> POINTS = List.of(Failpoint.values());

    private WeirFaults() {}

    static List<Scenario> all() {
        int points = POINTS.size();
        return List.of(
                Scenario.of("weir-kill", "SIGKILL of Weir at a random moment", 4, 200, WeirFaults::kill),
                Scenario.of(
                        "failpoint",
                        "Weir ends at each of " + points + " places",
                        4,
                        10 * points,
                        WeirFaults::failpoint),
                Scenario.of("weir-freeze", "SIGSTOP past every timeout, takeover, SIGCONT", 1, 40, WeirFaults::freeze),
                Scenario.of("two-owners", "two Weirs own the same partitions", 1, 20, WeirFaults::twoOwners));
    }

    private static void kill(Site site, Random random, Repetition repetition) throws Exception {
        Faults.loadEvents(site, 50 + random.nextInt(2_000));
        site.kill(site.weirs().getFirst());
        ServerProcess successor = site.launchWeir("");
        if (random.nextInt(4) == 0) {
            // again, while it starts
            Faults.loadFor(random.nextInt(2_500));
            site.kill(successor);
            successor = site.launchWeir("");
        }
        Faults.require(site.awaitReady(successor), "Weir did not start again");
        Faults.loadEvents(site, 100);
    }

    private static void failpoint(Site site, Random random, Repetition repetition) throws Exception {
        Failpoint point = POINTS.get(repetition.number() % POINTS.size());
        int passes = passes(point, random);
        repetition.note(point.text() + ":" + passes);
        Faults.loadEvents(site, 200 + random.nextInt(500));
        site.kill(site.weirs().getFirst());
        ServerProcess armed = site.launchWeir(point.text() + ":" + passes);
        // it may end before it is ready
        site.awaitReady(armed);
        Faults.require(
                armed.process().waitFor(REACH_SECONDS, TimeUnit.SECONDS),
                point.text() + " was not reached " + passes + " times");
        Faults.require(
                armed.process().exitValue() == Failpoints.EXIT_CODE,
                point.text() + ": Weir ended with " + armed.process().exitValue());
        site.startWeir();
        Faults.loadEvents(site, 100);
    }

    /** A start comes to some places once for each partition only. */
    private static int passes(Failpoint point, Random random) {
        return switch (point) {
            case BEFORE_EPOCH, AFTER_EPOCH, AFTER_GROUP -> 1 + random.nextInt(4);
            case BEFORE_TRIM, AFTER_TRIM -> 1 + random.nextInt(3);
            default -> 1 + random.nextInt(MAX_PASSES);
        };
    }

    private static void freeze(Site site, Random random, Repetition repetition) throws Exception {
        ServerProcess frozen = site.weirs().getFirst();
        Faults.loadEvents(site, 200 + random.nextInt(1_500));
        Site.signal(frozen.process().pid(), "STOP");
        long stopped = System.nanoTime();
        ServerProcess successor = site.startWeir();
        Faults.loadFor(Math.max(500, PAST_EVERY_TIMEOUT.toMillis() - (System.nanoTime() - stopped) / 1_000_000));
        Site.signal(frozen.process().pid(), "CONT");
        Faults.loadFor(500 + random.nextInt(2_000));
        site.kill(frozen);
        Faults.loadEvents(site, 200);
        Faults.require(successor.process().isAlive(), "the successor ended");
    }

    private static void twoOwners(Site site, Random random, Repetition repetition) throws Exception {
        ServerProcess first = site.weirs().getFirst();
        Faults.loadEvents(site, 200);
        ServerProcess second = site.startWeir();
        Faults.loadFor(2_000 + random.nextInt(2_000));
        site.kill(random.nextBoolean() ? first : second);
        Faults.loadEvents(site, 200);
    }
}
