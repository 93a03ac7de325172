package io.weir.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConnectionGuardTest {
    private final AtomicInteger connections = new AtomicInteger();
    private final ActorTestKit testKit = ActorTestKit.create();

    @AfterEach
    void stop() {
        testKit.shutdownTestKit();
    }

    @Test
    void aConnectionWithoutAnotherRequestIsCompletedAfterTheTimeout() throws Exception {
        CompletableFuture<List<HttpRequest>> requests = Source.single(HttpRequest.GET("/"))
                .concat(Source.maybe())
                .via(new ConnectionGuard(Duration.ofMillis(200), connections))
                .toMat(Sink.seq(), Keep.right())
                .run(testKit.system())
                .toCompletableFuture();

        assertThat(requests.get(60, TimeUnit.SECONDS)).hasSize(1);
        await().untilAsserted(() -> assertThat(connections).hasValue(0));
    }

    @Test
    void aConnectionThatKeepsSendingRequestsStays() throws Exception {
        CompletableFuture<List<HttpRequest>> requests = Source.tick(
                        Duration.ZERO, Duration.ofMillis(50), HttpRequest.GET("/"))
                .take(20)
                .via(new ConnectionGuard(Duration.ofMillis(500), connections))
                .toMat(Sink.seq(), Keep.right())
                .run(testKit.system())
                .toCompletableFuture();

        assertThat(requests.get(60, TimeUnit.SECONDS)).hasSize(20);
    }
}
