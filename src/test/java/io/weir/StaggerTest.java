package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import io.weir.testkit.RedisForTests;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StaggerTest {
    private static final int INTERVAL_MILLIS = 2_000;

    private final PostgresTestDatabase database = PostgresForTests.freshDatabase();

    @Test
    void streamsWithDifferentOffsetsWriteAtDifferentTimes(@TempDir Path home) throws Exception {
        DefinitionHome.write(home, stream("whole", INTERVAL_MILLIS) + stream("half", INTERVAL_MILLIS / 2));
        try (RunningWeir weir = RunningWeir.start(home, RedisForTests.url(), database.url(), Map.of())) {
            database.execute("""
                CREATE TABLE written (stream text, millis bigint);
                CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                  INSERT INTO written VALUES (NEW.stream, floor(extract(epoch FROM clock_timestamp()) * 1000));
                  RETURN NEW;
                END $$;
                CREATE TRIGGER note BEFORE UPDATE OF entry ON stream_cursor
                FOR EACH ROW WHEN (NEW.entry <> OLD.entry) EXECUTE FUNCTION note();
                """);
            await().until(() -> {
                weir.post("/whole", RunningWeir.JSON, "{\"linkId\":\"a\"}");
                weir.post("/half", RunningWeir.JSON, "{\"linkId\":\"b\"}");
                return windows("whole").size() > 2 && windows("half").size() > 2;
            });
            // a busy machine may make some of them late, but not most
            List<Integer> whole = windows("whole");
            List<Integer> half = windows("half");
            assertThat(whole).filteredOn(phase -> phase < INTERVAL_MILLIS / 2).hasSizeGreaterThan(whole.size() / 2);
            assertThat(half).filteredOn(phase -> phase >= INTERVAL_MILLIS / 2).hasSizeGreaterThan(half.size() / 2);
        }
    }

    private List<Integer> windows(String stream) throws Exception {
        return database
                .query("SELECT millis % " + INTERVAL_MILLIS + " FROM written WHERE stream = '" + stream + "'")
                .stream()
                .map(Integer::valueOf)
                .toList();
    }

    private static String stream(String name, int offsetMillis) {
        return """
            weir.streams.%1$s {
              redis-key = "%2$s%1$s"
              window { max-delay = %3$dms, offset = %4$dms }
              ingest { path = "/%1$s" }
              fields { linkId = { type = text, required = true } }
              entity = linkId
              counters = [{ table = links, key { id = linkId }, set { clicks = count } }]
            }
            """.formatted(name, RedisForTests.freshPrefix(), INTERVAL_MILLIS, offsetMillis);
    }
}
