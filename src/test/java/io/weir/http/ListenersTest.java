package io.weir.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.SharedKillSwitch;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.SinkQueueWithCancel;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who is told something for as long as it listens: how many at once, and until when. */
class ListenersTest {
    private static final int MAX = 2;

    private final ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "listeners");
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final SharedKillSwitch stop = Listeners.untilStop(system);
    private final Listeners listeners = new Listeners(Listeners.Kind.PAGES, MAX, TestServer.settings(10), stop, meters);

    @AfterEach
    void terminate() {
        system.terminate();
    }

    private static Source<ByteString, ?> ticks() {
        return Source.tick(Duration.ZERO, Duration.ofMillis(5), ByteString.fromString("tick"));
    }

    private SinkQueueWithCancel<ByteString> listen(Supplier<Source<ByteString, ?>> told) {
        HttpResponse answer = listeners.answer(told);
        assertThat(answer.status().intValue()).isEqualTo(200);
        return answer.entity().getDataBytes().runWith(Sink.<ByteString>queue(), system);
    }

    private static boolean isTold(SinkQueueWithCancel<ByteString> listener) {
        return listener.pull().toCompletableFuture().join().isPresent();
    }

    private double count() {
        return meters.get("weir.dashboard.listeners").gauge().value();
    }

    @Test
    void oneTooManyIsRefusedAndCountedUntilAnotherGoes() {
        SinkQueueWithCancel<ByteString> first = listen(ListenersTest::ticks);
        SinkQueueWithCancel<ByteString> second = listen(ListenersTest::ticks);
        assertThat(isTold(first) && isTold(second)).isTrue();
        assertThat(count()).isEqualTo(MAX);

        HttpResponse refused = listeners.answer(ListenersTest::ticks);

        assertThat(refused.status().intValue()).isEqualTo(503);
        assertThat(refused.getHeader("Retry-After")).isPresent();
        assertThat(meters.get("weir.dashboard.refused").counter().count()).isEqualTo(1);
        first.cancel();
        await().untilAsserted(() -> assertThat(count()).isEqualTo(1));
        assertThat(isTold(listen(ListenersTest::ticks))).isTrue();
    }

    /** As the answer to HEAD. */
    @Test
    void oneThatWasNeverReadTakesNoPlace() {
        for (int i = 0; i < 10; i++) {
            assertThat(listeners.answer(ListenersTest::ticks).status().intValue())
                    .isEqualTo(200);
        }
        assertThat(count()).isZero();
    }

    @Test
    void ofThoseThatBeginAtOnceOnlySoManyAreTold() {
        HttpResponse[] answers = new HttpResponse[MAX + 1];
        for (int i = 0; i < answers.length; i++) {
            answers[i] = listeners.answer(ListenersTest::ticks);
        }
        int told = 0;
        for (HttpResponse answer : answers) {
            told += isTold(answer.entity().getDataBytes().runWith(Sink.<ByteString>queue(), system)) ? 1 : 0;
        }
        assertThat(told).isEqualTo(MAX);
        assertThat(meters.get("weir.dashboard.refused").counter().count()).isEqualTo(1);
    }

    @Test
    void oneThatCanNotBeToldTakesNoPlace() {
        SinkQueueWithCancel<ByteString> listener = listen(() -> {
            throw new IllegalStateException("no connection");
        });
        assertThatThrownBy(() -> isTold(listener)).hasRootCauseMessage("no connection");
        assertThat(count()).isZero();
    }

    @Test
    void aStopEndsThoseThatListenAndThoseThatCome() {
        SinkQueueWithCancel<ByteString> listener = listen(ListenersTest::ticks);
        assertThat(isTold(listener)).isTrue();
        stop.shutdown();
        await().until(() -> !isTold(listener));
        assertThat(isTold(listen(ListenersTest::ticks))).isFalse();
        // who listened hears of the end before it is counted
        await().untilAsserted(() -> assertThat(count()).isZero());
    }
}
