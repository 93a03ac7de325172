package io.weir.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.settings.DashboardSettings;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.SinkQueueWithCancel;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** The feed of the dashboard: who gets it, what a slow reader gets, and when it ends. */
class LiveFeedTest {
    private static final ActorSystem<Void> SYSTEM = ActorSystem.create(Behaviors.empty(), "feed");
    private static final Duration SHORT = Duration.ofMillis(5);

    private final AtomicInteger taken = new AtomicInteger();
    private final LiveFeed feed =
            new LiveFeed(() -> "{\"n\":" + taken.incrementAndGet() + "}", new DashboardSettings(2, SHORT, SHORT));

    @AfterAll
    static void stop() {
        SYSTEM.terminate();
    }

    private SinkQueueWithCancel<ByteString> listener() {
        Source<ByteString, NotUsed> events = Objects.requireNonNull(feed.listen());
        return events.runWith(Sink.<ByteString>queue().addAttributes(Attributes.inputBuffer(1, 1)), SYSTEM);
    }

    private static int next(SinkQueueWithCancel<ByteString> listener) {
        String event =
                listener.pull().toCompletableFuture().join().orElseThrow().utf8String();
        assertThat(event).matches("data: \\{\"n\":\\d+}\n\n");
        return Integer.parseInt(event.replaceAll("\\D", ""));
    }

    @Test
    void oneListenerTooManyIsRefusedUntilAnotherGoes() {
        SinkQueueWithCancel<ByteString> first = listener();
        SinkQueueWithCancel<ByteString> second = listener();
        next(first);
        next(second);
        assertThat(feed.listen()).isNull();
        first.cancel();
        await().untilAsserted(() -> assertThat(feed.listen()).isNotNull());
        second.cancel();
    }

    @Test
    void oneThatWasNeverReadTakesNoPlace() {
        for (int i = 0; i < 10; i++) {
            assertThat(feed.listen()).isNotNull();
        }
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

    @Test
    void aCloseEndsThoseThatListenAndThoseThatCome() {
        SinkQueueWithCancel<ByteString> listener = listener();
        next(listener);
        feed.close();
        await().until(() -> listener.pull().toCompletableFuture().join().isEmpty());
        assertThat(listener().pull().toCompletableFuture().join()).isEmpty();
    }
}
