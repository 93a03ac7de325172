package io.weir.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.SinkQueueWithCancel;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** The feed of the dashboard, and what a slow reader gets of it. */
class LiveFeedTest {
    private static final ActorSystem<Void> SYSTEM = ActorSystem.create(Behaviors.empty(), "feed");
    private static final Duration SHORT = Duration.ofMillis(5);

    private final AtomicInteger taken = new AtomicInteger();
    private final LiveFeed feed =
            new LiveFeed(() -> CompletableFuture.completedFuture("{\"n\":" + taken.incrementAndGet() + "}"), SHORT);

    @AfterAll
    static void stop() {
        SYSTEM.terminate();
    }

    private SinkQueueWithCancel<ByteString> listener() {
        return feed.events().runWith(Sink.<ByteString>queue().addAttributes(Attributes.inputBuffer(1, 1)), SYSTEM);
    }

    private static int next(SinkQueueWithCancel<ByteString> listener) {
        String event =
                listener.pull().toCompletableFuture().join().orElseThrow().utf8String();
        assertThat(event).matches("data: \\{\"n\":\\d+}\n\n");
        return Integer.parseInt(event.replaceAll("\\D", ""));
    }

    @Test
    void aSlowReaderLosesTheOldest() {
        SinkQueueWithCancel<ByteString> slow = listener();
        next(slow);
        int before = taken.get();
        await().until(() -> taken.get() > before + 50);
        int last = 0;
        for (int i = 0; i < 4; i++) {
            last = next(slow);
        }
        assertThat(last).isGreaterThan(before + 40);
        slow.cancel();
    }
}
