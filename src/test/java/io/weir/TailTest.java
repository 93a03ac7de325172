package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import io.lettuce.core.ScriptOutputType;
import io.weir.WeirCommandLine.Outcome;
import io.weir.embedded.EmbeddedRedisServer;
import io.weir.event.EntryId;
import io.weir.testkit.FreePort;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import io.weir.testkit.RedisForTests;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Events as they are accepted, as a route and as {@code weir tail} tell them, of a whole server. */
@Timeout(180)
class TailTest {
    private static final String TOKEN = "s3cret";
    private static final int LISTENERS = 2;
    private static final int EVENTS = 20;
    private static final Pattern TOLD = Pattern.compile("data: \\{\"stream\":\"(.*?)\",\"partition\":(\\d+),"
            + "\"entry\":\"(\\d+-\\d+)\",\"index\":(\\d+)(?:,\"entity\":\"(.*?)\")?,\"event\":(\\{.*})}");

    private static final Map<String, Object> SETTINGS = Map.of(
            "weir.http.admin-token", TOKEN,
            "weir.tail.interval", "50ms",
            "weir.tail.heartbeat", "300ms",
            "weir.tail.max-listeners", LISTENERS,
            "weir.tail.max-events", EVENTS);

    /** A server with a Redis and a database of its own. */
    private record Own(EmbeddedRedisServer redis, PostgresTestDatabase database, RunningWeir weir) {
        static Own start(Path directory) throws Exception {
            EmbeddedRedisServer redis = RedisForTests.startPrivate(directory);
            PostgresTestDatabase database = PostgresForTests.freshDatabase();
            return new Own(redis, database, RunningWeir.start(Path.of("."), redis.url(), database.url(), SETTINGS));
        }

        void close() {
            weir.close();
            redis.close();
        }
    }

    @SuppressWarnings("NullAway.Init") // started before the tests that leave it as it was
    private static Own shared;

    private final HttpClient client = HttpClient.newHttpClient();
    private @Nullable Own ofThisTest;

    @SuppressWarnings("NullAway.Init") // before each test
    private RunningWeir weir;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        shared = Own.start(directory);
    }

    @AfterAll
    static void stopShared() {
        shared.close();
    }

    /** For a test that does not. */
    private Own startOwn(Path directory) throws Exception {
        Own started = Own.start(directory);
        ofThisTest = started;
        weir = started.weir();
        return started;
    }

    @BeforeEach
    void awaitNobodyListens() {
        weir = shared.weir();
        await().untilAsserted(() -> assertThat(weir.get("/metrics").body()).contains("weir_tail_listeners 0.0"));
    }

    @AfterEach
    void stop() {
        client.shutdownNow();
        if (ofThisTest != null) {
            ofThisTest.close();
        }
    }

    private HttpResponse<Stream<String>> listen(String path) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create(weir.url() + "/api/admin/streams/" + path))
                        .header("Authorization", "Bearer " + TOKEN)
                        .build(),
                HttpResponse.BodyHandlers.ofLines());
    }

    /** What is told, from the moment on from which nothing is missed. */
    private Iterator<String> follow(Stream<String> lines) {
        Iterator<String> told = lines.iterator();
        assertThat(next(told)).isEqualTo("event: started");
        assertThat(next(told)).startsWith("data: {\"stream\":");
        return told;
    }

    private static String next(Iterator<String> lines) {
        String line = lines.next();
        while (line.isEmpty() || line.equals(":")) {
            line = lines.next();
        }
        return line;
    }

    private void click(String link) throws Exception {
        assertThat(weir.post("/api/v1/clicks", RunningWeir.JSON, "{\"linkId\":\"" + link + "\"}")
                        .statusCode())
                .isEqualTo(202);
    }

    @Test
    void everyEventIsToldOnceInTheOrderOfItsPartition() throws Exception {
        List<String> sessions =
                Stream.generate(() -> UUID.randomUUID().toString()).limit(10).toList();
        track(sessions.getFirst(), "before");
        try (Stream<String> lines = listen("session-events/tail").body()) {
            Iterator<String> told = follow(lines);
            for (int i = 0; i < 4; i++) {
                for (String session : sessions) {
                    track(session, "type-" + i);
                }
            }
            Set<String> events = new LinkedHashSet<>();
            Map<String, EntryId> last = new TreeMap<>();
            Map<String, List<String>> types = new TreeMap<>();
            for (int i = 0; i < 4 * sessions.size(); i++) {
                Matcher event = TOLD.matcher(next(told));
                assertThat(event.matches()).isTrue();
                assertThat(event.group(1)).isEqualTo("session-events");
                EntryId entry = EntryId.parse(event.group(3));
                EntryId before = last.put(event.group(2), entry);
                assertThat(before == null || !before.isAfter(entry)).isTrue();
                assertThat(events.add(event.group(2) + event.group(3) + event.group(4)))
                        .isTrue();
                assertThat(event.group(6)).contains("\"session_id\":\"" + event.group(5) + "\"");
                types.computeIfAbsent(event.group(5), session -> new ArrayList<>())
                        .add(event.group(6).replaceFirst(".*\"event_type\":\"(.*?)\".*", "$1"));
            }
            assertThat(last).hasSizeGreaterThan(1);
            assertThat(types.keySet()).isEqualTo(new TreeSet<>(sessions));
            assertThat(types.values()).allMatch(List.of("type-0", "type-1", "type-2", "type-3")::equals);
            await().untilAsserted(() -> assertThat(shared.database().query("SELECT count(*) FROM session_events"))
                    .containsExactly("41"));
        }
    }

    private void track(String session, String type) throws Exception {
        assertThat(weir.post(
                                "/api/v1/track",
                                RunningWeir.JSON,
                                "{\"session_id\":\"" + session + "\",\"events\":[{\"event_type\":\"" + type + "\"}]}")
                        .statusCode())
                .isEqualTo(202);
    }

    @Test
    void eventsOfNewPartitionsAreToldToo(@TempDir Path directory) throws Exception {
        var _ = startOwn(directory);
        try (Stream<String> lines = listen("link-clicks/tail").body()) {
            Iterator<String> told = follow(lines);
            assertThat(weir.send(
                                    "POST",
                                    "/api/admin/streams/link-clicks/partitions?partitions=2",
                                    "",
                                    "Authorization",
                                    "Bearer " + TOKEN)
                            .statusCode())
                    .isEqualTo(202);
            boolean moved = false;
            for (int i = 0; !moved; i++) {
                click("l" + i);
                String line = next(told);
                assertThat(line).contains("\"entity\":\"l" + i + "\"");
                moved = !line.contains("\"partition\":0,");
            }
        }
    }

    @Test
    void onlyTheEventsOfAnEntityAreToldToWhoAsksForIt() throws Exception {
        try (Stream<String> lines = listen("link-clicks/tail?entity=a%2Fb").body()) {
            Iterator<String> told = follow(lines);
            click("other");
            click("a/b");
            click("other");
            click("a/b");
            for (int i = 0; i < 2; i++) {
                assertThat(next(told)).contains("\"entity\":\"a/b\"", "\"linkId\":\"a/b\"");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "none/tail, 404, there is no stream none",
        "collect/tail?entity=a, 400, '\"field\":\"entity\"'",
        "session-events/tail?entity=a, 400, '\"field\":\"entity\"'",
        "link-clicks/tail?entities=a, 400, '\"field\":\"entities\"'"
    })
    void whatCanNotBeFollowedIsSaid(String path, int status, String said) throws Exception {
        HttpResponse<Stream<String>> answer = listen(path);
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.body().toList().toString()).contains(said);
    }

    @Test
    void whatIsTooMuchForALookIsSkippedAndCounted() throws Exception {
        try (Stream<String> lines = listen("link-clicks/tail").body()) {
            Iterator<String> told = follow(lines);
            // all at once, so that one look finds them all
            try (RedisClient redisClient = RedisClient.create(shared.redis().url());
                    var connection = redisClient.connect()) {
                connection
                        .sync()
                        .eval(
                                "for i = 1, 40 do redis.call('XADD', KEYS[1], '*', 'e', '{\"linkId\":\"l' .. i .."
                                        + " '\"}') end",
                                ScriptOutputType.STATUS,
                                "link-click-updates");
            }
            assertThat(next(told)).isEqualTo("event: skipped");
            // it reads 16 entries at a time
            assertThat(next(told))
                    .isEqualTo("data: {\"stream\":\"link-clicks\",\"partition\":0,\"entries\":8,\"events\":12}");
            for (int i = 21; i <= 40; i++) {
                assertThat(next(told)).contains("\"linkId\":\"l" + i + "\"");
            }
            click("after");
            assertThat(next(told)).contains("\"linkId\":\"after\"");
        }
    }

    @Test
    void listenersAreBoundedAndCountedAndComeBackWhenOneGoes() throws Exception {
        try (Stream<String> first = listen("link-clicks/tail").body();
                Stream<String> second = listen("collect/tail").body()) {
            follow(first);
            follow(second);
            assertThat(weir.get("/metrics").body()).contains("weir_tail_listeners 2.0");

            HttpResponse<Stream<String>> third = listen("link-clicks/tail");

            assertThat(third.statusCode()).isEqualTo(503);
            assertThat(third.headers().firstValue("Retry-After")).isPresent();
            assertThat(weir.get("/metrics").body()).contains("weir_tail_refused_total 1.0");
        }
        await().untilAsserted(() -> assertThat(weir.get("/metrics").body()).contains("weir_tail_listeners 0.0"));
        weir.send("HEAD", "/api/admin/streams/link-clicks/tail", "", "Authorization", "Bearer " + TOKEN);
        await().untilAsserted(() -> assertThat(weir.get("/metrics").body()).contains("weir_tail_listeners 0.0"));
    }

    @Test
    void aRedisThatIsAwayIsSaidOnceAndDoesNotEndIt(@TempDir Path directory) throws Exception {
        EmbeddedRedisServer redis = startOwn(directory).redis();
        RedisForTests.keepAll(redis);
        try (Stream<String> lines = listen("link-clicks/tail").body()) {
            Iterator<String> told = follow(lines);
            redis.kill();
            assertThat(next(told)).isEqualTo("event: unavailable");
            assertThat(next(told)).startsWith("data: {\"detail\":\"");
            // a heartbeat comes only where nothing else does
            String line = told.next();
            while (!line.equals(":")) {
                assertThat(line).isEmpty();
                line = told.next();
            }
            redis.restart();
            await().until(() -> weir.post("/api/v1/clicks", RunningWeir.JSON, "{\"linkId\":\"back\"}")
                            .statusCode()
                    == 202);
            assertThat(next(told)).contains("\"linkId\":\"back\"");
        }
    }

    private Outcome tail(String... words) {
        return WeirCommandLine.run(
                Stream.concat(Stream.of("tail", "--url", weir.url(), "--token", TOKEN), Stream.of(words))
                        .toArray(String[]::new));
    }

    @Test
    void theCommandPrintsALineForEachEventUntilItsLimit() throws Exception {
        StringWriter err = new StringWriter();
        StringWriter out = new StringWriter();
        CompletableFuture<Integer> tail = start(out, err, "--limit", "2", "--entity", "a");
        await().until(() -> err.toString().contains("weir: following link-clicks"));
        for (String link : List.of("a", "b", "a", "a")) {
            click(link);
        }
        assertThat(tail.get(60, TimeUnit.SECONDS)).isZero();
        assertThat(out.toString().lines())
                .hasSize(2)
                .allMatch(line -> TOLD.matcher("data: " + line).matches() && line.contains("\"linkId\":\"a\""));

        StringWriter table = new StringWriter();
        CompletableFuture<Integer> forPeople = start(table, err, "--limit", "1", "--table");
        await().until(() -> err.toString().lines().count() == 2);
        click("c");
        assertThat(forPeople.get(60, TimeUnit.SECONDS)).isZero();
        assertThat(table.toString()).matches("\\d\\d:\\d\\d:\\d\\d\\.\\d{3} 0 c \\{.*\"linkId\":\"c\".*}\\R");
    }

    private CompletableFuture<Integer> start(Writer out, StringWriter err, String... words) {
        String[] arguments = Stream.concat(
                        Stream.of("tail", "link-clicks", "--url", weir.url(), "--token", TOKEN), Stream.of(words))
                .toArray(String[]::new);
        return CompletableFuture.supplyAsync(
                () -> WeirCommandLine.run(new PrintWriter(out), new PrintWriter(err), arguments));
    }

    @Test
    void theCommandEndsWhenNobodyReadsOn() throws Exception {
        Writer broken = new Writer() {
            @Override
            public void write(char[] text, int from, int length) throws java.io.IOException {
                throw new java.io.IOException("Broken pipe");
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        StringWriter err = new StringWriter();
        CompletableFuture<Integer> tail = start(broken, err);
        await().until(() -> err.toString().contains("following"));
        click("a");
        assertThat(tail.get(60, TimeUnit.SECONDS)).isZero();
        assertThat(err.toString()).hasLineCount(1);
    }

    @Test
    void aStopOfTheServerEndsTheCommandWhichSaysSo(@TempDir Path directory) throws Exception {
        var _ = startOwn(directory);
        StringWriter err = new StringWriter();
        CompletableFuture<Integer> tail = start(new StringWriter(), err);
        await().until(() -> err.toString().contains("following"));
        weir.close();
        assertThat(tail.get(60, TimeUnit.SECONDS)).isEqualTo(2);
        assertThat(err.toString())
                // whichever is first, the end of what is told or that of the connection
                .containsAnyOf("weir: Weir has ended what it was telling", "weir: the connection to Weir broke")
                .hasLineCount(2);
    }

    @Test
    void whatIsWrongIsOneLineThatNamesTheOption() throws Exception {
        refused(tail("no-such"), "weir: 404: there is no stream no-such (STREAM)");
        refused(tail("collect", "--entity", "a"), "(--entity)");
        refused(WeirCommandLine.run("tail", "x", "--url", weir.url(), "--token", "other"), "give it with --token");
        refused(
                WeirCommandLine.run("tail", "x", "--url", "http://127.0.0.1:" + FreePort.on("127.0.0.1")),
                "--url says where it is");
        assertThat(tail("link-clicks", "--limit", "0").err()).startsWith("--limit must be at least 1, is 0");
    }

    private static void refused(Outcome outcome, String said) {
        assertThat(outcome.err()).contains(said).hasLineCount(1);
        assertThat(outcome.exitCode()).isEqualTo(2);
    }
}
