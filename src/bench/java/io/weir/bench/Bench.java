package io.weir.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Measures Weir beside its ceilings, in one run on one machine. See {@code src/bench/README.md}. */
public final class Bench {
    private static final List<String> NAMES = List.of(
            "xadd",
            "copy",
            "single",
            "batch",
            "drain",
            "rows",
            "redirect",
            "queries",
            "observe-counters",
            "observe-rows",
            "nodes",
            "outage-postgres",
            "outage-redis");
    private static final List<String> USUAL = NAMES.subList(0, 8);

    private final boolean full;
    private final Set<String> wanted;
    private final Path directory;
    private final Path logs;
    private final Figures figures = new Figures();

    private Bench(boolean full, Set<String> wanted, Path directory, Path logs) {
        this.full = full;
        this.wanted = wanted;
        this.directory = directory;
        this.logs = logs;
    }

    /** Takes {@code short} or {@code full}, then the names of what to measure; without names, all down to queries. */
    public static void main(String[] arguments) throws Exception {
        boolean full = arguments.length > 0 && arguments[0].equals("full");
        int first = arguments.length > 0 && (full || arguments[0].equals("short")) ? 1 : 0;
        Set<String> wanted = new TreeSet<>(Arrays.asList(arguments).subList(first, arguments.length));
        if (!NAMES.containsAll(wanted)) {
            System.err.println("usage: src/bench/run [short|full] [" + String.join("|", NAMES) + "]…");
            System.exit(2);
        }
        Path directory = Files.createTempDirectory("weir-bench");
        Path logs = Files.createDirectories(Path.of("target", "bench-logs"));
        try (Servers servers = Servers.start(directory)) {
            Bench bench = new Bench(full, wanted.isEmpty() ? Set.copyOf(USUAL) : wanted, directory, logs);
            try {
                bench.run(servers);
            } finally {
                bench.figures.print();
            }
        } finally {
            for (Path log :
                    List.of(directory.resolve("redis").resolve("redis.log"), directory.resolve("postgres.log"))) {
                if (Files.exists(log)) {
                    Files.copy(log, logs.resolve(log.getFileName()), StandardCopyOption.REPLACE_EXISTING);
                }
            }
            delete(directory);
        }
        // threads of a database's client may linger
        System.exit(0);
    }

    private void run(Servers servers) throws Exception {
        OptionalDouble xadd = OptionalDouble.empty();
        OptionalDouble packed = OptionalDouble.empty();
        if (wanted("xadd", "single", "batch")) {
            begin("redis-benchmark XADD");
            Path output = logs.resolve("redis-benchmark.log");
            xadd = XaddCeiling.eventsPerSecond(servers, full ? 500_000 : 100_000, 1, 1, output);
            packed = XaddCeiling.eventsPerSecond(servers, full ? 40_000 : 8_000, 50, 1, output);
            if (xadd.isEmpty()) {
                System.out.println("redis-benchmark is not installed (redis-tools): no ceiling for what Redis takes");
            } else {
                ceiling("XADD, one event an entry", xadd.getAsDouble());
                ceiling("XADD, 50 events an entry", packed.getAsDouble());
            }
        }
        OptionalDouble copy = OptionalDouble.empty();
        if (wanted("copy", "rows")) {
            begin("COPY");
            int rows = full ? 1_000_000 : 200_000;
            double bare = CopyCeiling.rowsPerSecond(servers, rows, false);
            copy = OptionalDouble.of(CopyCeiling.rowsPerSecond(servers, rows, true));
            ceiling("COPY, no index", bare);
            ceiling("COPY, unique key and one more index", copy.getAsDouble());
        }
        if (wanted("single")) {
            clicks(servers, 1, xadd, "60 % of the bare route", "15,000");
        }
        if (wanted("batch")) {
            clicks(servers, 50, packed, "", "60,000");
        }
        if (wanted("drain")) {
            begin("drain, counters only");
            Drain.Result drain = Drain.counters(servers, full ? 1_000_000 : 300_000, log("drain"));
            figures.add("drain, counters only", drain.perSecond(), "", OptionalDouble.empty(), "200,000");
            figures.add("  from the start of the process", drain.perSecondFromStart(), "", OptionalDouble.empty(), "");
        }
        if (wanted("rows")) {
            begin("drain with rows");
            Drain.Result drain = Drain.rows(servers, full ? 1_000_000 : 200_000, log("rows"));
            figures.add("drain with rows", drain.perSecond(), "COPY, both indexes", copy, "60,000");
            figures.add("  from the start of the process", drain.perSecondFromStart(), "", OptionalDouble.empty(), "");
        }
        if (wanted("nodes")) {
            for (ScaleOut.Kind kind : ScaleOut.Kind.values()) {
                for (int nodes = 1; nodes <= 3; nodes++) {
                    scaleOut(servers, kind, nodes);
                }
            }
        }
        if (wanted("redirect")) {
            redirects(servers);
        }
        if (wanted("queries")) {
            queries(servers);
        }
        for (Observation.Kind kind : Observation.Kind.values()) {
            if (wanted("observe-" + kind.name().toLowerCase(Locale.ROOT))) {
                observe(servers, kind);
            }
        }
        for (Outage.Victim victim : Outage.Victim.values()) {
            if (wanted("outage-" + (victim == Outage.Victim.REDIS ? "redis" : "postgres"))) {
                outage(servers, victim);
            }
        }
    }

    private void scaleOut(Servers servers, ScaleOut.Kind kind, int nodes) throws Exception {
        String what =
                "drain of " + kind.name().toLowerCase(Locale.ROOT) + ", " + nodes + (nodes == 1 ? " node" : " nodes");
        begin(what);
        int events = kind == ScaleOut.Kind.COUNTERS ? 1_000_000 : 300_000;
        ScaleOut.Result result = ScaleOut.run(
                servers, kind, nodes, full ? 2 * events : events / 5, directory, node -> log("nodes-" + node));
        figures.add(what, result.perSecond(), "", OptionalDouble.empty(), "");
        System.out.printf(
                "%s: processor time for an event, in µs: Weir %.2f, PostgreSQL %.2f, Redis %.2f%n",
                what, result.weirMicros(), result.postgresMicros(), result.redisMicros());
    }

    private void observe(Servers servers, Observation.Kind kind) throws Exception {
        begin("what it costs to be looked at and to keep rollups: " + kind);
        Observation.Schedule schedule = full
                ? new Observation.Schedule(Duration.ofSeconds(8), Duration.ofSeconds(4), 5)
                : new Observation.Schedule(Duration.ofSeconds(4), Duration.ofSeconds(2), 3);
        try (Servers others = Servers.start(Files.createDirectories(directory.resolve("others")))) {
            Observation.run(servers, others, kind, schedule, directory, this::log)
                    .forEach((mode, result) -> {
                        figures.add(kind + ", " + mode.words(), result.perSecond(), "", OptionalDouble.empty(), "");
                        System.out.printf(
                                "  %s: %,.0f events/s, %.0f %% of neither (%.0f to %.0f %%)%n",
                                mode.words(),
                                result.perSecond(),
                                100 * result.ratio(),
                                100 * result.least(),
                                100 * result.most());
                    });
        }
    }

    private void clicks(
            Servers servers, int eventsPerRequest, OptionalDouble xadd, String aimAtDoor, String aimCommitted)
            throws Exception {
        EndToEnd.Schedule schedule = full
                ? new EndToEnd.Schedule(Duration.ofSeconds(45), Duration.ofSeconds(5), 5, Duration.ofSeconds(20))
                : new EndToEnd.Schedule(Duration.ofSeconds(5), Duration.ofSeconds(2), 2, Duration.ofSeconds(5));
        String what = eventsPerRequest == 1 ? "single events" : "batches of " + eventsPerRequest;
        begin(what + ", Weir and the bare route in turns");
        EndToEnd.Result weir =
                EndToEnd.run(servers, eventsPerRequest, schedule, log("bare"), log("clicks-" + eventsPerRequest));
        figures.add(
                what + ", answered",
                weir.acceptedPerSecond(),
                "bare route",
                OptionalDouble.of(weir.barePerSecond()),
                aimAtDoor);
        figures.add(what + ", sent until committed", weir.committedPerSecond(), "XADD", xadd, aimCommitted);
        System.out.printf(
                "%s: answers %s, latency ms 50 %% %.2f, 99 %% %.2f, longest %.2f%n",
                what,
                weir.load().statuses(),
                weir.load().millis(50),
                weir.load().millis(99),
                weir.load().millis(100));
    }

    private void redirects(Servers servers) throws Exception {
        begin("redirects over " + Figures.count(Redirects.LINKS) + " links");
        Redirects.Schedule schedule = full
                ? new Redirects.Schedule(
                        Duration.ofSeconds(45), Duration.ofSeconds(20), Duration.ofSeconds(105), Duration.ofSeconds(45))
                : new Redirects.Schedule(
                        Duration.ofSeconds(10), Duration.ofSeconds(5), Duration.ofSeconds(10), Duration.ofSeconds(3));
        System.out.println(
                RealTimePriority.isGiven()
                        ? "the generator of the open loops has real-time priority"
                        : "without real-time priority for the generator (chrt): what it waits for a processor is"
                                + " measured, too");
        Redirects.Result result = Redirects.run(servers, schedule, log("redirect"));
        figures.add("redirects, answered", result.highest().acceptedPerSecond(), "", OptionalDouble.empty(), "");
        figures.add(
                "redirects, sent until their clicks are committed", result.sustained(), "", OptionalDouble.empty(), "");
        redirected("at half of what is answered", result.half());
        redirected("at half of what is committed", result.halfSustained());
        redirected("links in memory, Redis and PostgreSQL stopped", result.alone());
        System.out.printf(
                "  looked for: %s%n  clicks: %,d in rows and counters of %,d redirects while both were there%n",
                result.lookups(), result.clicks(), result.clicks());
    }

    private void queries(Servers servers) throws Exception {
        Queries.Size size = full
                ? new Queries.Size(10_000_000, 1_000_000, Duration.ofSeconds(5), Duration.ofSeconds(8))
                : new Queries.Size(300_000, 30_000, Duration.ofSeconds(2), Duration.ofSeconds(2));
        begin("queries over rollups of " + Figures.count((double) size.events()) + " events, "
                + Figures.count(size.entities()) + " entities");
        Path plans = logs.resolve("query-plans.md");
        List<Queries.Result> results = new Queries(servers, size)
                .run(directory.resolve("queries"), log("queries"), directory.resolve("postgres.log"), plans);
        for (Queries.Result result : results) {
            HttpLoad.Result load = result.load();
            System.out.printf(
                    "%-20s %d at once: %,8.0f/s, ms 50 %% %.2f, 99 %% %.2f, longest %.1f%n",
                    result.kind(),
                    result.connections(),
                    load.acceptedPerSecond(),
                    load.millis(50),
                    load.millis(99),
                    load.millis(100));
        }
        System.out.println("plans as PostgreSQL ran them:");
        System.out.println(Files.readString(plans));
    }

    private static void redirected(String what, HttpLoad.Result load) {
        System.out.printf(
                "redirects %s: %,.0f/s, answers %s, latency ms 50 %% %.2f, 99 %% %.2f, 99.9 %% %.2f, longest %.2f%n",
                what,
                load.acceptedPerSecond(),
                load.statuses(),
                load.millis(50),
                load.millis(99),
                load.millis(99.9),
                load.millis(100));
    }

    private void outage(Servers servers, Outage.Victim victim) throws Exception {
        Duration away = Duration.ofSeconds(full ? 30 : 10);
        begin(victim + " away for " + away.toSeconds() + " s under 2,000 events/s");
        Outage.Result result = Outage.run(servers, victim, away, log("outage"));
        System.out.printf(
                "sent %d, answers %s, longest %.0f ms; accepted %d, counted %d, committed %.1f s after the load%n",
                result.load().sent(),
                result.load().statuses(),
                result.load().millis(100),
                result.load().accepted(),
                result.counted(),
                result.untilCommitted().toMillis() / 1000.0);
        for (int second = 0; second < result.load().statusesBySecond().size(); second++) {
            System.out.println(
                    "  " + second + " s " + result.load().statusesBySecond().get(second));
        }
    }

    private boolean wanted(String... names) {
        return Stream.of(names).anyMatch(wanted::contains);
    }

    private Path log(String name) {
        return logs.resolve(name + ".log");
    }

    private static void begin(String what) {
        System.out.println("… " + what);
    }

    private void ceiling(String what, double perSecond) {
        figures.add(what, perSecond, "", OptionalDouble.empty(), "");
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
