package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.embedded.EmbeddedRedisServer;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import io.weir.testkit.RedisForTests;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An import against a whole Weir: every line is a row or a dead letter, and a second import changes nothing. */
class ImportTest {
    @Test
    void everyLineIsARowOrADeadLetterAndASecondImportChangesNothing(@TempDir Path directory) throws Exception {
        Path fixture = Path.of("src/test/resources/combined.log");
        List<String> lines = Files.readAllLines(fixture);
        Path log = directory.resolve("access.log");
        StringBuilder many = new StringBuilder();
        // long enough for several requests at once, each line with a path that tells which copy it is of
        for (int copy = 0; copy < 100; copy++) {
            for (String line : lines) {
                many.append(line.replaceFirst(" HTTP/", "?copy=" + copy % 7 + " HTTP/"))
                        .append('\n');
            }
        }
        Files.writeString(log, many);
        PostgresTestDatabase database = PostgresForTests.freshDatabase();
        try (EmbeddedRedisServer redis = RedisForTests.startPrivate(directory.resolve("redis"));
                RunningWeir weir = RunningWeir.start(redis.url(), database.url())) {
            long total = many.chars().filter(c -> c == '\n').count();
            importLog(weir, log);
            awaitAll(database, total);
            List<String> pages = database.query("SELECT path, views, bytes, last_viewed FROM pages ORDER BY path");
            long deadLetters = database.number("SELECT count(*) FROM dead_letter");
            assertThat(deadLetters).isPositive();
            assertThat(database.query("SELECT path, views FROM pages ORDER BY path COLLATE \"C\""))
                    .containsExactlyElementsOf(viewsByPath(Files.readAllLines(log)));
            assertThat(database.query("SELECT path FROM (SELECT path, count(*) AS n, sum(bytes) AS b FROM page_views"
                            + " GROUP BY path) AS r JOIN pages USING (path) WHERE n <> views OR b <> pages.bytes"))
                    .as("counters that differ from their rows")
                    .isEmpty();

            importLog(weir, log);
            // a marker behind the second import: once it is there, all of the import was looked at
            weir.post("/api/v1/page-views?wait=committed", RunningWeir.JSON, "{\"path\":\"/marker\"}");
            database.execute("DELETE FROM pages WHERE path = '/marker'");
            assertThat(database.query("SELECT path, views, bytes, last_viewed FROM pages ORDER BY path"))
                    .isEqualTo(pages);
            assertThat(database.number("SELECT count(*) FROM dead_letter")).isEqualTo(deadLetters);
        }
    }

    private static void awaitAll(PostgresTestDatabase database, long lines) {
        await().untilAsserted(() -> assertThat(database.number(
                        "SELECT (SELECT count(*) FROM page_views) + (SELECT count(*) FROM dead_letter)"))
                .isEqualTo(lines));
    }

    private static void importLog(RunningWeir weir, Path log) {
        WeirCommandLine.Outcome outcome = WeirCommandLine.run(
                "import", log.toString(), "--stream", "page-views", "--url", weir.url(), "--chunk-lines", "97");
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    }

    /** What stands between the method and the protocol, without the lines that are no requests. */
    private static List<String> viewsByPath(List<String> lines) {
        Map<String, Integer> views = new TreeMap<>();
        for (String line : lines) {
            if (line.endsWith("\"")) {
                int method = line.indexOf('"');
                int target = line.indexOf(' ', method) + 1;
                int end = line.indexOf(" HTTP/", target);
                // a request of HTTP/0.9 names no protocol
                int last = end > 0 ? end : line.indexOf('"', target);
                views.merge(line.substring(target, last), 1, Integer::sum);
            }
        }
        return views.entrySet().stream()
                .map(entry -> entry.getKey() + "|" + entry.getValue())
                .toList();
    }
}
