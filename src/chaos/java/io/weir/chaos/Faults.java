package io.weir.chaos;

import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** The faults that there are, and what they share. */
final class Faults {
    private static final long ACCEPT_MILLIS = 60_000;

    private Faults() {}

    static List<Scenario> all() {
        return Stream.of(
                        WeirFaults.all(),
                        RedisFaults.all(),
                        PostgresFaults.all(),
                        OtherFaults.all(),
                        ClusterFaults.all())
                .flatMap(List::stream)
                .toList();
    }

    /** Numbers that follow from a run's seed, others for each {@code index}. Random alone begins alike for like seeds. */
    static Random random(long seed, int index) {
        return new Random(new SplittableRandom(seed * 1_000_003 + index).nextLong());
    }

    /** Lets clients send until so many more events are accepted, or the time is up that this may take. */
    static void loadEvents(Site site, int events) throws InterruptedException {
        if (!site.ledger().awaitAccepted(events, ACCEPT_MILLIS)) {
            throw new IllegalStateException(
                    "no " + events + " events were accepted within " + ACCEPT_MILLIS / 1_000 + " s");
        }
    }

    /** Lets clients send for a while. */
    static void loadFor(long millis) throws InterruptedException {
        Thread.sleep(millis);
    }

    static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalStateException(otherwise);
        }
    }
}
