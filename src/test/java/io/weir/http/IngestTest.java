package io.weir.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.definition.BodyForm;
import io.weir.event.EntryId;
import io.weir.log.AppendFailure;
import io.weir.log.LogItem;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class IngestTest {
    private static final String JSON = "application/json";
    private static final String NDJSON = "application/x-ndjson";
    private static final String EVENTS = "/api/v1/streams/clicks/events";

    private TestServer server;

    @BeforeEach
    void start() {
        server = new TestServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {EVENTS, "/clicks", "/click%73"})
    void anEventIsAcceptedOnEitherPathOfItsStream(String path) throws Exception {
        HttpResponse<String> response = server.post(path, JSON, "{}");

        assertThat(response.statusCode()).isEqualTo(202);
        assertThat(response.body()).isEqualTo("{\"accepted\":1}");
        assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(response.headers().firstValue("Server")).isEmpty();
        assertThat(server.log.appends).hasSize(1);
        assertThat(server.metrics
                        .get("weir.http.accepted")
                        .tag("stream", "clicks")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void eventsAreAppendedOncePerPartition() throws Exception {
        assertThat(server.post(EVENTS, NDJSON, "a\nb p1\nc").body()).isEqualTo("{\"accepted\":3}");

        assertThat(server.log.appends)
                .extracting(StubEventLog.Append::partition)
                .containsExactlyInAnyOrder(0, 1);
        assertThat(server.log.appends)
                .extracting(append -> append.items().size())
                .containsExactlyInAnyOrder(2, 1);
    }

    @Test
    void theAnswerWaitsForTheLog() throws Exception {
        CompletableFuture<EntryId> redis = new CompletableFuture<>();
        server.log.answers = partition -> redis;
        CompletableFuture<HttpResponse<String>> response = server.postAsync(EVENTS, "{}");
        await().until(() -> !server.log.appends.isEmpty());

        assertThat(response).isNotDone();
        redis.complete(new EntryId(1, 1));
        assertThat(response.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(202);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "clicks|application/json|{}|OBJECT",
                "clicks||{}|OBJECT",
                "clicks|application/octet-stream|{}|OBJECT",
                "clicks|application/json; charset=utf-8|  [{}]|ARRAY",
                "clicks|application/cloudevents+json|{}|OBJECT",
                "clicks|application/x-ndjson|{}|NDJSON",
                "clicks|application/jsonl|{}|NDJSON",
                "views|text/plain; charset=us-ascii|- - -|ACCESS_LOG",
                "clicks|text/plain;charset=UTF-8|{}|OBJECT",
                "clicks|text/plain;charset=UTF-8|[{}]|ARRAY",
                "sessions|text/plain|{'events':[]}|ENVELOPE",
                "mixed|text/plain;charset=UTF-8|{'a':1}|OBJECT",
                "mixed|text/plain|{'a':1} - -|ACCESS_LOG",
                "mixed|text/plain|[::1] - -|ACCESS_LOG",
                "mixed|text/plain|'a'|ACCESS_LOG",
                "sessions|application/json|{'a':{'events':1},'events':[]}|ENVELOPE",
                "sessions|application/json|{'a':{'events':1}}|OBJECT",
                "sessions|application/json|{'a':'events'}|OBJECT",
            })
    void theBodysFormFollowsFromContentTypeAndDefinition(String stream, String type, String body, BodyForm form)
            throws Exception {
        HttpResponse<String> response =
                server.post("/api/v1/streams/" + stream + "/events", type == null ? "" : type, body.replace('\'', '"'));

        assertThat(response.statusCode()).isEqualTo(202);
        assertThat(server.decoder.requests.getFirst().form()).isEqualTo(form);
    }

    @ParameterizedTest
    @CsvSource({
        "clicks, text/html, 'application/json, application/x-ndjson, application/jsonl, text/plain'",
        "clicks, application/x-www-form-urlencoded, 'application/json, application/x-ndjson, application/jsonl,"
                + " text/plain'",
        "sessions, application/x-ndjson, 'application/json, text/plain'",
        "views, application/json, text/plain",
        "views, '', text/plain"
    })
    void anotherContentTypeIs415WithWhatIsAccepted(String stream, String type, String accepted) throws Exception {
        HttpResponse<String> response = server.post("/api/v1/streams/" + stream + "/events", type, "{}");

        assertThat(response.statusCode()).isEqualTo(415);
        assertThat(response.body()).contains("it takes " + accepted);
        assertThat(response.headers().firstValue("Accept-Post")).contains(accepted);
        assertThat(server.refused(stream, RefusalReason.UNSUPPORTED_MEDIA_TYPE)).isEqualTo(1);
    }

    @Test
    void aContentEncodingOtherThanGzipIs415UnlessItIsIdentity() throws Exception {
        for (String encoding : List.of("br", "deflate", "gzip, gzip", "zstd")) {
            HttpResponse<String> response = server.post(EVENTS, JSON, "{}", "Content-Encoding", encoding);
            assertProblem(response, 415, "unsupported-media-type");
            assertThat(response.body()).contains("\"field\":\"Content-Encoding\"");
            assertThat(response.headers().firstValue("Accept-Encoding")).contains("gzip, identity");
            assertThat(response.headers().firstValue("Accept-Post")).isEmpty();
        }
        assertThat(server.post(EVENTS, JSON, "{}", "Content-Encoding", "identity")
                        .statusCode())
                .isEqualTo(202);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " \n", "5"})
    void aBodyThatIsNeitherObjectNorArrayIs400(String body) throws Exception {
        assertProblem(server.post(EVENTS, JSON, body), 400, "malformed");
    }

    @Test
    void aJsonFormThatTheStreamDoesNotTakeIs400() throws Exception {
        assertProblem(server.post("/track", JSON, "[{}]"), 400, "malformed");
    }

    @ParameterizedTest
    @CsvSource({
        "MALFORMED, 400, malformed",
        "TOO_DEEP, 400, too-deep",
        "TOO_MANY_EVENTS, 413, too-many-events",
        "EVENT_TOO_LARGE, 413, event-too-large"
    })
    void aBodyThatTheDecoderRefusesIsRefusedWithItsReason(String reason, int status, String type) throws Exception {
        HttpResponse<String> response = server.post(EVENTS, NDJSON, "fine\n" + reason);

        assertProblem(response, status, type);
        assertThat(response.body()).contains("\"index\":1").contains("said the decoder");
        assertThat(server.log.appends).isEmpty();
        assertThat(server.refused("clicks", RefusalReason.valueOf(reason))).isEqualTo(1);
    }

    @Test
    void oneInvalidEventRefusesTheWholeBatchAndQueuesNothing() throws Exception {
        HttpResponse<String> response = server.post(EVENTS, NDJSON, "fine\nbad");

        assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body())
                .isEqualTo("{\"type\":\"urn:weir:problem:invalid-event\",\"title\":\"Invalid event\",\"status\":400,"
                        + "\"detail\":\"is \\\"bad\\\"\",\"index\":1,\"field\":\"linkId\"}");
        assertThat(server.log.appends).isEmpty();
        assertThat(server.refused("clicks", RefusalReason.INVALID_EVENT)).isEqualTo(1);
    }

    @Test
    void invalidEventsBecomeDeadLettersWhereTheRequestAsksForIt() throws Exception {
        HttpResponse<String> response = server.post(EVENTS + "?on-invalid=dead-letter", NDJSON, "fine\nbad\nfine p1");

        assertThat(response.statusCode()).isEqualTo(202);
        assertThat(response.body())
                .isEqualTo("{\"accepted\":2,\"deadLettered\":1,\"invalid\":"
                        + "[{\"index\":1,\"field\":\"linkId\",\"reason\":\"is \\\"bad\\\"\"}]}");
        assertThat(server.log.appends.getFirst().items())
                .extracting(LogItem::kind)
                .containsExactly(LogItem.Kind.EVENT, LogItem.Kind.REFUSED);
        assertThat(server.log.appends.getFirst().partition()).isZero();
    }

    @Test
    void anAnswerDescribesAHundredInvalidEventsAndCountsAll() throws Exception {
        HttpResponse<String> response = server.post(EVENTS + "?on-invalid=dead-letter", NDJSON, "bad\n".repeat(150));

        assertThat(response.body()).startsWith("{\"accepted\":0,\"deadLettered\":150,");
        assertThat(response.body().split("\"index\"", -1)).hasSize(101);
    }

    @ParameterizedTest
    @CsvSource({
        "wait=commited, wait",
        "wait, wait",
        "on-invalid=keep, on-invalid",
        "first-index=-1, first-index",
        "first-index=x, first-index",
        "first-index=1, first-index",
        "frist-index=1, frist-index",
        "wait=committed&wait=committed, wait"
    })
    void anUnknownParameterOrValueIs400AndIsNamed(String query, String name) throws Exception {
        HttpResponse<String> response = server.post(EVENTS + "?" + query, JSON, "{}");

        assertProblem(response, 400, "invalid-parameter");
        assertThat(response.body()).contains("\"field\":\"" + name + "\"");
    }

    @Test
    void theKeyAndTheFirstIndexReachTheDecoder() throws Exception {
        String path = "/api/v1/streams/views/events?first-index=5000&on-invalid=dead-letter";
        assertThat(server.post(path, "text/plain", "x", "Idempotency-Key", "20 characters, well.")
                        .statusCode())
                .isEqualTo(202);

        assertThat(server.decoder.requests.getFirst())
                .extracting("idempotencyKey", "firstIndex", "keepInvalid")
                .containsExactly("20 characters, well.", 5000L, true);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "21 characters, too ma", "caf\u00e9"})
    void aKeyMustBePrintableAndShort(String key) throws Exception {
        String head = "POST /api/v1/streams/views/events HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n"
                + "Content-Length: 1\r\nConnection: close\r\nIdempotency-Key: " + key + "\r\n\r\nx";
        assertThat(RawHttp.exchange(server, head)).startsWith("HTTP/1.1 400 ").contains("problem+json");
        assertThat(server.log.appends).isEmpty();
    }

    @Test
    void aStreamWithoutATableForKeysTakesThemToo() throws Exception {
        HttpResponse<String> response = server.post(EVENTS, JSON, "{}", "Idempotency-Key", "k");

        assertThat(response.statusCode()).isEqualTo(202);
        assertThat(server.decoder.requests.getFirst())
                .extracting("idempotencyKey")
                .isEqualTo("k");
    }

    @ParameterizedTest
    @EnumSource(value = AppendFailure.Reason.class, mode = EnumSource.Mode.EXCLUDE, names = "SEALED")
    void aLogThatDoesNotTakeTheEventsIs503WithRetryAfter(AppendFailure.Reason reason) throws Exception {
        server.log.answers = partition -> CompletableFuture.failedFuture(new AppendFailure(reason, "why"));

        HttpResponse<String> response = server.post(EVENTS, JSON, "{}");

        assertProblem(
                response, 503, reason.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-'));
        assertThat(response.headers().firstValue("Retry-After")).contains("2");
        assertThat(response.body())
                .contains(reason == AppendFailure.Reason.UNKNOWN ? "may have been taken" : "nothing was taken");
        assertThat(server.refused("clicks", RefusalReason.valueOf(reason.name())))
                .isEqualTo(1);
    }

    @Test
    void theOutcomeIsUnknownWhenOnlySomePartitionsTookTheirEvents() throws Exception {
        server.log.answers = partition -> partition == 0
                ? CompletableFuture.completedFuture(new EntryId(1, 1))
                : CompletableFuture.failedFuture(new AppendFailure(AppendFailure.Reason.STREAM_FULL, "full"));

        assertProblem(server.post(EVENTS, NDJSON, "a\nb p1"), 503, "unknown");
    }

    @Test
    void nothingWasTakenWhenEveryPartitionRefused() throws Exception {
        server.log.answers = partition ->
                CompletableFuture.failedFuture(new AppendFailure(AppendFailure.Reason.STREAM_FULL, "full"));

        assertProblem(server.post(EVENTS, NDJSON, "a\nb p1"), 503, "stream-full");
    }

    private static void assertProblem(HttpResponse<String> response, int status, String type) {
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(response.body()).contains("\"type\":\"urn:weir:problem:" + type + "\"", "\"status\":" + status);
    }
}
