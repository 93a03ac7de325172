package io.weir.bench;

import io.weir.embedded.FreePort;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.LongFunction;

/**
 * Questions about rollups over HTTP. The rollups are written by SQL into the writer's own tables, in its own shape and in the
 * order of time: thirty days of events whose entities follow Zipf's law, each entity at least once. Minutes are there for the
 * last two days, as their retention leaves them.
 */
final class Queries {
    /** How much. */
    record Size(long events, int entities, Duration warmUp, Duration measured) {}

    /** What one kind of question took. */
    record Result(String kind, int connections, HttpLoad.Result load) {}

    private static final String STREAM = "bench";
    private static final int DRAWS = 1 << 16;
    private static final String DEFINITION = """
        weir.streams.bench {
          fields {
            linkId = { type = text, required = true }
            count = { type = long, default = 1 }
            visitor = { type = text }
          }
          entity = linkId
          counters = [{ table = links, key { id = linkId }, set { clicks = "sum(count)" } }]
          rollups { steps = [minute, hour, day], uniques = visitor }
        }
        """;

    private final Servers servers;
    private final Size size;
    private final Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);

    Queries(Servers servers, Size size) {
        this.servers = servers;
        this.size = size;
    }

    /**
     * Loads and asks.
     *
     * @param plans where PostgreSQL's plans of each question go, as it ran them for Weir
     */
    List<Result> run(Path home, Path log, Path serverLog, Path plans) throws Exception {
        servers.reset();
        Path streams = Files.createDirectories(home.resolve("conf/streams"));
        Files.writeString(streams.resolve("bench.conf"), DEFINITION);
        execute("LOAD 'auto_explain'", "ALTER SYSTEM SET session_preload_libraries = 'auto_explain'");
        explain(-1);
        List<Result> results = new ArrayList<>();
        try (ServerProcess weir = ServerProcess.node(servers, 1, FreePort.on("127.0.0.1"), home, log)) {
            load();
            Map<String, LongFunction<String>> kinds = kinds();
            for (Map.Entry<String, LongFunction<String>> kind : kinds.entrySet()) {
                ask(weir, kind.getValue(), 4, size.warmUp());
                for (int connections : new int[] {1, 4}) {
                    results.add(new Result(
                            kind.getKey(), connections, ask(weir, kind.getValue(), connections, size.measured())));
                }
            }
            explain(0);
            try {
                plans(weir, kinds, serverLog, plans);
            } finally {
                explain(-1);
            }
        }
        return results;
    }

    private void load() throws SQLException {
        String logarithm = "ln(" + (size.entities() + 1) + ")";
        String days = "timestamptz '" + now + "' - random() * interval '30 days'";
        // it would work beside the questions otherwise. Commits are on the disk: of one that is not yet, the vacuum at
        // the end leaves the rows to be looked up
        execute("ALTER SYSTEM SET autovacuum = off", "SELECT pg_reload_conf()");
        execute(
                "SET work_mem = '256MB'",
                "INSERT INTO rollup_measure (stream, measure) VALUES ('bench', 'clicks'), ('bench', 'uniques:visitor')"
                        + " ON CONFLICT DO NOTHING",
                "CREATE UNLOGGED TABLE bench_event AS SELECT 'e' || floor(exp(random() * " + logarithm
                        + ")) AS entity, "
                        + days + " AS at FROM generate_series(1, " + (size.events() - size.entities())
                        + ") UNION ALL SELECT 'e' || n, " + days + " FROM generate_series(1, " + size.entities()
                        + ") AS n",
                rollUp("minute", " AND at >= timestamptz '" + now + "' - interval '2 days'"),
                rollUp("hour", ""),
                rollUp("day", ""),
                "INSERT INTO links (id, clicks) SELECT entity, count(*) FROM bench_event GROUP BY entity",
                "DROP TABLE bench_event");
        sketches("hour", "bucket >= timestamptz '" + now + "' - interval '25 hours'");
        sketches("day", "true");
        execute(
                "VACUUM ANALYZE rollup_minute",
                "VACUUM ANALYZE rollup_hour",
                "VACUUM ANALYZE rollup_day",
                "VACUUM ANALYZE rollup_hour_sketch",
                "VACUUM ANALYZE rollup_day_sketch",
                "VACUUM ANALYZE links",
                "CHECKPOINT",
                "ALTER SYSTEM RESET autovacuum",
                "SELECT pg_reload_conf()");
    }

    private void sketches(String step, String condition) throws SQLException {
        try (Connection reader = servers.database();
                Connection writer = servers.database()) {
            QuerySketches.load(reader, writer, step, condition);
        }
    }

    private static String rollUp(String step, String condition) {
        return "INSERT INTO rollup_" + step + " (measure, entity, bucket, value) SELECT m.id, e.entity, date_trunc('"
                + step
                + "', e.at, 'UTC'), count(*) FROM bench_event AS e, rollup_measure AS m WHERE m.stream = 'bench'"
                + " AND m.measure = 'clicks'" + condition + " GROUP BY 1, 2, 3 ORDER BY 3";
    }

    private Map<String, LongFunction<String>> kinds() {
        int[] popular = draws();
        String counters = "/api/v1/counters/" + STREAM + "/e";
        Map<String, LongFunction<String>> kinds = new LinkedHashMap<>();
        kinds.put("counter", number -> counters + popular[(int) (number % DRAWS)]);
        kinds.put("badge", number -> "/badge/" + STREAM + "/e" + popular[(int) (number % DRAWS)] + ".svg");
        kinds.put("series, 60 minutes", number -> series(counters, popular, number, "minute", Duration.ofMinutes(60)));
        kinds.put("series, 24 hours", number -> series(counters, popular, number, "hour", Duration.ofHours(24)));
        kinds.put("series, 30 days", number -> series(counters, popular, number, "day", Duration.ofDays(30)));
        kinds.put("uniques, 24 hours", number -> uniques(counters, popular, number, "hour", Duration.ofHours(24)));
        kinds.put("uniques, 30 days", number -> uniques(counters, popular, number, "day", Duration.ofDays(30)));
        kinds.put("top 10, 1 hour", number -> top(number, Duration.ofHours(1), 10));
        kinds.put("top 10, 24 hours", number -> top(number, Duration.ofHours(24), 10));
        kinds.put("top 10, 30 days", number -> top(number, Duration.ofDays(30), 10));
        kinds.put("top 100, 30 days", number -> top(number, Duration.ofDays(30), 100));
        return kinds;
    }

    private String series(String counters, int[] popular, long number, String step, Duration range) {
        return counters + popular[(int) (number % DRAWS)] + "/series?step=" + step + "&to=" + now + "&from="
                + now.minus(range);
    }

    private String uniques(String counters, int[] popular, long number, String step, Duration range) {
        return series(counters, popular, number, step, range) + "&measure=uniques";
    }

    /** Of ranges that end within the hour before the data's end: no two questions at once are the same. */
    private String top(long number, Duration range, int limit) {
        Instant to = now.minusSeconds(number % 60 * 60);
        return "/api/v1/top/" + STREAM + "?limit=" + limit + "&to="
                + URLEncoder.encode(to.toString(), StandardCharsets.US_ASCII) + "&from=" + to.minus(range);
    }

    private int[] draws() {
        Random random = new Random(1);
        int[] draws = new int[DRAWS];
        for (int i = 0; i < DRAWS; i++) {
            draws[i] = (int) Math.floor(Math.exp(random.nextDouble() * Math.log(size.entities() + 1.0)));
        }
        return draws;
    }

    private HttpLoad.Result ask(ServerProcess weir, LongFunction<String> paths, int connections, Duration duration)
            throws IOException {
        URI url = weir.http("/");
        HttpLoad.Result result = HttpLoad.run(
                HttpLoad.Plan.closed(url, connections, duration, List.of()),
                number -> ByteBuffer.wrap(
                        ("GET " + paths.apply(number) + " HTTP/1.1\r\nHost: " + url.getRawAuthority() + "\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII)));
        if (result.accepted() != result.sent()) {
            throw new IllegalStateException("not every question was answered: " + result.statuses());
        }
        return result;
    }

    /** From now on PostgreSQL logs the plans of statements that take longer; -1 for none. */
    private void explain(int millis) throws SQLException {
        execute(
                "LOAD 'auto_explain'",
                "ALTER SYSTEM SET auto_explain.log_min_duration = " + millis,
                "ALTER SYSTEM SET auto_explain.log_analyze = on",
                "ALTER SYSTEM SET auto_explain.log_buffers = on",
                "SELECT pg_reload_conf()");
    }

    private void plans(ServerProcess weir, Map<String, LongFunction<String>> kinds, Path serverLog, Path plans)
            throws IOException {
        StringBuilder text = new StringBuilder();
        for (Map.Entry<String, LongFunction<String>> kind : kinds.entrySet()) {
            int before = Files.readAllLines(serverLog).size();
            // each connection learns of the setting between two statements
            ask(weir, kind.getValue(), 4, Duration.ofMillis(300));
            text.append("## ").append(kind.getKey()).append("\n\n");
            List<String> lines = Files.readAllLines(serverLog);
            latestPlans(lines.subList(before, lines.size()))
                    .forEach((query, plan) -> text.append(plan).append("\n"));
        }
        Files.writeString(plans, text);
    }

    /** The last plan of each statement. */
    private static Map<String, String> latestPlans(List<String> log) {
        Map<String, String> plans = new LinkedHashMap<>();
        for (int i = 0; i < log.size(); i++) {
            if (log.get(i).contains(" plan:")) {
                StringBuilder plan = new StringBuilder(log.get(i).replaceFirst(".*duration", "duration")).append("\n");
                int j = i + 1;
                for (; j < log.size() && log.get(j).startsWith("\t"); j++) {
                    plan.append(log.get(j).substring(1)).append("\n");
                }
                String query = j > i + 1 ? log.get(i + 1) : "";
                if (query.contains("SELECT") && (plan.indexOf("rollup_") > 0 || plan.indexOf("links") > 0)) {
                    plans.put(query, plan.toString());
                }
            }
        }
        return plans;
    }

    private void execute(String... statements) throws SQLException {
        try (Connection connection = servers.database();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }
}
