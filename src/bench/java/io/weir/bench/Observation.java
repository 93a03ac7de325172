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
import java.util.function.LongFunction;

/**
 * What it costs to be looked at, and to keep rollups. One Weir has each stream twice, once with rollups; the same load goes
 * to either in turns of a few seconds, with and without somebody who looks.
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
        NEITHER("nobody looks, no rollups", false, false),
        WATCHED("metrics and dashboard", true, false),
        ROLLUPS("rollups", false, true),
        BOTH("metrics, dashboard and rollups", true, true);

        private final String words;
        private final boolean watched;
        private final boolean rolledUp;

        Mode(String words, boolean watched, boolean rolledUp) {
            this.words = words;
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

    private final ServerProcess weir;
    private final Kind kind;
    private final Map<Boolean, Progress> progress;
    private final Map<Boolean, Long> sent = new HashMap<>(Map.of(false, 0L, true, 0L));

    private Observation(ServerProcess weir, Kind kind, Map<Boolean, Progress> progress) {
        this.weir = weir;
        this.kind = kind;
        this.progress = progress;
    }

    static Map<Mode, Result> run(Servers servers, Kind kind, Schedule schedule, Path directory, Path log)
            throws SQLException, IOException {
        servers.reset();
        Path home = home(Files.createDirectories(directory.resolve("observe-" + kind)));
        try (ServerProcess weir = ServerProcess.weir(servers, home, log);
                Progress plain = new Progress(servers, kind.stream);
                Progress rolledUp = new Progress(servers, kind.stream + ROLLED_UP)) {
            Observation observation = new Observation(weir, kind, Map.of(false, plain, true, rolledUp));
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
        URI url = weir.http(kind.path + (mode.rolledUp ? ROLLED_UP : ""));
        HttpLoad.Plan plan = HttpLoad.Plan.closed(url, CONNECTIONS, duration, kind.bodies());
        if (!mode.watched) {
            return turn(mode, plan);
        }
        try (var _ = Watchers.of(weir)) {
            return turn(mode, plan);
        }
    }

    private double turn(Mode mode, HttpLoad.Plan plan) throws SQLException, IOException {
        long begin = System.nanoTime();
        long events = HttpLoad.run(plan).accepted() * EVENTS;
        long all = Objects.requireNonNull(sent.get(mode.rolledUp)) + events;
        sent.put(mode.rolledUp, all);
        Progress of = Objects.requireNonNull(progress.get(mode.rolledUp));
        return events * 1e9 / (of.await(all, TIMEOUT).nanos() - begin);
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
    private static Path home(Path directory) throws IOException {
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
        Files.writeString(directory.resolve("conf").resolve("weir.conf"), "weir.links.enabled = false\n");
        Files.copy(Path.of("conf", "logback.xml"), directory.resolve("conf").resolve("logback.xml"));
        return directory;
    }
}
