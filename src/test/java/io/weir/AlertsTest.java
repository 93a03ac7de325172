package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.lettuce.core.RedisClient;
import io.lettuce.core.ScriptOutputType;
import io.weir.alert.AlertBoard;
import io.weir.alert.AlertReceiver;
import io.weir.embedded.EmbeddedRedisServer;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import io.weir.testkit.RedisForTests;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.Kill;
import org.awaitility.core.ThrowingRunnable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/** Each limit is passed once, with real servers in real trouble: told once, in every place, and its end as well. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AlertsTest {
    interface Step {
        void run() throws Exception;
    }

    /**
     * What passes a limit, and what ends that.
     *
     * @param provoke run again and again until the alert is there
     */
    record Trouble(String alert, String stream, Step begin, Step provoke, Step end) {
        @Override
        public String toString() {
            return alert + (stream.isEmpty() ? "" : " of " + stream);
        }
    }

    private static final Step NOTHING = () -> {};
    private static final String SESSION = "7f8a1b7e-93b1-4d0a-9a55-1f6d5f0a4c11";

    private final PostgresTestDatabase database = PostgresForTests.freshDatabase();
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private AlertReceiver receiver;
    private EmbeddedRedisServer redis;
    private RunningWeir weir;
    private @Nullable CursorLock lock;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        receiver = new AlertReceiver();
        redis = RedisForTests.startPrivate(directory.resolve("redis"));
        RedisForTests.keepAll(redis);
        weir = RunningWeir.start(
                quickDefinitions(directory.resolve("home")),
                redis.url(),
                database.url(),
                Map.ofEntries(
                        Map.entry("weir.alerts.interval", "100ms"),
                        // a view waits for its count, which whoever holds a cursor may hold up
                        Map.entry("weir.http.count-timeout", "1s"),
                        // enough of them that one that takes long does not end what goes on
                        Map.entry("weir.alerts.end-after", 4),
                        Map.entry("weir.alerts.quiet", "1500ms"),
                        Map.entry("weir.alerts.depth.session-events", 10),
                        Map.entry("weir.alerts.depth.\"story-views+chapter-views\"", 3),
                        Map.entry("weir.alerts.fullness.session-events", "0.001%"),
                        Map.entry("weir.alerts.lag.session-events", "300ms"),
                        Map.entry("weir.alerts.latency.page-views", "1us"),
                        Map.entry("weir.alerts.redirects", "1us"),
                        Map.entry("weir.alerts.batch.session-events", "200ms"),
                        Map.entry("weir.alerts.webhook.url", receiver.url("/alerts")),
                        Map.entry("weir.ledger.interval", "100ms"),
                        Map.entry("weir.pipeline.stopped-retry", "200ms"),
                        Map.entry("weir.alerts.connections", "50%")));
        log.start();
        ((Logger) LoggerFactory.getLogger(AlertBoard.class)).addAppender(log);
    }

    /** Those that ship, with windows that make nobody wait. */
    private static Path quickDefinitions(Path home) throws Exception {
        Path streams = Files.createDirectories(home.resolve("conf/streams"));
        try (Stream<Path> files = Files.list(Path.of("conf/streams"))) {
            for (Path file : files.toList()) {
                Files.writeString(
                        streams.resolve(file.getFileName()),
                        Files.readString(file).replaceAll("(?m)^    max-delay = 1s$", "    max-delay = 50ms"));
            }
        }
        return home;
    }

    @AfterAll
    void stop() {
        ((Logger) LoggerFactory.getLogger(AlertBoard.class)).detachAppender(log);
        weir.close();
        redis.close();
        receiver.close();
    }

    Stream<Trouble> troubles() {
        Step lockSessions = () -> lock = CursorLock.of(database, "session-events");
        Step lockStories = () -> lock = CursorLock.of(database, "story-views");
        Step unlock = () -> Objects.requireNonNull(lock).close();
        return Stream.of(
                new Trouble("depth", "session-events", lockSessions, this::track, unlock),
                new Trouble("depth", "story-views+chapter-views", lockStories, this::view, unlock),
                new Trouble("fullness", "session-events", lockSessions, this::track, unlock),
                new Trouble("lag", "session-events", lockSessions, this::track, unlock),
                new Trouble("connections", "", lockSessions, this::track, unlock),
                new Trouble("batch", "session-events", NOTHING, this::trackSlowly, NOTHING),
                new Trouble(
                        "latency",
                        "page-views",
                        NOTHING,
                        () -> post("/api/v1/page-views", "{\"path\":\"/\"}"),
                        NOTHING),
                new Trouble(
                        "redirects",
                        "",
                        () -> post("/api/v1/links", "{\"code\":\"there\",\"url\":\"https://example.com/\"}"),
                        () -> weir.get("/there"),
                        NOTHING),
                new Trouble("dead-letters", "link-clicks", this::deadLetter, NOTHING, NOTHING),
                new Trouble("crashes", "link-clicks", this::crash, NOTHING, NOTHING),
                new Trouble(
                        "stopped",
                        "link-clicks",
                        () -> database.execute("ALTER TABLE links RENAME TO away"),
                        () -> post("/api/v1/clicks", "{\"linkId\":\"a\"}"),
                        () -> database.execute("ALTER TABLE away RENAME TO links")),
                new Trouble(
                        "ledger",
                        "project-usage",
                        this::stealAnEntry,
                        NOTHING,
                        () -> weir.send("POST", "/api/admin/ledger/baseline?stream=project-usage", "")),
                new Trouble("database", "", () -> refuseConnections(true), NOTHING, () -> refuseConnections(false)),
                new Trouble(
                        "loss",
                        "link-clicks",
                        redis::kill,
                        () -> post("/api/v1/clicks", "{\"linkId\":\"a\"}"),
                        redis::restart),
                new Trouble("redis", "", redis::kill, NOTHING, redis::restart));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("troubles")
    void troubleIsToldOnceEverywhereAndSoIsItsEnd(Trouble trouble) throws Exception {
        String of = "\"alert\":\"" + trouble.alert() + "\",\"stream\":"
                + (trouble.stream().isEmpty() ? "null" : "\"" + trouble.stream() + "\"");
        calm();
        log.list.clear();
        receiver.received().clear();
        double before = metric("weir_alerts_total", trouble);

        trouble.begin().run();
        try {
            within(() -> {
                trouble.provoke().run();
                assertThat(alerts()).contains("{" + of + ",\"state\":\"firing\"");
                assertThat(metric("weir_alert_active", trouble)).isEqualTo(1);
            });
        } finally {
            trouble.end().run();
        }
        within(() -> assertThat(alerts()).contains("{" + of + ",\"state\":\"resolved\""));
        within(() -> assertThat(posts(of)).containsExactly("firing", "resolved"));
        assertThat(metric("weir_alert_active", trouble)).isZero();
        assertThat(metric("weir_alerts_total", trouble)).isEqualTo(before + 1);
        String subject = "alert " + trouble + ": ";
        assertThat(lines(Level.WARN, subject)).singleElement().asString().contains("(weir.alerts." + trouble.alert());
        assertThat(lines(Level.INFO, subject)).singleElement().asString().contains("over after PT");
    }

    /** What a test before this one left behind. */
    private void calm() {
        within(() -> assertThat(alerts()).startsWith("{\"active\":[]"));
    }

    private static void within(ThrowingRunnable check) {
        await().pollInterval(Duration.ofMillis(50)).ignoreExceptions().untilAsserted(check);
    }

    private String alerts() throws Exception {
        return weir.get("/api/admin/alerts").body();
    }

    private double metric(String name, Trouble trouble) throws Exception {
        return weir.get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(
                        name + "{alert=\"" + trouble.alert() + "\",stream=\"" + trouble.stream() + "\"}"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    private List<String> posts(String of) {
        return receiver.received().stream()
                .map(AlertReceiver.Received::body)
                .filter(body -> body.startsWith("{" + of))
                .map(body -> body.replaceAll(".*\"state\":\"(\\w+)\".*", "$1"))
                .toList();
    }

    private List<String> lines(Level level, String subject) {
        return List.copyOf(log.list).stream()
                .filter(event -> event.getLevel() == level)
                .map(ILoggingEvent::getFormattedMessage)
                .filter(line -> line.startsWith(subject))
                .toList();
    }

    private void post(String path, String body) throws Exception {
        weir.post(path, RunningWeir.JSON, body);
    }

    private void track() throws Exception {
        String event = "{\"event_type\":\"click\"}";
        post(
                "/api/v1/track",
                "{\"session_id\":\"" + SESSION + "\",\"events\":[" + (event + ",").repeat(5) + event + "]}");
        // the other partitions in turn, so that many connections wait
        post("/api/v1/track", "{\"session_id\":\"" + UUID.randomUUID() + "\",\"events\":[" + event + "]}");
    }

    private void trackSlowly() throws Exception {
        try (CursorLock _ = CursorLock.of(database, "session-events")) {
            track();
            await().until(() -> database.number("SELECT count(*) FROM pg_stat_activity"
                            + " WHERE datname = current_database() AND wait_event_type = 'Lock'"
                            + " AND state_change < now() - interval '250 ms'")
                    > 0);
        }
    }

    private void view() throws Exception {
        post("/api/stories/s/view", "{\"userId\":\"" + UUID.randomUUID() + "\"}");
    }

    private void deadLetter() throws Exception {
        post("/api/v1/clicks?on-invalid=dead-letter", "{\"linkId\":7}");
    }

    private void crash() {
        weir.server()
                .actorSystem()
                .actorSelection(RunningWeir.partitionPath("link-clicks", 0) + "/consumer-*")
                .tell(Kill.getInstance(), ActorRef.noSender());
    }

    private void stealAnEntry() {
        try (RedisClient client = RedisClient.create(redis.url());
                var connection = client.connect()) {
            var commands = connection.sync();
            commands.eval(
                    "local id = redis.call('XADD', KEYS[1], '*', 'e', '{}'); return redis.call('XDEL', KEYS[1], id)",
                    ScriptOutputType.INTEGER,
                    "project-usage-updates");
        }
    }

    private void refuseConnections(boolean refuse) throws Exception {
        String name = database.url().substring(database.url().lastIndexOf('/') + 1);
        PostgresTestDatabase other = new PostgresTestDatabase(database.url().replaceAll("/[^/]*$", "/postgres"));
        other.execute("ALTER DATABASE " + name + " ALLOW_CONNECTIONS " + !refuse);
        if (refuse) {
            other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + name + "'");
        }
    }
}
