package io.weir.pipeline;

import static io.weir.pipeline.PipelineFixture.entry;
import static io.weir.pipeline.PipelineFixture.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.definition.StreamDefinition;
import io.weir.event.EventReader;
import io.weir.settings.Configuration;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AggregatorsTest {
    private static final ActorTestKit TESTKIT = ActorTestKit.create(Configuration.load(Path.of("no-such-file")));
    private static final int MAX_IDLE = 2;

    /** What is done where the consumer would do it. */
    private interface Task {
        void run(Aggregators aggregators, ActorContext<Task> context);
    }

    private final StreamDefinition definition = PipelineFixture.clicks();
    private final PartitionContext partition =
            PipelineFixture.context(definition, new StubLog(), new StubStore(), "max-idle-aggregators", MAX_IDLE);
    private final TestProbe<Flusher.Command> flusher = TESTKIT.createTestProbe(Flusher.Command.class);
    private ActorRef<Task> consumer;

    @BeforeEach
    void start() {
        consumer = TESTKIT.spawn(Behaviors.<Task>setup(context -> {
            Aggregators aggregators = new Aggregators(context, partition, Runnable::run);
            return Behaviors.receiveMessage(task -> {
                task.run(aggregators, context);
                return Behaviors.same();
            });
        }));
    }

    @AfterAll
    static void stop() {
        TESTKIT.shutdownTestKit();
    }

    @Test
    void entitiesThatComeAndGoShareTheirAggregators() throws Exception {
        for (int window = 0; window < 20; window++) {
            OpenWindow closed = closed(window, "a" + window, "b" + window, "b" + window);
            assertThat(deltas(2)).isEqualTo(Map.of("a" + window, 1L, "b" + window, 2L));
            flushed(closed);
        }
        assertThat(running()).isEqualTo(MAX_IDLE);
    }

    @Test
    void oneThatHasUnflushedWindowsIsNeitherTakenOverNorStopped() throws Exception {
        OpenWindow first = closed(0, "a", "b");
        OpenWindow second = closed(1, "c", "a");
        assertThat(running()).isEqualTo(3);
        assertThat(buffered()).isEqualTo(3);
        deltas(4);
        flushed(first);
        assertThat(buffered()).isEqualTo(2);

        tick();
        assertThat(running()).isEqualTo(3);
        OpenWindow third = closed(2, "a", "d");
        // the only idle one, that of b
        assertThat(running()).isEqualTo(3);
        assertThat(has("b")).isFalse();
        assertThat(deltas(2)).isEqualTo(Map.of("a", 1L, "d", 1L));
        flushed(second);
        flushed(third);
        assertThat(buffered()).isZero();
    }

    @Test
    void ofThoseThatAreIdleTheLimitIsKept() throws Exception {
        flushed(closed(0, "a", "b", "c", "d"));
        assertThat(running()).isEqualTo(4);
        tick();
        await().untilAsserted(() -> assertThat(running()).isEqualTo(MAX_IDLE));
        assertThat(has("a")).isFalse();
        assertThat(has("d")).isTrue();
    }

    @Test
    void oneThatIsIdleForLongIsStopped() throws Exception {
        flushed(closed(0, "a"));
        long ticks = partition.settings().aggregatorIdleTimeout().toMillis()
                / partition.settings().trimInterval().toMillis();
        for (int tick = 1; tick < ticks; tick++) {
            tick();
        }
        assertThat(running()).isEqualTo(1);
        tick();
        await().untilAsserted(() -> assertThat(running()).isZero());
    }

    /** A window with one event for each of these. */
    private OpenWindow closed(int number, String... entities) throws Exception {
        OpenWindow window = new OpenWindow(number, id(number), 0, definition, new EventReader(definition));
        window.add(entry(number + 1, entities));
        at(all -> {
            all.sendShares(window);
            all.closed(window, new EntityAggregator.Barrier(number, flusher.ref()));
        });
        return window;
    }

    private void flushed(OpenWindow window) throws Exception {
        at(all -> all.flushed(window, Map.of()));
    }

    private void tick() throws Exception {
        at(Aggregators::tick);
    }

    private Map<Object, Object> deltas(int number) {
        Map<Object, Object> deltas = new TreeMap<>();
        for (int i = 0; i < number; i++) {
            Flusher.Delta delta = flusher.expectMessageClass(Flusher.Delta.class);
            deltas.put(delta.delta().entity(), delta.delta().value(0, 0));
        }
        return deltas;
    }

    private int running() throws Exception {
        return with((all, context) -> List.copyOf(context.getChildren()).size());
    }

    private int buffered() throws Exception {
        return with((all, context) -> all.buffered());
    }

    private boolean has(String entity) throws Exception {
        return with((all, context) -> all.find(entity) != null);
    }

    private void at(Consumer<Aggregators> task) throws Exception {
        with((all, context) -> {
            task.accept(all);
            return true;
        });
    }

    private <T> T with(BiFunction<Aggregators, ActorContext<Task>, T> task) throws Exception {
        CompletableFuture<T> done = new CompletableFuture<>();
        consumer.tell((all, context) -> {
            try {
                done.complete(task.apply(all, context));
            } catch (RuntimeException failure) {
                done.completeExceptionally(failure);
            }
        });
        return done.get(1, TimeUnit.MINUTES);
    }
}
