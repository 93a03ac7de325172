package io.weir.pipeline;

import static io.weir.pipeline.PipelineFixture.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.event.EntryId;
import io.weir.live.LiveCounts;
import io.weir.live.PartitionQuery;
import io.weir.settings.Configuration;
import io.weir.store.CommitOutcome;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.pekko.actor.Kill;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PartitionSupervisorTest {
    private static final ActorTestKit TESTKIT =
            ActorTestKit.create(ManualTime.config().withFallback(Configuration.load(Path.of("no-such-file"))));
    private static final ManualTime TIME = ManualTime.get(TESTKIT.system());
    private static final Duration BACKOFF = Duration.ofSeconds(6);

    private final StubStore store = new StubStore();
    private final StubLog log = new StubLog();
    private final PartitionContext partition = PipelineFixture.context(PipelineFixture.clicks(), log, store);
    private final TestProbe<LiveCounts> reader = TESTKIT.createTestProbe(LiveCounts.class);

    @AfterAll
    static void stop() {
        TESTKIT.shutdownTestKit();
    }

    @Test
    void afterAFailureEverythingStartsAnewAtTheCursor() {
        TESTKIT.spawn(PartitionSupervisor.create(partition));
        log.put(entry(1, "a"));
        await().until(() -> partition.status().uncommittedEvents() == 1);
        log.breakConnection();
        awaitEpochAfterBackoff(2);
        awaitSumOfOne("a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"flusher-1", "consumer-1", "consumer-1/*"})
    void anActorThatDiesInMidWindowTakesTheOthersDownAndNothingIsCountedTwice(String victim) {
        ActorRef<PartitionSupervisor.Command> supervisor = TESTKIT.spawn(PartitionSupervisor.create(partition));
        log.put(entry(1, "a", "b"));
        await().until(() -> partition.status().uncommittedEvents() == 2);

        Adapter.toClassic(TESTKIT.system())
                .actorSelection(supervisor.path().toStringWithoutAddress() + "/" + victim)
                .tell(Kill.getInstance(), org.apache.pekko.actor.ActorRef.noSender());

        awaitEpochAfterBackoff(2);
        awaitSumOfOne("a");
        awaitSumOfOne("b");
    }

    @Test
    void aQuestionAskedDuringTheBackoffIsAnsweredAfterIt() {
        ActorRef<PartitionSupervisor.Command> supervisor = TESTKIT.spawn(PartitionSupervisor.create(partition));
        await().until(() -> log.reads() > 0);
        log.breakConnection();
        await().until(() -> partition.status().isInTrouble());
        supervisor.tell(new PartitionSupervisor.Query(new PartitionQuery.ReadCounts("a", EntryId.ZERO, reader.ref())));
        awaitEpochAfterBackoff(2);

        reader.expectMessageClass(LiveCounts.Found.class);
    }

    @Test
    void aPartitionThatNeedsAPersonStopsSaysWhyAndLooksAgain() {
        store.ordered.add(new CommitOutcome.Stopped("table links is missing", "42P01"));
        ActorRef<PartitionSupervisor.Command> supervisor = TESTKIT.spawn(PartitionSupervisor.create(partition));
        log.put(entry(1, "a"));
        await().until(() -> partition.status().uncommittedEvents() == 1);
        TIME.timePasses(PipelineFixture.MAX_DELAY);
        await().untilAsserted(
                        () -> assertThat(partition.status().stoppedReason()).contains("links is missing"));

        supervisor.tell(new PartitionSupervisor.Query(new PartitionQuery.ReadCounts("a", EntryId.ZERO, reader.ref())));
        assertThat(reader.expectMessageClass(LiveCounts.Unavailable.class).reason())
                .contains("links is missing");
        TestProbe<PartitionSupervisor.Drained> drained = TESTKIT.createTestProbe(PartitionSupervisor.Drained.class);
        supervisor.tell(new PartitionSupervisor.Drain(drained.ref()));
        assertThat(drained.expectMessageClass(PartitionSupervisor.Drained.class).complete())
                .isFalse();

        TIME.timePasses(partition.settings().stoppedRetry());
        awaitEpochAfterBackoff(2);
        assertThat(partition.status().stoppedReason()).isNull();
        awaitSumOfOne("a");
    }

    private void awaitSumOfOne(String link) {
        await().untilAsserted(() -> {
            TIME.timePasses(PipelineFixture.MAX_DELAY);
            assertThat(store.sum(link)).isEqualTo(1);
        });
    }

    private void awaitEpochAfterBackoff(long epoch) {
        await().until(() -> {
            TIME.timePasses(BACKOFF);
            return store.epoch() >= epoch;
        });
    }
}
