package io.weir.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.definition.DefinitionFiles;
import io.weir.definition.StreamDefinition;
import io.weir.event.EntryId;
import io.weir.event.Event;
import io.weir.event.EventReader;
import io.weir.log.LogItem;
import io.weir.log.RedisEventLog;
import io.weir.settings.Configuration;
import io.weir.settings.LogSettings;
import io.weir.settings.PipelineSettings;
import io.weir.store.CommitOutcome;
import io.weir.store.Database;
import io.weir.store.DirectOutcome;
import io.weir.store.PartitionStore;
import io.weir.store.WindowCommit;
import io.weir.testkit.Patience;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import io.weir.testkit.RedisForTests;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A partition on real servers whose store fails as a defect would. */
class SuspectSearchTest {
    private static final Duration PATIENCE = Patience.LONG;

    private final PostgresTestDatabase database = PostgresForTests.freshDatabase();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Config config = ConfigFactory.parseMap(Map.of(
                    "weir.log.redis-url", RedisForTests.url(),
                    "weir.pipeline.min-backoff", "10ms",
                    "weir.pipeline.max-backoff", "50ms"))
            .withFallback(Configuration.load(Path.of("no-such-file")));
    private final ActorTestKit testKit = ActorTestKit.create(config);
    private final StreamDefinition definition = definition(RedisForTests.freshPrefix());
    private Database weir;
    private RedisEventLog log;
    private DefectiveStore store;

    @BeforeEach
    void start() throws Exception {
        weir = Database.open(database.settings(), meters);
        log = RedisEventLog.open(LogSettings.from(config.getConfig("weir")), meters);
        store = new DefectiveStore(weir.partitionStore(
                definition, 0, weir.check(List.of(definition)).catalog()));
        await().until(() -> log.isReachable().toCompletableFuture().join());
    }

    @AfterEach
    void stop() {
        testKit.shutdownTestKit();
        log.close();
        weir.close();
    }

    /** Where a defect shows: when an event is written with others, or already when it is looked at alone. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anEventOverWhichWeirFailsAgainAndAgainBecomesADeadLetterAndItAlone(boolean alsoAlone) throws Exception {
        store.defect = event -> event.values()[0].equals("bad");
        store.defectAlone = alsoAlone;
        append("a", "bad", "b");
        append("c");
        run();
        if (alsoAlone) {
            awaitLinks("a|1", "b|1", "c|1");
            assertThat(database.query("SELECT index, reason_class, reason FROM dead_letter"))
                    .containsExactly("1|failed|failed 3 times: a defect, on purpose");
        } else {
            // none of them fails alone, so all that is known is the entry
            awaitLinks("c|1");
            assertThat(database.query("SELECT index, reason_class FROM dead_letter ORDER BY index"))
                    .containsExactly("0|failed", "1|failed", "2|failed");
        }
        append("d");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(database.query("SELECT clicks FROM links WHERE id = 'd'"))
                        .containsExactly("1"));
        assertThat(database.query("SELECT starts_without_progress, suspect_entry FROM stream_cursor"))
                .containsExactly("0|");
    }

    @Test
    void aDatabaseThatIsAwayIsNobodysFault() throws Exception {
        append("a");
        for (int i = 0; i < 8; i++) {
            store.outcomes.add(new CommitOutcome.Unknown("the connection was lost, on purpose"));
        }
        run();
        awaitLinks("a|1");
        assertThat(database.number("SELECT count(*) FROM dead_letter")).isZero();
        assertThat(meters.get("weir.pipeline.suspect.searches").counter().count())
                .isZero();
        assertThat(database.number("SELECT max(epoch) FROM stream_cursor")).isGreaterThan(8);
    }

    @Test
    void aDatabaseThatGoesAwayDuringTheSearchIsNobodysFault() throws Exception {
        append("a");
        // as three deaths leave it
        store.start("earlier");
        database.execute("UPDATE stream_cursor SET starts_without_progress = 3");
        store.absencesAlone.set(8);
        run();
        awaitLinks("a|1");
        assertThat(database.number("SELECT count(*) FROM dead_letter")).isZero();
        assertThat(meters.get("weir.pipeline.suspect.searches").counter().count())
                .isEqualTo(9);
    }

    private void run() {
        PipelineMeters.register(meters, definition.name());
        testKit.spawn(PartitionSupervisor.create(new PartitionContext(
                definition,
                0,
                "test",
                log,
                log,
                store,
                new EventReader(definition),
                PipelineSettings.from(config.getConfig("weir")),
                new PartitionStatus(definition.name(), 0),
                meters,
                new EntryDelays(meters, definition.name()))));
    }

    private void append(String... links) {
        log.append(
                        definition,
                        0,
                        Stream.of(links)
                                .map(link -> new LogItem(
                                        LogItem.Kind.EVENT,
                                        ("{\"linkId\":\"" + link + "\"}").getBytes(StandardCharsets.UTF_8)))
                                .toList())
                .toCompletableFuture()
                .join();
    }

    private void awaitLinks(String... rows) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(database.query("SELECT id, clicks FROM links ORDER BY id"))
                        .containsExactly(rows));
    }

    static StreamDefinition definition(String prefix) {
        return DefinitionFiles.parseAll(
                        List.of(new DefinitionFiles.Text("test.conf", """
                            weir.streams.link-clicks {
                              redis-key = %sclicks
                              window { max-delay = 20ms }
                              fields { linkId = { type = text, required = true } }
                              entity = linkId
                              counters = [{ table = links, key { id = linkId }, set { clicks = count } }]
                            }
                            """.formatted(prefix))),
                        Configuration.load(Path.of("no-such-file")).getConfig("weir.stream-defaults"))
                .definitions()
                .getFirst();
    }

    /** The real store, but for events that it fails over. */
    private static final class DefectiveStore implements PartitionStore {
        @Override
        public boolean confirms(long epoch, long windows) {
            return true;
        }

        final ConcurrentLinkedQueue<CommitOutcome> outcomes = new ConcurrentLinkedQueue<>();
        final AtomicInteger absencesAlone = new AtomicInteger();
        volatile Predicate<Event> defect = event -> false;
        volatile boolean defectAlone;
        private final PartitionStore real;

        DefectiveStore(PartitionStore real) {
            this.real = real;
        }

        @Override
        public DirectOutcome writeDirect(List<Event> events) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CommitOutcome commit(WindowCommit window) {
            CommitOutcome outcome = outcomes.poll();
            if (outcome != null) {
                return outcome;
            }
            return window.events().stream().anyMatch(defect)
                    ? new CommitOutcome.Failed("a defect, on purpose")
                    : real.commit(window);
        }

        @Override
        public void rehearse(Event event) throws SQLException {
            if (absencesAlone.getAndDecrement() > 0) {
                throw new SQLException("away, on purpose", "57P01");
            }
            if (defectAlone && defect.test(event)) {
                throw new IllegalStateException("a defect, on purpose");
            }
            real.rehearse(event);
        }

        @Override
        public Started start(String owner) throws SQLException {
            return real.start(owner);
        }

        @Override
        public Suspicion suspicion(long epoch, boolean blamed) throws SQLException {
            return real.suspicion(epoch, blamed);
        }

        @Override
        public boolean countStart(long epoch) throws SQLException {
            return real.countStart(epoch);
        }

        @Override
        public boolean noteSuspect(long epoch, EntryId entry, int index) throws SQLException {
            return real.noteSuspect(epoch, entry, index);
        }

        @Override
        public void noteReason(long epoch, String reason) throws SQLException {
            real.noteReason(epoch, reason);
        }

        @Override
        public Counts readCounts(Object entity) throws SQLException {
            return real.readCounts(entity);
        }
    }
}
