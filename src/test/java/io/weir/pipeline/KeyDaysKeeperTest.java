package io.weir.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.lettuce.core.RedisClient;
import io.lettuce.core.XAddArgs;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.definition.StreamDefinition;
import io.weir.log.RedisEventLog;
import io.weir.settings.Configuration;
import io.weir.settings.LogSettings;
import io.weir.store.Database;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import io.weir.testkit.RedisForTests;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Days of keys that are remembered for 48 hours, on real servers. */
class KeyDaysKeeperTest {
    private final PostgresTestDatabase database = PostgresForTests.freshDatabase();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final StreamDefinition definition = SuspectSearchTest.definition(RedisForTests.freshPrefix());
    private final Database weir = Database.open(database.settings(), meters);
    private final RedisEventLog log = RedisEventLog.open(
            LogSettings.from(ConfigFactory.parseMap(Map.of("weir.log.redis-url", RedisForTests.url()))
                    .withFallback(Configuration.load(Path.of("no-such-file")))
                    .getConfig("weir")),
            meters);

    @BeforeEach
    void createDays() throws SQLException {
        weir.check(List.of(definition));
        weir.createKeyDays(LocalDate.parse("2026-03-01"), LocalDate.parse("2026-03-10"));
    }

    @AfterEach
    void close() {
        log.close();
        weir.close();
    }

    @Test
    void daysAreDroppedPastTheWindowOfTheOldestEntryThatIsNotCommitted() throws SQLException {
        String waiting = Instant.parse("2026-03-05T10:00:00Z").toEpochMilli() + "-0";
        append(waiting);
        append(Instant.parse("2026-03-09T10:00:00Z").toEpochMilli() + "-0");

        run("2026-03-10T12:00:00Z");
        assertThat(days())
                .startsWith("event_key_20260303")
                .endsWith("event_key_20260312")
                .hasSize(10);

        database.execute("INSERT INTO stream_cursor (stream, partition, epoch, entry) VALUES ('" + definition.name()
                + "', 0, 1, '" + waiting + "')");
        run("2026-03-10T12:00:00Z");
        assertThat(days()).startsWith("event_key_20260307");
    }

    @Test
    void aPartitionMayGoBackOverMidnight() throws SQLException {
        run("2026-03-10T00:00:59Z");
        assertThat(days()).startsWith("event_key_20260307");
        run("2026-03-10T00:01:01Z");
        assertThat(days()).startsWith("event_key_20260308");
    }

    private void run(String now) {
        new KeyDaysKeeper(
                        List.of(definition), weir, log, Runnable::run, Duration.ofMinutes(1), () -> Instant.parse(now))
                .run()
                .toCompletableFuture()
                .join();
    }

    private void append(String id) {
        try (RedisClient client = RedisClient.create(RedisForTests.url());
                var connection = client.connect()) {
            assertThat(connection.sync().xadd(definition.redisKey(), new XAddArgs().id(id), "e", "{}"))
                    .isEqualTo(id);
        }
    }

    private List<String> days() throws SQLException {
        return database.query("SELECT inhrelid::regclass::text FROM pg_inherits"
                + " WHERE inhparent = 'event_key'::regclass ORDER BY 1");
    }
}
