package io.weir.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What came of repetitions: a line of CSV each, appended to a file, so that parts run at different times make one table.
 */
final class Results {
    private static final String HEAD =
            "time,scenario,seed,repetition,events,lost,doubled,lost_with_server,stall_millis,exact,takeovers_millis,notes";

    private final Path file;

    Results(Path file) {
        this.file = file;
    }

    /**
     * One repetition.
     *
     * @param lostWithServer accepted events that a server lost, which had promised no more
     * @param exact whether nothing is wrong; it may be something that is neither loss nor double
     * @param takeovers how long partitions took until another node had committed again
     */
    record Line(
            String scenario,
            long seed,
            int repetition,
            long events,
            long lost,
            long doubled,
            long lostWithServer,
            Duration stall,
            boolean exact,
            List<Duration> takeovers,
            String notes) {
        Line {
            takeovers = List.copyOf(takeovers);
        }

        String csv() {
            return String.join(
                    ",",
                    Instant.now().toString(),
                    scenario,
                    Long.toString(seed),
                    Integer.toString(repetition),
                    Long.toString(events),
                    Long.toString(lost),
                    Long.toString(doubled),
                    Long.toString(lostWithServer),
                    Long.toString(stall.toMillis()),
                    Boolean.toString(exact),
                    takeovers.stream()
                            .map(took -> Long.toString(took.toMillis()))
                            .collect(Collectors.joining(" ")),
                    '"' + notes.replace('"', '\'').replace('\n', ' ') + '"');
        }

        static Line parse(String csv) {
            String[] columns = csv.split(",", 12);
            return new Line(
                    columns[1],
                    Long.parseLong(columns[2]),
                    Integer.parseInt(columns[3]),
                    Long.parseLong(columns[4]),
                    Long.parseLong(columns[5]),
                    Long.parseLong(columns[6]),
                    Long.parseLong(columns[7]),
                    Duration.ofMillis(Long.parseLong(columns[8])),
                    Boolean.parseBoolean(columns[9]),
                    Stream.of(columns[10].split(" ", -1))
                            .filter(millis -> !millis.isEmpty())
                            .map(millis -> Duration.ofMillis(Long.parseLong(millis)))
                            .toList(),
                    columns[11]);
        }
    }

    private record Sum(
            long repetitions, long events, long lost, long doubled, long lostWithServer, Duration stall, long bad) {
        Sum plus(Line line) {
            return new Sum(
                    repetitions + 1,
                    events + line.events(),
                    lost + line.lost(),
                    doubled + line.doubled(),
                    lostWithServer + line.lostWithServer(),
                    stall.compareTo(line.stall()) > 0 ? stall : line.stall(),
                    bad + (line.exact() ? 0 : 1));
        }
    }

    void append(Line line) throws IOException {
        if (!Files.exists(file)) {
            Files.writeString(file, HEAD + "\n");
        }
        Files.writeString(file, line.csv() + "\n", StandardOpenOption.APPEND);
    }

    List<Line> read() throws IOException {
        if (!Files.exists(file)) {
            return List.of();
        }
        return Files.readAllLines(file).stream().skip(1).map(Line::parse).toList();
    }

    /** A table in Markdown, a row for each scenario that ran, in the order given. */
    static String table(List<Line> lines, List<Scenario> scenarios) {
        Map<String, Sum> sums = new LinkedHashMap<>();
        for (Line line : lines) {
            sums.merge(
                    line.scenario(), new Sum(0, 0, 0, 0, 0, Duration.ZERO, 0).plus(line), (sum, one) -> sum.plus(line));
        }
        StringBuilder table = new StringBuilder("| scenario | what happens | repetitions | events | lost | doubled"
                + " | longest stall |\n|---|---|---:|---:|---:|---:|---:|\n");
        for (Scenario scenario : scenarios) {
            Sum sum = sums.get(scenario.name());
            if (sum != null) {
                String lostWithServer =
                        sum.lostWithServer() == 0 ? "" : " (a server lost %,d)".formatted(sum.lostWithServer());
                String bad = sum.bad() == 0 ? "" : " **%d not exact**".formatted(sum.bad());
                table.append("| `%s` | %s | %,d%s | %,d | %,d%s | %,d | %.1f s |\n"
                        .formatted(
                                scenario.name(),
                                scenario.what(),
                                sum.repetitions(),
                                bad,
                                sum.events(),
                                sum.lost(),
                                lostWithServer,
                                sum.doubled(),
                                sum.stall().toMillis() / 1000.0));
            }
        }
        return table + takeovers(lines, scenarios);
    }

    /** Another table, of those in which nodes took over from one another. */
    private static String takeovers(List<Line> lines, List<Scenario> scenarios) {
        StringBuilder table = new StringBuilder();
        for (Scenario scenario : scenarios) {
            List<Duration> took = lines.stream()
                    .filter(line -> line.scenario().equals(scenario.name()))
                    .flatMap(line -> line.takeovers().stream())
                    .toList();
            if (!took.isEmpty()) {
                table.append("| `%s` | %s |\n".formatted(scenario.name(), Takeovers.inWords(took)));
            }
        }
        return table.isEmpty()
                ? ""
                : "\n| scenario | takeovers: shortest / median / longest (how many) |\n|---|---:|\n" + table;
    }
}
