package io.weir.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** One of three nodes is killed, stopped, cut off or frozen, while clients send to all. */
final class ClusterFaults {
    /** Far above what anything here takes on a quiet machine, which is what the figures say. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Nodes are missed after 2.5 s at the earliest, and given up 3 s later. */
    private static final int MAX_BLIP_MILLIS = 4_500;

    /** How often the cluster looks whether a node should have more of the partitions. */
    private static final int REBALANCE_MILLIS = 2_000;

    /** How a process says that its cluster went on without it. */
    private static final int WENT_ON_WITHOUT_IT = 1;

    private ClusterFaults() {}

    static List<Scenario> all() {
        // 202 is then the only good answer
        Driver.Load withoutWaits = new Driver.Load(EventStream.ALL, false, 1, 0);
        return Stream.of(
                        Scenario.of(
                                "cluster-kill-loop",
                                "three nodes: SIGKILL of one after another, each started again",
                                1,
                                12,
                                ClusterFaults::killLoop),
                        Scenario.of(
                                        "cluster-rolling-restart",
                                        "three nodes: SIGTERM of one after another, each started again",
                                        1,
                                        6,
                                        ClusterFaults::rollingRestart)
                                .withLoad(withoutWaits),
                        Scenario.of(
                                "cluster-partition",
                                "three nodes: one is cut off until it ends itself, the network heals, it is started"
                                        + " again",
                                1,
                                12,
                                ClusterFaults::partition),
                        Scenario.of(
                                "cluster-link",
                                "three nodes: two of them do not reach one another, and both reach the third",
                                0,
                                6,
                                ClusterFaults::link),
                        Scenario.of(
                                "cluster-blip",
                                "three nodes: one is cut off for less than it takes to give it up",
                                1,
                                6,
                                ClusterFaults::blip),
                        Scenario.of(
                                "cluster-frozen",
                                "three nodes: SIGSTOP of one until its partitions are elsewhere, SIGCONT",
                                1,
                                8,
                                ClusterFaults::frozen))
                .map(Scenario::onThreeNodes)
                .toList();
    }

    private static void killLoop(Site site, Random random, Repetition repetition) throws Exception {
        Nodes nodes = site.nodes();
        List<Integer> order =
                new ArrayList<>(IntStream.range(0, Nodes.COUNT).boxed().toList());
        Collections.shuffle(order, random);
        for (int node : order) {
            Faults.loadFor(500 + random.nextInt(1_500));
            boolean atOnce = random.nextBoolean();
            repetition.note("node " + (node + 1) + (atOnce ? " back at once" : " back later"));
            Process victim = nodes.process(node).process();
            try (Takeovers takeovers = Takeovers.of(site, victim)) {
                victim.destroyForcibly();
                nodes.awaitExit(node, PATIENCE);
                if (atOnce) {
                    nodes.launch(node);
                }
                repetition.takeovers(takeovers.await(PATIENCE));
            }
            if (!atOnce) {
                nodes.launch(node);
            }
            nodes.awaitWhole();
        }
        Faults.loadEvents(site, 200);
    }

    private static void rollingRestart(Site site, Random random, Repetition repetition) throws Exception {
        Nodes nodes = site.nodes();
        long turnedAwayBefore = site.driver().turnedAway();
        long brokenOffBefore = site.driver().brokenOff();
        for (int node = 0; node < Nodes.COUNT; node++) {
            Faults.loadFor(500 + random.nextInt(500));
            nodes.process(node).process().destroy();
            nodes.awaitExit(node, PATIENCE);
            nodes.launch(node);
            nodes.awaitWhole();
        }
        Faults.loadEvents(site, 200);
        site.driver().pause();
        long turnedAway = site.driver().turnedAway() - turnedAwayBefore;
        long brokenOff = site.driver().brokenOff() - brokenOffBefore;
        Faults.require(
                turnedAway == 0 && brokenOff == 0,
                turnedAway + " requests were turned away, and " + brokenOff + " broken off");
    }

    private static void partition(Site site, Random random, Repetition repetition) throws Exception {
        Nodes nodes = site.nodes();
        Faults.loadEvents(site, 100 + random.nextInt(500));
        int victim = anyWorker(site, random);
        boolean bothWays;
        try (Takeovers takeovers = Takeovers.of(site, nodes.process(victim).process())) {
            bothWays = cutOff(nodes.links(), victim, random, repetition);
            repetition.takeovers(takeovers.await(PATIENCE));
        }
        List<Integer> ended = givenUp(nodes, victim);
        Faults.require(
                ended.size() == 1 || (!bothWays && ended.size() < Nodes.COUNT),
                "more nodes ended than the one that was cut off: " + ended);
        repetition.note(ended.size() == 1 ? "" : "another one ended with it");
        if (random.nextBoolean()) {
            // as a supervisor does that knows nothing of the network; long enough for the first seed to be tempted
            repetition.note("started again while cut off");
            ended.forEach(nodes::launch);
            Faults.loadFor(8_000 + random.nextInt(4_000));
            nodes.links().heal();
        } else {
            Faults.loadFor(random.nextInt(2_000));
            nodes.links().heal();
        }
        // and whoever ended since
        nodes.startAll();
        Faults.loadEvents(site, 200);
    }

    private static void link(Site site, Random random, Repetition repetition) throws Exception {
        Nodes nodes = site.nodes();
        Faults.loadEvents(site, 100 + random.nextInt(500));
        int third = random.nextInt(Nodes.COUNT);
        int one = (third + 1) % Nodes.COUNT;
        int other = (third + 2) % Nodes.COUNT;
        repetition.note("between nodes " + (one + 1) + " and " + (other + 1));
        try (Takeovers ofOne = Takeovers.of(site, nodes.process(one).process());
                Takeovers ofOther = Takeovers.of(site, nodes.process(other).process())) {
            nodes.links().cutBoth(one, other);
            repetition.takeovers(ofOne.await(PATIENCE));
            repetition.takeovers(ofOther.await(PATIENCE));
        }
        for (int given : List.of(one, other)) {
            int status = nodes.awaitExit(given, PATIENCE);
            Faults.require(status == WENT_ON_WITHOUT_IT, "node " + (given + 1) + " ended with " + status);
        }
        Faults.require(nodes.process(third).process().isAlive(), "node " + (third + 1) + " ended, too");
        nodes.links().heal();
        nodes.launch(one);
        nodes.launch(other);
        nodes.awaitWhole();
        Faults.loadEvents(site, 200);
    }

    private static void blip(Site site, Random random, Repetition repetition) throws Exception {
        Nodes nodes = site.nodes();
        Faults.loadEvents(site, 100 + random.nextInt(500));
        String epochs = settledEpochs(site);
        int millis = 500 + random.nextInt(MAX_BLIP_MILLIS - 500);
        cutOff(nodes.links(), random.nextInt(Nodes.COUNT), random, repetition);
        repetition.note(millis + " ms");
        Faults.loadFor(millis);
        nodes.links().heal();
        nodes.awaitWhole();
        // whoever was about to decide has by now
        Faults.loadFor(MAX_BLIP_MILLIS);
        for (int node = 0; node < Nodes.COUNT; node++) {
            Faults.require(nodes.process(node).process().isAlive(), "node " + (node + 1) + " was given up");
        }
        Faults.require(
                epochs.equals(epochs(site)), "partitions were started anew: " + epochs + ", now " + epochs(site));
        Faults.loadEvents(site, 200);
    }

    private static void frozen(Site site, Random random, Repetition repetition) throws Exception {
        Nodes nodes = site.nodes();
        Faults.loadEvents(site, 100 + random.nextInt(500));
        int victim = anyWorker(site, random);
        Process process = nodes.process(victim).process();
        long fencedBefore = fenced(site, victim);
        try (Takeovers takeovers = Takeovers.of(site, process)) {
            Site.signal(process.pid(), "STOP");
            repetition.takeovers(takeovers.await(PATIENCE));
        }
        Faults.loadFor(random.nextInt(2_000));
        Site.signal(process.pid(), "CONT");
        Faults.require(
                givenUp(nodes, victim).equals(List.of(victim)), "more nodes ended than the one that stood still");
        repetition.note("node " + (victim + 1) + ", fenced " + (fenced(site, victim) - fencedBefore) + " times");
        nodes.launch(victim);
        nodes.awaitWhole();
        Faults.loadEvents(site, 200);
    }

    /** In both directions, or in one, for heartbeats need both; answers whether in both. */
    private static boolean cutOff(NodeLinks links, int victim, Random random, Repetition repetition) {
        int direction = random.nextInt(4);
        repetition.note("node " + (victim + 1)
                + switch (direction) {
                    case 0 -> " is not heard";
                    case 1 -> " hears nothing";
                    default -> " cut off";
                });
        for (int other = 0; other < Nodes.COUNT; other++) {
            if (other == victim) {
                continue;
            }
            switch (direction) {
                case 0 -> links.cut(victim, other);
                case 1 -> links.cut(other, victim);
                default -> links.cutBoth(victim, other);
            }
        }
        return direction > 1;
    }

    /**
     * Waits until a node has ended itself, and returns all that have. Of a link that carries in one direction only, the others
     * may think that it joins the node to one of them alone, and give that one up as well.
     */
    private static List<Integer> givenUp(Nodes nodes, int victim) throws InterruptedException {
        nodes.awaitExit(victim, PATIENCE);
        List<Integer> ended = new ArrayList<>();
        for (int node = 0; node < Nodes.COUNT; node++) {
            Process process = nodes.process(node).process();
            if (!process.isAlive()) {
                ended.add(node);
                Faults.require(
                        process.exitValue() == WENT_ON_WITHOUT_IT,
                        "node " + (node + 1) + " ended with " + process.exitValue());
            }
        }
        return ended;
    }

    /** One of the nodes that run partitions: one may have none but what publishes dead letters. */
    private static int anyWorker(Site site, Random random) throws SQLException {
        String owners = site.query("SELECT string_agg(split_part(owner, '@', 1), ' ') FROM stream_cursor");
        List<String> pids = List.of(owners.split(" ", -1));
        List<Integer> workers = IntStream.range(0, Nodes.COUNT)
                .filter(node -> pids.contains(
                        Long.toString(site.nodes().process(node).process().pid())))
                .boxed()
                .toList();
        return workers.get(random.nextInt(workers.size()));
    }

    /** Waits until the partitions are where they are to stay after nodes have come. */
    private static String settledEpochs(Site site) throws SQLException, InterruptedException {
        String before = "";
        String now = epochs(site);
        while (!now.equals(before)) {
            Faults.loadFor(2 * REBALANCE_MILLIS);
            before = now;
            now = epochs(site);
        }
        return now;
    }

    private static String epochs(Site site) throws SQLException {
        return site.query("SELECT string_agg(epoch::text, ' ' ORDER BY stream, partition) FROM stream_cursor");
    }

    /** How often a node's log says that it was not let write. */
    private static long fenced(Site site, int node) throws IOException {
        Path log = site.logs().resolve("weir-" + (node + 1) + ".log");
        try (Stream<String> lines = Files.lines(log)) {
            return lines.filter(
                            line -> line.contains("fenced") || line.contains("the cursor was moved by somebody else"))
                    .count();
        }
    }
}
