package io.weir.pipeline;

import static io.weir.pipeline.PipelineFixture.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.weir.definition.StreamDefinition;
import io.weir.event.EntityDelta;
import io.weir.event.EntryId;
import io.weir.event.Event;
import io.weir.settings.Configuration;
import io.weir.store.CommitOutcome;
import java.nio.file.Path;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FlusherTest {
    private static final ActorTestKit TESTKIT = ActorTestKit.create(Configuration.load(Path.of("no-such-file")));
    private static final Executor JDBC = Executors.newVirtualThreadPerTaskExecutor();

    private final StreamDefinition definition = PipelineFixture.clicks();
    private final StubStore store = new StubStore();
    private final PartitionContext partition = PipelineFixture.context(definition, new StubLog(), store);
    private final TestProbe<StreamConsumer.Command> consumer = TESTKIT.createTestProbe(StreamConsumer.Command.class);
    private final TestProbe<Trouble> supervisor = TESTKIT.createTestProbe(Trouble.class);
    private ActorRef<Flusher.Command> flusher;
    private EntryId last = EntryId.ZERO;

    @BeforeEach
    void start() {
        store.start("test");
        flusher = TESTKIT.spawn(Flusher.create(partition, JDBC, supervisor.ref()));
    }

    @AfterAll
    static void stop() {
        TESTKIT.shutdownTestKit();
    }

    @Test
    void aWindowIsWrittenOnceEveryDeltaIsThere() {
        OpenWindow window = window(0, "a", "b");
        send(window, 2);
        delta(window, "a");
        consumer.expectNoMessage();
        delta(window, "b");

        assertThat(flushed().window()).isSameAs(window);
        assertThat(store.sum("a")).isEqualTo(1);
        assertThat(store.sum("b")).isEqualTo(1);
    }

    @Test
    void windowsAreWrittenInOrderWhicheverIsCompleteFirst() {
        OpenWindow first = window(0, "a");
        OpenWindow second = window(1, "a");
        send(first, 1);
        send(second, 1);
        delta(second, "a");
        consumer.expectNoMessage();
        delta(first, "a");

        assertThat(flushed().window()).isSameAs(first);
        assertThat(flushed().window()).isSameAs(second);
        assertThat(store.sum("a")).isEqualTo(2);
    }

    @Test
    void aWindowThatCanBeTriedAgainIs() {
        store.ordered.add(new CommitOutcome.RetryLater("deadlock", "40P01", false));
        store.ordered.add(new CommitOutcome.RetryLater("gone", "08006", true));
        OpenWindow window = window(0, "a");
        send(window, 1);
        delta(window, "a");

        assertThat(flushed().outcome().applied()).isEqualTo(1);
        assertThat(store.sum("a")).isEqualTo(1);
    }

    @Test
    void aFencedOrUnknownWindowEndsTheIncarnation() {
        store.ordered.add(new CommitOutcome.Fenced("epoch 9"));
        OpenWindow window = window(0, "a");
        send(window, 1);
        delta(window, "a");

        assertThat(supervisor.expectMessageClass(Trouble.Restart.class).reason())
                .contains("fenced: epoch 9");
        consumer.expectNoMessage();
    }

    @Test
    void aWindowThatNoRetryCanHelpAsksForAPerson() {
        store.ordered.add(new CommitOutcome.Stopped("no such table: links", "42P01"));
        OpenWindow window = window(0, "a");
        send(window, 1);
        delta(window, "a");

        assertThat(supervisor.expectMessageClass(Trouble.NeedsHelp.class).reason())
                .contains("no such table: links");
    }

    private OpenWindow window(long number, String... links) {
        OpenWindow window = new OpenWindow(number, last, 0, definition, partition.eventReader());
        window.add(entry(10 * (number + 1), links));
        last = window.to();
        return window;
    }

    private void send(OpenWindow window, int entities) {
        flusher.tell(new Flusher.Window(window, entities, store.epoch(), consumer.ref()));
    }

    private void delta(OpenWindow window, String link) {
        EntityDelta delta = new EntityDelta(definition.counters(), link);
        for (Event event : window.events()) {
            if (link.equals(event.entity(definition))) {
                delta.add(event);
            }
        }
        flusher.tell(new Flusher.Delta(window.number(), delta));
    }

    private StreamConsumer.WindowFlushed flushed() {
        return consumer.expectMessageClass(StreamConsumer.WindowFlushed.class);
    }
}
