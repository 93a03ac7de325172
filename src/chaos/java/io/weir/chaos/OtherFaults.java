package io.weir.chaos;

import io.weir.testkit.FaultProxy;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/** The network, full disks, and what clients do. */
final class OtherFaults {
    /** What is left on a full disk: less than any server needs for long. */
    private static final long ALMOST_NOTHING = 64 * 1024;

    private OtherFaults() {}

    static List<Scenario> all() {
        Driver.Load poisoned = new Driver.Load(EventStream.ALL, true, 1, 5);
        Driver.Load repeated = new Driver.Load(List.of(EventStream.KEYED), false, 3, 5);
        return List.of(
                Scenario.of(
                        "network",
                        "connections delayed, held back, reset, cut after some bytes",
                        1,
                        50,
                        OtherFaults::network),
                Scenario.of("redis-disk-full", "the disk of Redis is full for a while", 1, 10, OtherFaults::diskFull)
                        .onSmallDisk(SmallDisk.Of.REDIS),
                Scenario.of(
                                "postgres-disk-full",
                                "the disk of PostgreSQL is full for a while",
                                1,
                                10,
                                OtherFaults::diskFull)
                        .onSmallDisk(SmallDisk.Of.POSTGRES),
                Scenario.of("poison", "one event of a hundred is bad, and Weir is killed", 1, 20, OtherFaults::killOnce)
                        .withLoad(poisoned),
                Scenario.of(
                                "thrice",
                                "clients send every keyed request three times, and Weir is killed",
                                1,
                                20,
                                OtherFaults::killOnce)
                        .withLoad(repeated));
    }

    private static void network(Site site, Random random, Repetition repetition) throws Exception {
        for (int time = 0; time < 6; time++) {
            Faults.loadFor(random.nextInt(400));
            boolean redis = random.nextBoolean();
            FaultProxy proxy = redis ? site.redisProxy() : site.postgresProxy();
            String server = redis ? "Redis" : "PostgreSQL";
            switch (random.nextInt(4)) {
                case 0 -> {
                    int millis = 20 + random.nextInt(300);
                    repetition.note(server + " " + millis + " ms late");
                    proxy.delay(Duration.ofMillis(millis));
                    Faults.loadFor(500);
                    proxy.delay(Duration.ZERO);
                }
                case 1 -> {
                    int millis = 200 + random.nextInt(2_500);
                    repetition.note(server + " silent for " + millis + " ms");
                    proxy.hold(true);
                    Faults.loadFor(millis);
                    proxy.hold(false);
                }
                case 2 -> {
                    repetition.note(server + " reset");
                    proxy.reset();
                }
                default -> {
                    int bytes = random.nextInt(40_000);
                    repetition.note(server + " cut after " + bytes + " bytes");
                    proxy.cutAfter(bytes);
                    Faults.loadFor(300);
                }
            }
        }
        Faults.loadEvents(site, 100);
    }

    private static void diskFull(Site site, Random random, Repetition repetition) throws Exception {
        Faults.loadEvents(site, 500);
        SmallDisk.fill(site.smallDirectory(), ALMOST_NOTHING);
        Faults.loadFor(3_000 + random.nextInt(2_000));
        SmallDisk.free(site.smallDirectory());
        // a PostgreSQL that can't write its log ends, and somebody starts it again
        site.postgres().restart();
        Faults.loadEvents(site, 500);
    }

    private static void killOnce(Site site, Random random, Repetition repetition) throws Exception {
        Faults.loadEvents(site, 500 + random.nextInt(2_000));
        site.kill(site.weirs().getFirst());
        site.startWeir();
        Faults.loadEvents(site, 1_000);
    }
}
