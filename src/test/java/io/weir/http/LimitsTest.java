package io.weir.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.event.EntryId;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LimitsTest {
    private static final String EVENTS = "/api/v1/streams/clicks/events";
    private static final String HEAD = "POST " + EVENTS + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";

    private TestServer server = new TestServer();

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aBodyOfExactlyTheLimitIsTaken() throws Exception {
        assertThat(server.post(EVENTS, "application/json", "{" + " ".repeat(1_999))
                        .statusCode())
                .isEqualTo(202);
    }

    @Test
    void aBodyBeyondTheLimitIs413() throws Exception {
        HttpResponse<String> response = server.post(EVENTS, "application/json", "{" + " ".repeat(2_000));

        assertThat(response.statusCode()).isEqualTo(413);
        assertThat(response.body()).contains("body-too-large").contains("2000 bytes");
        assertThat(server.refused("clicks", RefusalReason.BODY_TOO_LARGE)).isEqualTo(1);
    }

    @Test
    void aBodyFarBeyondTheLimitIs413WithoutBeingRead() throws Exception {
        String answer = RawHttp.exchange(server, HEAD + "Content-Length: 1000000000\r\n\r\n{");

        assertThat(answer).startsWith("HTTP/1.1 413 ").contains("body-too-large");
    }

    @Test
    void aChunkedBodyBeyondTheLimitIs413() throws Exception {
        String chunk = "400\r\n" + " ".repeat(0x400) + "\r\n";
        String answer = RawHttp.exchange(server, HEAD + "Transfer-Encoding: chunked\r\n\r\n" + chunk.repeat(4));

        assertThat(answer).startsWith("HTTP/1.1 413 ").contains("body-too-large");
    }

    @Test
    void aChunkedBodyWithinTheLimitIsTaken() throws Exception {
        String answer = RawHttp.exchange(
                server, HEAD + "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 202 ");
    }

    @Test
    void aBodyThatDripsIs408AndTheConnectionIsClosed() throws Exception {
        try (Socket socket = server.connect()) {
            RawHttp.send(socket, HEAD + "Content-Length: 1000\r\n\r\n{");
            AtomicBoolean stopped = new AtomicBoolean();
            Thread dripper = Thread.ofVirtual().start(() -> {
                try {
                    while (!stopped.get()) {
                        RawHttp.send(socket, " ");
                        Thread.sleep(20);
                    }
                } catch (Exception closed) {
                    // what the test is for
                }
            });
            String answer = RawHttp.readAll(socket);
            stopped.set(true);
            dripper.join();

            assertThat(answer).startsWith("HTTP/1.1 408 ").contains("urn:weir:problem:timeout");
            assertThat(server.refused("clicks", RefusalReason.TIMEOUT)).isEqualTo(1);
        }
    }

    @Test
    void aBodyThatStopsComingIs408() throws Exception {
        assertThat(RawHttp.exchange(server, HEAD + "Content-Length: 1000\r\n\r\n{"))
                .startsWith("HTTP/1.1 408 ");
    }

    @Test
    void aClientThatGoesAwayInItsBodyLeavesNothingBehind() throws Exception {
        try (Socket socket = server.connect()) {
            RawHttp.send(socket, HEAD + "Content-Length: 1000\r\n\r\n{");
        }
        await().untilAsserted(() -> assertThat(
                        server.metrics.get("weir.http.concurrent").gauge().value())
                .isZero());
        assertThat(server.log.appends).isEmpty();
    }

    @Test
    void pipelinedRequestsAreAnsweredInTheirOrder() throws Exception {
        CompletableFuture<EntryId> slow = new CompletableFuture<>();
        server.log.answers = partition -> partition == 1 ? slow : CompletableFuture.completedFuture(EntryId.ZERO);
        try (Socket socket = server.connect()) {
            String ndjson = HEAD.replace("application/json", "application/x-ndjson");
            RawHttp.send(
                    socket,
                    ndjson + "Content-Length: 2\r\n\r\np1" + ndjson + "Content-Length: 3\r\n\r\na\nb" + ndjson
                            + "Connection: close\r\nContent-Length: 5\r\n\r\na\nb\nc");
            await().until(() -> server.log.appends.size() == 3);
            slow.complete(EntryId.ZERO);

            assertThat(RawHttp.readAll(socket).split("\\{\"accepted\":", -1))
                    .hasSize(4)
                    .satisfies(parts -> assertThat(parts[1]).startsWith("1}"))
                    .satisfies(parts -> assertThat(parts[2]).startsWith("2}"))
                    .satisfies(parts -> assertThat(parts[3]).startsWith("3}"));
        }
    }

    @Test
    void aConnectionBeyondTheLimitWaitsUntilAnotherIsClosed() throws Exception {
        server.close();
        server = new TestServer(TestServer.settings(10, 1));
        String request = HEAD + "Connection: close\r\nContent-Length: 2\r\n\r\n{}";
        try (Socket first = server.connect()) {
            await().untilAsserted(() -> assertThat(
                            server.metrics.get("weir.http.connections").gauge().value())
                    .isEqualTo(1));
            try (Socket second = server.connect()) {
                RawHttp.send(second, request);
                await().during(Duration.ofMillis(300)).until(() -> server.log.appends.isEmpty());
                first.shutdownOutput();
                assertThat(RawHttp.readAll(second)).startsWith("HTTP/1.1 202 ");
            }
        }
    }

    @Test
    void moreRequestsAtOnceThanAllowedAre503UntilThereIsRoomAgain() throws Exception {
        server.close();
        server = new TestServer(TestServer.settings(2));
        CompletableFuture<EntryId> redis = new CompletableFuture<>();
        server.log.answers = partition -> redis;
        CompletableFuture<HttpResponse<String>> first = server.postAsync(EVENTS, "{}");
        CompletableFuture<HttpResponse<String>> second = server.postAsync(EVENTS, "{}");
        await().until(() -> server.log.appends.size() == 2);

        HttpResponse<String> third = server.post(EVENTS, "", "{}");
        assertThat(third.statusCode()).isEqualTo(503);
        assertThat(third.body()).contains("urn:weir:problem:concurrency");
        assertThat(third.headers().firstValue("Retry-After")).contains("2");
        assertThat(server.refused("", RefusalReason.CONCURRENCY)).isEqualTo(1);
        assertThat(server.send("GET", "/health").statusCode()).isEqualTo(200);

        redis.complete(EntryId.ZERO);
        assertThat(first.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(202);
        assertThat(second.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(202);
        assertThat(server.post(EVENTS, "", "{}").statusCode()).isEqualTo(202);
    }

    @Test
    void idleConnectionsMayStayAsLongAsTheLongestRequestTakes() {
        assertThat(ServerConfig.idleTimeout(TestServer.settings(1))).isEqualTo(Duration.ofSeconds(60));
    }
}
