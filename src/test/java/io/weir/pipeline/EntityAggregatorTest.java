package io.weir.pipeline;

import static io.weir.pipeline.PipelineFixture.event;
import static io.weir.pipeline.PipelineFixture.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.definition.StreamDefinition;
import io.weir.event.EntityDelta;
import io.weir.live.LiveCounts;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EntityAggregatorTest {
    private static final ActorTestKit TESTKIT = ActorTestKit.create(ManualTime.config());

    private final StreamDefinition definition = PipelineFixture.clicks();
    private final StubStore store = new StubStore();
    private final TestProbe<Flusher.Command> flusher = TESTKIT.createTestProbe(Flusher.Command.class);
    private final TestProbe<LiveCounts> reader = TESTKIT.createTestProbe(LiveCounts.class);
    private ActorRef<EntityAggregator.Command> aggregator;

    @BeforeEach
    void start() {
        aggregator = TESTKIT.spawn(EntityAggregator.create(definition, "a", store, Runnable::run));
    }

    @AfterAll
    static void stop() {
        TESTKIT.shutdownTestKit();
    }

    @Test
    void aBarrierIsAnsweredWithTheWindowsOwnDelta() {
        share(0, 3);
        share(0, 4);
        barrier(0);
        share(1, 5);
        barrier(1);

        assertThat(nextDelta().delta().value(0, 0)).isEqualTo(7L);
        Flusher.Delta second = nextDelta();
        assertThat(second.window()).isEqualTo(1);
        assertThat(second.delta().value(0, 0)).isEqualTo(5L);
        assertThat(second.delta().events()).isEqualTo(1);
    }

    @Test
    void aCountIsWhatIsCommittedPlusWhatIsNot() {
        share(0, 3);
        barrier(0);
        share(1, 5);

        assertCounts(null, 8L);

        aggregator.tell(new EntityAggregator.WindowCommitted(0, totals(103L)));
        assertCounts(103L, 5L);

        barrier(1);
        aggregator.tell(new EntityAggregator.WindowCommitted(1, totals(108L)));
        assertCounts(108L, null);
    }

    @Test
    void aWindowThatTheDatabaseHoldsButNobodyAnnouncedIsNotCountedTwice() {
        share(0, 3);
        barrier(0);
        // the commit has happened, its announcement is still on the way
        store.apply("a", 3, id(10));

        assertCounts(3L, null);

        aggregator.tell(new EntityAggregator.WindowCommitted(0, totals(3L)));
        assertCounts(3L, null);
    }

    @Test
    void aWindowThatWroteNothingOfItLeavesWhatWasCommitted() {
        share(0, 3);
        barrier(0);
        aggregator.tell(new EntityAggregator.WindowCommitted(0, totals(103L)));
        share(1, 5);
        share(2, 7);
        // every event of window 1 was a duplicate
        aggregator.tell(new EntityAggregator.WindowCommitted(1, null));

        assertCounts(103L, 7L);
    }

    @Test
    void aWindowThatWroteNothingIsAnnouncedAfterTheDatabaseWasAsked() {
        share(0, 3);
        share(1, 5);
        store.apply("a", 0, id(10));
        store.apply("a", 5, id(20));
        assertCounts(5L, null);

        aggregator.tell(new EntityAggregator.WindowCommitted(0, null));
        assertCounts(5L, null);
    }

    @Test
    void whatTakesOverKnowsNothingOfTheEntityBefore() {
        store.apply("b", 40, id(5));
        share(0, 3);
        barrier(0);
        aggregator.tell(new EntityAggregator.WindowCommitted(0, totals(3L)));
        aggregator.tell(new EntityAggregator.TakeOver("b"));
        share(7, 5);
        barrier(7);

        assertThat(nextDelta().delta().entity()).isEqualTo("a");
        EntityDelta delta = nextDelta().delta();
        assertThat(delta.entity()).isEqualTo("b");
        assertThat(delta.value(0, 0)).isEqualTo(5L);
        assertCounts(40L, 5L);
    }

    @Test
    void whoAskedBeforeATakeoverIsToldOfTheEntityBefore() {
        store.apply("a", 3, id(5));
        store.apply("b", 40, id(6));
        Queue<Runnable> database = new ConcurrentLinkedQueue<>();
        aggregator = TESTKIT.spawn(EntityAggregator.create(definition, "a", store, database::add));
        aggregator.tell(new EntityAggregator.ReadCounts(reader.ref()));
        await().until(() -> database.size() == 1);
        aggregator.tell(new EntityAggregator.TakeOver("b"));
        TestProbe<LiveCounts> second = TESTKIT.createTestProbe(LiveCounts.class);
        aggregator.tell(new EntityAggregator.ReadCounts(second.ref()));
        await().until(() -> database.size() == 3);
        // the question of before, which is nobody's any more, and then one for each who asked
        for (Runnable question = database.poll(); question != null; question = database.poll()) {
            question.run();
        }

        assertThat(reader.expectMessageClass(LiveCounts.Found.class).committed()[0][0])
                .isEqualTo(3L);
        assertThat(second.expectMessageClass(LiveCounts.Found.class).committed()[0][0])
                .isEqualTo(40L);
        reader.expectNoMessage();
        second.expectNoMessage();
    }

    private void share(long window, long count) {
        aggregator.tell(new EntityAggregator.Share(window, List.of(event(definition, 1, "a", count))));
    }

    private void barrier(long window) {
        aggregator.tell(new EntityAggregator.Barrier(window, flusher.ref()));
    }

    private Flusher.Delta nextDelta() {
        return flusher.expectMessageClass(Flusher.Delta.class);
    }

    private void assertCounts(@Nullable Long committed, @Nullable Long pending) {
        aggregator.tell(new EntityAggregator.ReadCounts(reader.ref()));
        LiveCounts.Found found = reader.expectMessageClass(LiveCounts.Found.class);
        assertThat(found.committed()[0][0]).isEqualTo(committed);
        assertThat(found.pending()[0][0]).isEqualTo(pending);
    }

    private static @Nullable Object[][] totals(long clicks) {
        return new @Nullable Object[][] {{clicks}};
    }
}
