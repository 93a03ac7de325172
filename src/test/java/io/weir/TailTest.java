package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import io.lettuce.core.ScriptOutputType;
import io.weir.embedded.EmbeddedRedisServer;
import io.weir.event.EntryId;
import io.weir.testkit.RedisForTests;
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
import java.util.regex.Matcher;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Events as they are accepted, as a route and as {@code weir tail} tell them, of a whole server. */
@Timeout(180)
class TailTest extends OfTailServer {
    private final HttpClient client = HttpClient.newHttpClient();

    @AfterEach
    void stopListening() {
        client.shutdownNow();
    }

    private HttpResponse<Stream<String>> listen(String path) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create(weir.url() + "/api/admin/streams/" + path))
                        .header("Authorization", "Bearer " + TailServer.TOKEN)
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
                Matcher event = TailServer.TOLD.matcher(next(told));
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
    void eventsOfAllNodesAreToldOnceWhicheverIsAskedAndWhereverThePartitionsMove(@TempDir Path directory)
            throws Exception {
        TailServer own = startOwn(directory);
        Set<String> expected = new TreeSet<>();
        Set<String> told = new TreeSet<>();
        try (Stream<String> lines = listen("link-clicks/tail").body()) {
            Iterator<String> events = follow(lines);
            try (RunningWeir other = RunningWeir.start(
                    Path.of("."),
                    own.redis().url(),
                    own.database().url(),
                    Map.of("weir.cluster.seed-nodes", List.of(weir.server().clusterAddress())))) {
                await().until(() -> !other.server().runningPartitions().isEmpty());
                for (int i = 0; i < 10; i++) {
                    String body = "{\"linkId\":\"other" + i + "\"}";
                    assertThat(other.post("/api/v1/clicks", RunningWeir.JSON, body)
                                    .statusCode())
                            .isEqualTo(202);
                    click("own" + i);
                    expected.addAll(List.of("other" + i, "own" + i));
                }
            }
            click("last");
            for (String line = next(events); !line.contains("\"last\""); line = next(events)) {
                Matcher event = TailServer.TOLD.matcher(line);
                assertThat(event.matches()).as(line).isTrue();
                assertThat(told.add(event.group(5))).as(line).isTrue();
            }
        }
        assertThat(told).isEqualTo(expected);
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
                                    "Bearer " + TailServer.TOKEN)
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
        weir.send("HEAD", "/api/admin/streams/link-clicks/tail", "", "Authorization", "Bearer " + TailServer.TOKEN);
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
}
