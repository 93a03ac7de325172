package io.weir.bench;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.LongFunction;

/**
 * What it costs to measure latencies, to be looked at, and to keep rollups. One Weir has each stream twice, once with
 * rollups; the same load goes to either in turns of a few seconds, with and without somebody who looks, and to another
 * Weir, with servers of its own, that has no histograms.
 */
final class Observation {
    private static final int CONNECTIONS = 64;
    private static final int EVENTS = 50;
    private static final int VARIANTS = 64;
    private static final String ROLLED_UP = "-rolled-up";
    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    /** What is sent. */
    enum Kind {
        COUNTERS("link-clicks", "/api/v1/clicks"),
        ROWS("page-views", "/api/v1/page-views");

        private final String stream;
        private final String path;

        Kind(String stream, String path) {
            this.stream = stream;
            this.path = path;
        }

        private List<byte[]> bodies() {
            LongFunction<String> event = switch (this) {
                case COUNTERS -> Workload::click;
                case ROWS -> Workload::view;
            };
            return Workload.batches(event, VARIANTS, EVENTS);
        }
    }

    /** What a turn has. */
    enum Mode {
        UNMEASURED("nobody looks, no rollups, no histograms", false, false, false),
        NEITHER("nobody looks, no rollups", true, false, false),
        WATCHED("metrics and dashboard", true, true, false),
        ROLLUPS("rollups", true, false, true),
        BOTH("metrics, dashboard and rollups", true, true, true);

        private final String words;
        private final boolean histograms;
        private final boolean watched;
        private final boolean rolledUp;

        Mode(String words, boolean histograms, boolean watched, boolean rolledUp) {
            this.words = words;
            this.histograms = histograms;
            this.watched = watched;
            this.rolledUp = rolledUp;
        }

        String words() {
            return words;
        }
    }

    /**
     * How long and how often.
     *
     * @param warmUp for each mode
     * @param rounds of one turn of each mode
     */
    record Schedule(Duration warmUp, Duration slice, int rounds) {}

    /**
     * What came of a mode, by its median over the rounds.
     *
     * @param perSecond events, from the first that was sent until the last was committed
     * @param ratio to the turn of the same round in which there was neither
     * @param least the smallest of these
     * @param most the greatest
     */
    record Result(double perSecond, double ratio, double least, double most) {}

    /** A Weir and how far each of its two streams is. */
    private static final class Target implements AutoCloseable {
        private final ServerProcess weir;
        private final Map<Boolean, Progress> progress = new HashMap<>();
        private final Map<Boolean, Long> sent = new HashMap<>(Map.of(false, 0L, true, 0L));

        Target(Servers servers, Kind kind, Path home, Path log) throws SQLException {
            servers.reset();
            weir = ServerProcess.weir(servers, home, log);
            progress.put(false, new Progress(servers, kind.stream));
            progress.put(true, new Progress(servers, kind.stream + ROLLED_UP));
        }

        /** Events a second, from the first that is sent until the last is committed. */
        double turn(Mode mode, HttpLoad.Plan plan) throws SQLException, IOException {
            long begin = System.nanoTime();
            long events = HttpLoad.run(plan).accepted() * EVENTS;
            long all = Objects.requireNonNull(sent.get(mode.rolledUp)) + events;
            sent.put(mode.rolledUp, all);
            Progress of = Objects.requireNonNull(progress.get(mode.rolledUp));
            return events * 1e9 / (of.await(all, TIMEOUT).nanos() - begin);
        }

        @Override
        public void close() throws SQLException {
            weir.close();
            for (Progress of : progress.values()) {
                of.close();
            }
        }
    }

    private final Kind kind;
    private final Target usual;
    private final Target unmeasured;

    private Observation(Kind kind, Target usual, Target unmeasured) {
        this.kind = kind;
        this.usual = usual;
        this.unmeasured = unmeasured;
    }

    /**
     * Measures.
     *
     * @param servers of the Weir that has everything
     * @param others of the one that has no histograms
     */
    static Map<Mode, Result> run(
            Servers servers, Servers others, Kind kind, Schedule schedule, Path directory, Function<String, Path> logs)
            throws SQLException, IOException {
        Path home = home(directory.resolve("observe-" + kind), "");
        Path bare = home(directory.resolve("observe-bare-" + kind), "weir.metrics.histograms = off\n");
        try (Target usual = new Target(servers, kind, home, logs.apply("observe-" + kind));
                Target unmeasured = new Target(others, kind, bare, logs.apply("observe-bare-" + kind))) {
            Observation observation = new Observation(kind, usual, unmeasured);
            for (Mode mode : Mode.values()) {
                observation.turn(mode, schedule.warmUp());
            }
            List<Map<Mode, Double>> rounds = new ArrayList<>();
            for (int round = 0; round < schedule.rounds(); round++) {
                Map<Mode, Double> rates = new EnumMap<>(Mode.class);
                for (Mode mode : Mode.values()) {
                    rates.put(mode, observation.turn(mode, schedule.slice()));
                }
                rounds.add(rates);
            }
            return results(rounds);
        }
    }

    private double turn(Mode mode, Duration duration) throws SQLException, IOException {
        Target target = mode.histograms ? usual : unmeasured;
        URI url = target.weir.http(kind.path + (mode.rolledUp ? ROLLED_UP : ""));
        HttpLoad.Plan plan = HttpLoad.Plan.closed(url, CONNECTIONS, duration, kind.bodies());
        if (!mode.watched) {
            return target.turn(mode, plan);
        }
        try (var _ = Watchers.of(target.weir)) {
            return target.turn(mode, plan);
        }
    }

    private static Map<Mode, Result> results(List<Map<Mode, Double>> rounds) {
        Map<Mode, Result> results = new EnumMap<>(Mode.class);
        for (Mode mode : Mode.values()) {
            double[] rates = rounds.stream()
                    .mapToDouble(round -> rate(round, mode))
                    .sorted()
                    .toArray();
            double[] ratios = rounds.stream()
                    .mapToDouble(round -> rate(round, mode) / rate(round, Mode.NEITHER))
                    .sorted()
                    .toArray();
            results.put(
                    mode,
                    new Result(
                            rates[rates.length / 2], ratios[ratios.length / 2], ratios[0], ratios[ratios.length - 1]));
        }
        return results;
    }

    private static double rate(Map<Mode, Double> round, Mode mode) {
        return Objects.requireNonNull(round.get(mode));
    }

    /** The streams that ship, and each once more with rollups. */
    private static Path home(Path directory, String settings) throws IOException {
        Path streams = Files.createDirectories(directory.resolve("conf").resolve("streams"));
        for (Kind kind : Kind.values()) {
            String shipped = Files.readString(Path.of("conf", "streams", kind.stream + ".conf"));
            Files.writeString(streams.resolve(kind.stream + ".conf"), shipped);
            Files.writeString(
                    streams.resolve(kind.stream + ROLLED_UP + ".conf"),
                    shipped.replace("weir.streams." + kind.stream, "weir.streams." + kind.stream + ROLLED_UP)
                            .replace("\"" + kind.path + "\"", "\"" + kind.path + ROLLED_UP + "\"")
                            .replaceFirst("redis-key = \"([^\"]*)\"", "redis-key = \"$1" + ROLLED_UP + "\"")
                            .replaceFirst("(?m)^  entity = ", "  rollups = [minute, hour, day]\n  entity = "));
        }
        // clicks on short links have no stream here
        Files.writeString(directory.resolve("conf").resolve("weir.conf"), "weir.links.enabled = false\n" + settings);
        Files.copy(Path.of("conf", "logback.xml"), directory.resolve("conf").resolve("logback.xml"));
        return directory;
    }
}
