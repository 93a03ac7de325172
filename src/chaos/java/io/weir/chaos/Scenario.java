package io.weir.chaos;

import java.time.Duration;
import java.util.Random;

/**
 * One kind of fault.
 *
 * @param what in a few words, for the table
 * @param brief repetitions of a short run; 0 leaves it out
 * @param full repetitions of a full run
 * @param disk whose data are on a small disk, which takes root
 * @param retention how long Weir keeps committed entries in Redis
 * @param load what clients send meanwhile
 * @param clustered whether three Weirs are a cluster, with the settings of production; else there is one
 */
record Scenario(
        String name,
        String what,
        int brief,
        int full,
        SmallDisk.Of disk,
        Duration retention,
        Driver.Load load,
        boolean clustered,
        Fault fault) {
    /** Breaks something once, under load, and mends it; what Weir has to do by itself is left to it. */
    @FunctionalInterface
    interface Fault {
        /** What happened, and what may have been lost by it, is said to {@code repetition}. */
        void inject(Site site, Random random, Repetition repetition) throws Exception;
    }

    static Scenario of(String name, String what, int brief, int full, Fault fault) {
        return new Scenario(
                name, what, brief, full, SmallDisk.Of.NOBODY, Duration.ofSeconds(3), Driver.Load.USUAL, false, fault);
    }

    Scenario withRetention(Duration longer) {
        return new Scenario(name, what, brief, full, disk, longer, load, clustered, fault);
    }

    Scenario withLoad(Driver.Load other) {
        return new Scenario(name, what, brief, full, disk, retention, other, clustered, fault);
    }

    Scenario onSmallDisk(SmallDisk.Of owner) {
        return new Scenario(name, what, brief, full, owner, retention, load, clustered, fault);
    }

    Scenario onThreeNodes() {
        return new Scenario(name, what, brief, full, disk, retention, load, true, fault);
    }
}
