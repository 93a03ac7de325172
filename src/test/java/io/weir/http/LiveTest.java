package io.weir.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.live.LiveCounts;
import io.weir.live.PartitionQuery;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Counts that are told as they change, and badges of them. */
class LiveTest {
    private static final String LIVE = "/api/v1/live/clicks/";

    private final TestServer server = new TestServer();
    private final AtomicInteger asked = new AtomicInteger();
    private final Queue<ActorRef<LiveCounts>> waiting = new ConcurrentLinkedQueue<>();
    private volatile LiveCounts counts = found(40L, 2L);
    private volatile boolean isSilent;

    LiveTest() {
        for (int partition = 0; partition < 2; partition++) {
            server.partitions.register(
                    "clicks", partition, server.testKit.<PartitionQuery>spawn(Behaviors.receiveMessage(query -> {
                        if (query instanceof PartitionQuery.ReadCounts(var _, var _, var replyTo)) {
                            asked.incrementAndGet();
                            if (isSilent) {
                                waiting.add(replyTo);
                            } else {
                                replyTo.tell(counts);
                            }
                        }
                        return Behaviors.same();
                    })));
        }
    }

    @AfterEach
    void stop() {
        server.stop.shutdown();
        server.close();
    }

    private static LiveCounts.Found found(@Nullable Object committed, @Nullable Object pending) {
        return new LiveCounts.Found(
                new @Nullable Object[][] {{committed, null}},
                new @Nullable Object[][] {{pending, null}},
                Instant.now());
    }

    private static String next(Iterator<String> lines) {
        String line = lines.next();
        while (line.isEmpty() || line.equals(":")) {
            line = lines.next();
        }
        return line;
    }

    @Test
    void aCountIsToldAtOnceAndAtEachChangeAndNotBetween() throws Exception {
        try (Stream<String> lines = server.lines(LIVE + "a/b")) {
            Iterator<String> events = lines.iterator();

            assertThat(next(events)).startsWith("data: {").contains("\"entity\":\"a/b\"", "\"total\":42");
            await().until(() -> asked.get() > 5);
            counts = found(42L, null);
            assertThat(next(events)).contains("\"committed\":42,\"pending\":0,\"total\":42");
            counts = new LiveCounts.Unavailable("on purpose");
            assertThat(next(events)).isEqualTo("event: unavailable");
            assertThat(next(events)).isEqualTo("data: {\"detail\":\"on purpose\"}");
            counts = found(43L, null);
            assertThat(next(events)).contains("\"total\":43");
        }
    }

    @Test
    void whoHearsNothingNewHearsThatItIsConnected() throws Exception {
        try (Stream<String> lines = server.lines(LIVE + "a")) {
            assertThat(lines.filter(":"::equals).findFirst()).isPresent();
        }
    }

    @Test
    void listenersAreBoundedAndCountedAndComeBackWhenOneGoes() throws Exception {
        try (Stream<String> first = server.lines(LIVE + "a");
                Stream<String> second = server.lines(LIVE + "b")) {
            next(first.iterator());
            next(second.iterator());
            assertThat(gauge()).isEqualTo(2);

            HttpResponse<String> third = server.send("GET", LIVE + "c");

            assertThat(third.statusCode()).isEqualTo(503);
            assertThat(third.headers().firstValue("Retry-After")).isPresent();
            assertThat(server.metrics.get("weir.live.refused").counter().count())
                    .isEqualTo(1);
        }
        await().until(() -> gauge() == 0);
        server.send("HEAD", LIVE + "a");
        assertThat(gauge()).isZero();
    }

    private double gauge() {
        return server.metrics.get("weir.live.listeners").gauge().value();
    }

    @Test
    void aStopEndsWhatWouldGoOnForEver() throws Exception {
        try (Stream<String> lines = server.lines(LIVE + "a")) {
            Iterator<String> events = lines.iterator();
            next(events);
            server.stop.shutdown();
            while (events.hasNext()) {
                assertThat(events.next()).isIn("", ":");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"/api/v1/live/rivers/a, 404", "/api/v1/live/numbers/a, 400", "/badge/numbers/a.svg, 400"})
    void whatCanNotBeCountedIsSaid(String path, int status) throws Exception {
        assertThat(server.send("GET", path).statusCode()).isEqualTo(status);
    }

    @Test
    void badgesAreBoundedAndCountedSoThatTheyKeepNothingElseWaiting() throws Exception {
        isSilent = true;
        CompletableFuture<?> drawn = CompletableFuture.allOf(badge(), badge());
        await().until(() -> waiting.size() == 2);
        assertThat(server.metrics.get("weir.badge.concurrent").gauge().value()).isEqualTo(2);

        HttpResponse<String> third = server.send("GET", "/badge/clicks/c.svg");

        assertThat(third.statusCode()).isEqualTo(503);
        assertThat(third.headers().firstValue("Retry-After")).isPresent();
        assertThat(third.body()).contains("as many badges as this server draws at once");
        assertThat(server.metrics.get("weir.badge.refused").counter().count()).isEqualTo(1);
        isSilent = false;
        assertThat(server.post("/clicks", "application/json", "{}").statusCode())
                .isEqualTo(202);
        waiting.forEach(replyTo -> replyTo.tell(counts));
        drawn.join();
        await().until(() -> server.metrics.get("weir.badge.concurrent").gauge().value() == 0);
    }

    private CompletableFuture<Void> badge() {
        return CompletableFuture.runAsync(() -> {
            try {
                assertThat(server.send("GET", "/badge/clicks/a.svg").statusCode())
                        .isEqualTo(200);
            } catch (Exception failure) {
                throw new AssertionError(failure);
            }
        });
    }

    @Test
    void aBadgeShowsACountWithWhatIsPending() throws Exception {
        counts = found(1_230L, 4L);

        HttpResponse<String> response = server.send("GET", "/badge/clicks/a/b.svg");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("image/svg+xml");
        assertThat(response.headers().firstValue("Cache-Control")).hasValue("public, max-age=10");
        assertThat(response.body()).contains("aria-label=\"clicks: 1,234\"");
        assertThat(server.send("GET", "/badge/clicks/a.svg?measure=links.clicks&label=%3Cb%3E%26%22%01")
                        .body())
                .contains("aria-label=\"&lt;b&gt;&amp;&quot; : 1,234\"")
                .doesNotContain("<b>");
    }

    @Test
    void aBadgeThatIsKnownIsNotSentAgain() throws Exception {
        String tag = server.send("GET", "/badge/clicks/a.svg")
                .headers()
                .firstValue("ETag")
                .orElseThrow();

        assertThat(server.send("GET", "/badge/clicks/a.svg", "If-None-Match", tag)
                        .statusCode())
                .isEqualTo(304);
        counts = found(41L, 2L);
        assertThat(server.send("GET", "/badge/clicks/a.svg", "If-None-Match", tag)
                        .statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "/badge/clicks/a, 404, ends with .svg",
        "/badge/rivers/a.svg, 404, no stream rivers",
        "/badge/views/a.svg, 404, with a sum or a count",
        "/badge/clicks/a.svg?measure=last_clicked, 400, '\"field\":\"measure\"'",
        "/badge/clicks/a.svg?colour=red, 400, '\"field\":\"colour\"'"
    })
    void aBadgeThatThereIsNot(String path, int status, String words) throws Exception {
        HttpResponse<String> response = server.send("GET", path);

        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.body()).contains(words);
    }

    @Test
    void aLabelHasItsLimit() throws Exception {
        assertThat(server.send("GET", "/badge/clicks/a.svg?label=" + "x".repeat(100))
                        .statusCode())
                .isEqualTo(200);
        assertThat(server.send("GET", "/badge/clicks/a.svg?label=" + "x".repeat(101))
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void aBadgeIsAsWideAsWhatStandsInIt() {
        assertThat(BadgeSvg.width("mmmm")).isGreaterThan(BadgeSvg.width("xxxx"));
        assertThat(BadgeSvg.width("xxxx")).isGreaterThan(BadgeSvg.width("iiii"));
        assertThat(BadgeSvg.width("日本")).isEqualTo(22);
        assertThat(BadgeSvg.render("clicks", "7"))
                .startsWith("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\""
                        + (BadgeSvg.width("clicks") + BadgeSvg.width("7") + 24) + "\"");
    }
}
