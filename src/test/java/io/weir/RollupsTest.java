package io.weir;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.embedded.EmbeddedRedisServer;
import io.weir.fault.Failpoints;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import io.weir.testkit.RedisForTests;
import io.weir.testkit.WeirProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.datasketches.hll.HllSketch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that die in the middle of windows; events that come twice, late, to two partitions, and bad ones among them. */
class RollupsTest {
    private static final int BATCHES_AT_MOST = 2_000;
    private static final int EVENTS_PER_BATCH = 20;
    private static final int ENTITIES = 7;
    private static final Map<ChronoUnit, String> TABLES =
            Map.of(ChronoUnit.MINUTES, "rollup_minute", ChronoUnit.HOURS, "rollup_hour", ChronoUnit.DAYS, "rollup_day");

    private final PostgresTestDatabase database = PostgresForTests.freshDatabase();
    private final Instant begin = Instant.now().minus(Duration.ofHours(30));
    private final Map<ChronoUnit, Map<String, Long>> expected = new HashMap<>();
    private final Map<String, Set<String>> visitors = new HashMap<>();
    private int nextBatch;

    @TempDir
    private Path home;

    @Test
    void theSumsOfEveryStepAreTheCountersWhereverTheProcessDies() throws Exception {
        database.execute("CREATE TABLE sized (id text PRIMARY KEY, n bigint NOT NULL DEFAULT 0,"
                + " size bigint NOT NULL DEFAULT 0 CHECK (size >= 0))");
        DefinitionHome.write(home, """
            weir.streams.sizes {
              partitions = 2
              window { max-events = 50, max-delay = 50ms }
              ingest { path = "/sizes" }
              fields {
                id = { type = text, required = true }
                event = text
                visitor = text
                size = { type = long, default = 1 }
                at = { type = timestamp, required = true }
              }
              entity = id
              key = event
              counters = [{ table = sized, key { id = id }, set { n = count, size = "sum(size)" } }]
              rollups { steps = [minute, hour, day], by = at, uniques = visitor }
            }
            """);
        try (EmbeddedRedisServer redis = RedisForTests.startPrivate(home.resolve("redis"));
                HttpClient client = HttpClient.newHttpClient()) {
            for (String failpoint : List.of("after-counters:3", "before-commit:4", "after-commit:3")) {
                try (WeirProcess weir = serve(redis, Map.of("WEIR_FAILPOINT", failpoint))) {
                    sendUntilItDies(client, weir);
                } catch (IllegalStateException early) {
                    // what the one before left in the log was enough to bring it there
                    assertThat(early)
                            .hasMessageContaining("ended with " + Failpoints.EXIT_CODE + " before it was ready");
                }
            }
            try (WeirProcess weir = serve(redis, Map.of())) {
                for (int i = 0; i < 10; i++) {
                    assertThat(send(client, weir, nextBatch)).isTrue();
                    nextBatch++;
                }
                // what was counted is known again, however late
                assertThat(send(client, weir, 0)).isTrue();
                weir.terminate();
            }
        }
        long events = (long) nextBatch * EVENTS_PER_BATCH;
        long bad = nextBatch;
        assertThat(database.number("SELECT sum(n) FROM sized")).isEqualTo(events - bad);
        assertThat(database.number("SELECT count(*) FROM dead_letter")).isEqualTo(bad);
        for (ChronoUnit step : TABLES.keySet()) {
            assertThat(database.query("""
                SELECT r.entity, extract(epoch FROM r.bucket)::bigint, r.value FROM %s r
                JOIN rollup_measure m ON m.id = r.measure WHERE m.stream = 'sizes' AND m.measure = 'size'
                """.formatted(TABLES.get(step))))
                    .as(TABLES.get(step))
                    .containsExactlyInAnyOrderElementsOf(lines(step));
        }
        assertVisitors();
    }

    /** So few are told exactly. */
    private void assertVisitors() throws SQLException {
        Map<String, Long> found = new HashMap<>();
        for (String row : database.query("SELECT entity || '|' || extract(epoch FROM bucket)::bigint,"
                + " encode(sketch, 'hex') FROM rollup_day_sketch")) {
            int end = row.lastIndexOf('|');
            HllSketch sketch = HllSketch.heapify(HexFormat.of().parseHex(row.substring(end + 1)));
            found.put(row.substring(0, end), Math.round(sketch.getEstimate()));
        }
        Map<String, Long> expectedVisitors = new HashMap<>();
        visitors.forEach((day, some) -> expectedVisitors.put(day, (long) some.size()));
        assertThat(found).isEqualTo(expectedVisitors);
    }

    private List<String> lines(ChronoUnit step) {
        return new TreeMap<>(expected.getOrDefault(step, Map.of()))
                .entrySet().stream()
                        .map(bucket -> bucket.getKey() + "|" + bucket.getValue())
                        .toList();
    }

    private WeirProcess serve(EmbeddedRedisServer redis, Map<String, String> more) throws IOException {
        Map<String, String> environment = new HashMap<>(more);
        environment.put("JAVA_TOOL_OPTIONS", "-Dweir.home=" + home);
        return WeirProcess.serve(redis.url(), database.url(), environment);
    }

    private void sendUntilItDies(HttpClient client, WeirProcess weir) throws InterruptedException {
        while (nextBatch < BATCHES_AT_MOST) {
            try {
                if (send(client, weir, nextBatch)) {
                    nextBatch++;
                }
            } catch (IOException died) {
                // the same again, to its successor: it may be there or not
                return;
            }
        }
        throw new IllegalStateException("it did not reach its failpoint");
    }

    /** Whether it was accepted. */
    private boolean send(HttpClient client, WeirProcess weir, int batch) throws IOException, InterruptedException {
        Map<ChronoUnit, Map<String, Long>> adds = new HashMap<>();
        Map<String, Set<String>> visited = new HashMap<>();
        StringBuilder body = new StringBuilder("[");
        for (int i = 0; i < EVENTS_PER_BATCH; i++) {
            boolean isBad = i == 11;
            String entity = "e" + (batch + i) % ENTITIES;
            // over thirty hours, now forward and now back
            Instant at = begin.plusSeconds(
                    (batch * 997L + i * 7_919L) % Duration.ofHours(30).toSeconds());
            String visitor = "v" + (batch * 31 + i * 7) % 101;
            long size = isBad ? -1_000_000_000 : i + 1;
            body.append(i == 0 ? "" : ",")
                    .append("{\"id\":\"%s\",\"event\":\"%d-%d\",\"size\":%d,\"at\":\"%s\",\"visitor\":\"%s\"}"
                            .formatted(entity, batch, i, size, at, visitor));
            if (!isBad) {
                for (ChronoUnit step : TABLES.keySet()) {
                    String bucket = entity + "|" + at.truncatedTo(step).getEpochSecond();
                    adds.computeIfAbsent(step, none -> new HashMap<>()).merge(bucket, size, Long::sum);
                }
                String day = entity + "|" + at.truncatedTo(ChronoUnit.DAYS).getEpochSecond();
                visited.computeIfAbsent(day, none -> new HashSet<>()).add(visitor);
            }
        }
        HttpResponse<String> response = client.send(
                HttpRequest.newBuilder(URI.create(weir.url() + "/sizes"))
                        .timeout(Duration.ofSeconds(20))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body + "]"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        boolean accepted = response.statusCode() == 202;
        if (accepted && batch == nextBatch) {
            adds.forEach((step, buckets) -> buckets.forEach((bucket, size) ->
                    expected.computeIfAbsent(step, none -> new HashMap<>()).merge(bucket, size, Long::sum)));
        }
        if (accepted) {
            visited.forEach((day, some) ->
                    visitors.computeIfAbsent(day, none -> new HashSet<>()).addAll(some));
        }
        return accepted;
    }
}
