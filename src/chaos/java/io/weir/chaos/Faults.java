package io.weir.chaos;

import java.util.List;
import java.util.stream.Stream;

/** The faults that there are, and what they share. */
final class Faults {
    private Faults() {}

    static List<Scenario> all() {
        return Stream.of(WeirFaults.all(), RedisFaults.all(), PostgresFaults.all(), OtherFaults.all())
                .flatMap(List::stream)
                .toList();
    }

    /** Lets clients send for a while. */
    static void loadFor(long millis) throws InterruptedException {
        Thread.sleep(millis);
    }
}
