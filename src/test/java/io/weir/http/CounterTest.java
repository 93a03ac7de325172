package io.weir.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.event.Partitioner;
import io.weir.live.LiveCounts;
import io.weir.live.PartitionQuery;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CounterTest {
    private static final Instant AS_OF = Instant.parse("2026-03-01T10:00:00.123456Z");

    private final TestServer server = new TestServer();
    private final List<Object> asked = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aCountIsCommittedPlusPending() throws Exception {
        answer(new LiveCounts.Found(row(40L, 1_772_359_200_000_000L), row(2L, 1_772_359_200_000_001L), AS_OF));

        HttpResponse<String> response = server.send("GET", "/api/v1/counters/clicks/abc");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body())
                .isEqualTo("{\"stream\":\"clicks\",\"entity\":\"abc\",\"asOf\":\"2026-03-01T10:00:00.123456Z\","
                        + "\"counters\":{\"links\":{"
                        + "\"clicks\":{\"committed\":40,\"pending\":2,\"total\":42},"
                        + "\"last_clicked\":{\"committed\":\"2026-03-01T10:00:00Z\","
                        + "\"pending\":\"2026-03-01T10:00:00.000001Z\",\"total\":\"2026-03-01T10:00:00.000001Z\"}}}}");
    }

    @Test
    void whatIsNowhereIsZeroForSumsAndNullForTheOthers() throws Exception {
        answer(new LiveCounts.Found(row(null, null), row(null, null), AS_OF));

        assertThat(server.send("GET", "/api/v1/counters/clicks/abc").body())
                .contains("\"clicks\":{\"committed\":0,\"pending\":0,\"total\":0}")
                .contains("\"last_clicked\":{\"committed\":null,\"pending\":null,\"total\":null}");
    }

    @ParameterizedTest
    @CsvSource({
        "%2Findex.html, /index.html",
        "/index.html, /index.html",
        "a/b/c, a/b/c",
        "a%20b+c, 'a b+c'",
        "caf%C3%A9, café",
        "100%25, 100%",
        "a%3Fb, a?b"
    })
    void anEntityMayHoldAnything(String path, String entity) throws Exception {
        answer(new LiveCounts.Found(row(1L, null), row(null, null), AS_OF));

        assertThat(server.send("GET", "/api/v1/counters/clicks/" + path).statusCode())
                .isEqualTo(200);
        assertThat(asked).containsExactly(entity);
    }

    @Test
    void aSumBeyondSixtyFourBitsIsAnsweredExactly() throws Exception {
        answer(new LiveCounts.Found(row(Long.MAX_VALUE - 1, null), row(1_000_000_000_000L, null), Instant.EPOCH));

        HttpResponse<String> response = server.send("GET", "/api/v1/counters/clicks/abc");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body())
                .contains("{\"committed\":9223372036854775806,\"pending\":1000000000000,"
                        + "\"total\":9223373036854775806}");
    }

    @Test
    void theEntitysOwnPartitionIsAsked() throws Exception {
        int other = 1 - Partitioner.partitionOf(Streams.clicks(), "abc", null);
        server.partitions.register("clicks", other, server.testKit.spawn(Behaviors.ignore()));

        assertThat(server.send("GET", "/api/v1/counters/clicks/abc").body()).contains("is not running");
    }

    @ParameterizedTest
    @CsvSource({"nowhere", "views"})
    void aStreamThatDoesNotExistOrCountsNothingIs404(String stream) throws Exception {
        HttpResponse<String> response = server.send("GET", "/api/v1/counters/" + stream + "/abc");

        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(response.body()).contains("no stream " + stream);
    }

    @Test
    void anEntityOfTheWrongTypeIs400() throws Exception {
        HttpResponse<String> response = server.send("GET", "/api/v1/counters/numbers/abc");

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("\"field\":\"number\"");
    }

    @Test
    void aDatabaseThatIsAwayIs503WithRetryAfter() throws Exception {
        answer(new LiveCounts.Unavailable("the database is away"));

        assertUnavailable("the database is away");
    }

    @Test
    void aPartitionWithoutAnAnswerIs503WithRetryAfter() throws Exception {
        for (int partition = 0; partition < 2; partition++) {
            server.partitions.register("clicks", partition, server.testKit.spawn(Behaviors.ignore()));
        }

        assertUnavailable("no answer within 300 ms");
    }

    private void assertUnavailable(String detail) throws Exception {
        HttpResponse<String> response = server.send("GET", "/api/v1/counters/clicks/abc");
        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.headers().firstValue("Retry-After")).contains("2");
        assertThat(response.body()).contains(detail);
    }

    private void answer(LiveCounts counts) {
        for (int partition = 0; partition < 2; partition++) {
            server.partitions.register(
                    "clicks", partition, server.testKit.<PartitionQuery>spawn(Behaviors.receiveMessage(query -> {
                        if (query instanceof PartitionQuery.ReadCounts(Object entity, var _, var replyTo)) {
                            asked.add(entity);
                            replyTo.tell(counts);
                        }
                        return Behaviors.same();
                    })));
        }
    }

    private static @Nullable Object[][] row(@Nullable Object clicks, @Nullable Object lastClicked) {
        return new @Nullable Object[][] {{clicks, lastClicked}};
    }
}
