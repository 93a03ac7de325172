package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigValueFactory;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.definition.DefinitionFiles;
import io.weir.definition.StreamDefinition;
import io.weir.embedded.EmbeddedRedisServer;
import io.weir.event.EntityDelta;
import io.weir.event.Event;
import io.weir.event.EventReader;
import io.weir.log.EventLog;
import io.weir.log.LogEntry;
import io.weir.log.LogItem;
import io.weir.log.PartitionReader;
import io.weir.log.RedisEventLog;
import io.weir.settings.Configuration;
import io.weir.settings.LogSettings;
import io.weir.store.CommitOutcome;
import io.weir.store.Database;
import io.weir.store.PartitionStore;
import io.weir.store.WindowCommit;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import io.weir.testkit.RedisForTests;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Kill;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is accepted is counted once, whatever dies between the two. */
class RecoveryTest {
    private final PostgresTestDatabase database = PostgresForTests.freshDatabase();
    private EmbeddedRedisServer redis;

    @BeforeEach
    void startRedis(@TempDir Path directory) {
        redis = RedisForTests.startPrivate(directory);
    }

    @AfterEach
    void stopRedis() {
        redis.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"consumer-*", "flusher-*", "consumer-*/*"})
    void anActorThatDiesAgainAndAgainUnderLoadCostsNothingAndDoublesNothing(String victim) throws Exception {
        try (RunningWeir weir = RunningWeir.start(
                Path.of("."), redis.url(), database.url(), Map.of("weir.pipeline.max-backoff", "300ms"))) {
            ActorSystem actors = weir.server().actorSystem();
            int sent = 0;
            for (int kill = 0; kill < 5; kill++) {
                for (int i = 0; i < 40; i++) {
                    int status = weir.post(
                                    "/api/v1/clicks",
                                    RunningWeir.JSON,
                                    "[{\"linkId\":\"a\"},{\"linkId\":\"b\",\"count\":2}]")
                            .statusCode();
                    assertThat(status).isEqualTo(202);
                    sent++;
                }
                actors.actorSelection(RunningWeir.partitionPath("link-clicks", 0) + "/" + victim)
                        .tell(Kill.getInstance(), org.apache.pekko.actor.ActorRef.noSender());
            }
            int expected = sent;
            await().untilAsserted(() -> assertThat(database.query("SELECT id, clicks FROM links ORDER BY id"))
                    .containsExactly("a|" + expected, "b|" + 2 * expected));
            assertThat(database.number("SELECT epoch FROM stream_cursor WHERE stream = 'link-clicks'"))
                    .as("every kill began a new epoch")
                    .isGreaterThan(1);
        }
    }

    @Test
    void aRestartBetweenTheCommitAndItsAcknowledgementDoublesNothing() throws Exception {
        StreamDefinition clicks = linkClicks();
        Config weirConfig = Configuration.load(Path.of("no-such-file"))
                .withValue("weir.log.redis-url", ConfigValueFactory.fromAnyRef(redis.url()))
                .getConfig("weir");
        // an incarnation that reads, commits, and dies before it acknowledges
        try (EventLog log = RedisEventLog.open(LogSettings.from(weirConfig), new SimpleMeterRegistry());
                Database store = Database.open(database.settings(), new SimpleMeterRegistry())) {
            await().until(() -> log.isReachable().toCompletableFuture().join());
            List<LogItem> items = new ArrayList<>();
            for (int i = 0; i < 7; i++) {
                items.add(new LogItem(
                        LogItem.Kind.EVENT,
                        "{\"linkId\":\"x\",\"timestamp\":\"2026-01-01T00:00:00Z\",\"count\":1}"
                                .getBytes(StandardCharsets.UTF_8)));
            }
            log.append(clicks, 0, items).toCompletableFuture().join();
            PartitionStore partition =
                    store.partitionStore(clicks, 0, store.check(List.of(clicks)).catalog());
            PartitionStore.Started started = partition.start("predecessor");
            PartitionReader reader = log.reader(clicks, 0);
            reader.begin(started.epoch(), started.cursor(), started.cursor())
                    .toCompletableFuture()
                    .join();
            LogEntry entry = reader.read(10, Duration.ofSeconds(1))
                    .toCompletableFuture()
                    .join()
                    .getFirst();
            assertThat(partition.commit(window(clicks, started, entry))).isInstanceOf(CommitOutcome.Committed.class);
            reader.close();
        }
        assertThat(database.number("SELECT clicks FROM links WHERE id = 'x'")).isEqualTo(7);

        try (RunningWeir weir = RunningWeir.start(redis.url(), database.url())) {
            weir.post("/api/v1/clicks?wait=committed", RunningWeir.JSON, "{\"linkId\":\"x\"}");
            assertThat(database.number("SELECT clicks FROM links WHERE id = 'x'"))
                    .isEqualTo(8);
        }
    }

    @Test
    void whatCannotBeAppliedBecomesADeadLetterAndTheRestIsCounted(@TempDir Path home) throws Exception {
        DefinitionHome.write(home, "weir.streams.link-clicks {" + DefinitionHome.LINK_CLICKS + "}");
        database.execute("INSERT INTO links (id, clicks) VALUES ('big', " + (Long.MAX_VALUE - 3) + ")");
        StreamDefinition unbounded = definition(home.resolve("conf/streams/test.conf"));
        try (RunningWeir weir = RunningWeir.start(home, redis.url(), database.url(), Map.of());
                EventLog log = RedisEventLog.open(
                        LogSettings.from(Configuration.load(Path.of("no-such-file"))
                                .withValue("weir.log.redis-url", ConfigValueFactory.fromAnyRef(redis.url()))
                                .getConfig("weir")),
                        new SimpleMeterRegistry())) {
            await().until(() -> log.isReachable().toCompletableFuture().join());
            log.append(
                            unbounded,
                            0,
                            List.of(
                                    new LogItem(LogItem.Kind.EVENT, "[]".getBytes(StandardCharsets.UTF_8)),
                                    new LogItem(
                                            LogItem.Kind.EVENT,
                                            "{\"linkId\":\"big\",\"count\":5}".getBytes(StandardCharsets.UTF_8)),
                                    new LogItem(
                                            LogItem.Kind.EVENT,
                                            "{\"linkId\":\"big\",\"count\":1}".getBytes(StandardCharsets.UTF_8)),
                                    new LogItem(
                                            LogItem.Kind.EVENT,
                                            "{\"linkId\":\"small\",\"count\":5}".getBytes(StandardCharsets.UTF_8))))
                    .toCompletableFuture()
                    .join();
            await().untilAsserted(() -> assertThat(database.query("SELECT id, clicks FROM links ORDER BY id"))
                    .containsExactly("big|" + (Long.MAX_VALUE - 2), "small|5"));
            assertThat(database.query("SELECT index, sqlstate FROM dead_letter ORDER BY index"))
                    .containsExactly("0|", "1|22003");
            assertThat(weir.get("/health").statusCode()).isEqualTo(200);
        }
    }

    private static WindowCommit window(StreamDefinition clicks, PartitionStore.Started started, LogEntry entry)
            throws Exception {
        EventReader events = new EventReader(clicks);
        List<Event> decoded = new ArrayList<>();
        EntityDelta delta = new EntityDelta(clicks.counters(), "x");
        for (int i = 0; i < entry.items().size(); i++) {
            Event event = events.read(entry.id(), i, entry.items().get(i).payload());
            decoded.add(event);
            delta.add(event);
        }
        return new WindowCommit(
                started.epoch(),
                started.windows(),
                started.cursor(),
                entry.id(),
                entry.checksum(),
                decoded,
                List.of(),
                List.of(delta));
    }

    private static StreamDefinition linkClicks() throws Exception {
        return definition(Path.of("conf/streams/link-clicks.conf"));
    }

    private static StreamDefinition definition(Path file) throws Exception {
        return DefinitionFiles.parseAll(
                        List.of(new DefinitionFiles.Text(file.toString(), Files.readString(file))),
                        Configuration.load(Path.of("no-such-file")).getConfig("weir.stream-defaults"))
                .definitions()
                .getFirst();
    }
}
