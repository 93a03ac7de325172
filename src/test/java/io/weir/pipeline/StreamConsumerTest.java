package io.weir.pipeline;

import static io.weir.pipeline.PipelineFixture.MAX_DELAY;
import static io.weir.pipeline.PipelineFixture.MAX_EVENTS;
import static io.weir.pipeline.PipelineFixture.MAX_EVENTS_BEHIND;
import static io.weir.pipeline.PipelineFixture.entry;
import static io.weir.pipeline.PipelineFixture.id;
import static io.weir.pipeline.PipelineFixture.item;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.definition.StreamDefinition;
import io.weir.event.EntryId;
import io.weir.live.LiveCounts;
import io.weir.live.PartitionAnswer;
import io.weir.live.PartitionQuery;
import io.weir.log.LogEntry;
import io.weir.settings.Configuration;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class StreamConsumerTest {
    private static final ActorTestKit TESTKIT =
            ActorTestKit.create(ManualTime.config().withFallback(Configuration.load(Path.of("no-such-file"))));
    private static final ManualTime TIME = ManualTime.get(TESTKIT.system());
    private static final Executor JDBC = Executors.newVirtualThreadPerTaskExecutor();

    private static final Duration READ_PAUSE = Duration.ofMillis(10);

    private final StubStore store = new StubStore();
    private final StubLog log = new StubLog();
    private PartitionContext partition = PipelineFixture.context(PipelineFixture.clicks(), log, store);
    private final TestProbe<Trouble> supervisor = TESTKIT.createTestProbe(Trouble.class);

    @AfterAll
    static void stop() {
        TESTKIT.shutdownTestKit();
    }

    @Test
    void aWindowClosesAtItsNumberOfEvents() {
        start(PipelineFixture.clicks());
        for (int i = 1; i <= MAX_EVENTS; i++) {
            log.put(entry(i, "a"));
        }
        awaitCommits(MAX_EVENTS);
        assertThat(store.sum("a")).isEqualTo(MAX_EVENTS);
    }

    @Test
    void aWindowClosesAtItsDelay() {
        start(PipelineFixture.clicks());
        log.put(entry(1, "a", "b"));
        awaitUncommittedRead(2);
        TIME.expectNoMessageFor(MAX_DELAY.minusMillis(1), supervisor);
        assertThat(store.commits).isEmpty();

        TIME.timePasses(Duration.ofMillis(1));
        awaitCommits(2);
    }

    @Test
    void aWindowHoldsWholeEntriesFromTheCursorOn() {
        store.setCursor(id(5));
        log.put(entry(5, "a"), entry(6, "a", "a", "a"), entry(7, "b"));
        start(PipelineFixture.clicks());
        awaitUncommittedRead(4);
        TIME.timePasses(MAX_DELAY);
        awaitCommits(4);

        assertThat(store.commits.getFirst().from()).isEqualTo(id(5));
        assertThat(store.commits.getFirst().to()).isEqualTo(id(7));
        await().untilAsserted(() -> assertThat(log.acknowledged).containsExactly(id(6), id(7)));
    }

    @Test
    void nothingIsReadWhileTwoWindowsAreUnflushed() {
        store.close();
        for (int i = 1; i <= 20 * MAX_EVENTS_BEHIND; i++) {
            log.put(entry(i, "a"));
        }
        PartitionContext partition = start(PipelineFixture.clicks());
        await().during(Duration.ofMillis(300))
                .untilAsserted(() ->
                        // two closed windows, the open one, and what the last read brought
                        assertThat(partition.status().uncommittedEvents())
                                .isBetween(2L * MAX_EVENTS, 4L * MAX_EVENTS_BEHIND));
        store.open();
        awaitSum("a", 20 * MAX_EVENTS_BEHIND - MAX_EVENTS_BEHIND);
    }

    @Test
    void windowsGrowUnderABacklogAndShrinkAgain() {
        for (int i = 1; i <= 1000; i++) {
            log.put(entry(i, "a"));
        }
        start(PipelineFixture.clicks());
        awaitSum("a", 1000 - MAX_EVENTS_BEHIND);
        assertThat(store.windowSizes()).contains(MAX_EVENTS_BEHIND);

        for (int i = 0; i < 5; i++) {
            log.endBlock();
        }
        await().untilAsserted(() -> {
            TIME.timePasses(MAX_DELAY);
            assertThat(store.sum("a")).isEqualTo(1000);
        });
        store.commits.clear();
        for (int i = 1001; i <= 1000 + 3 * MAX_EVENTS; i++) {
            log.put(entry(i, "a"));
        }
        awaitSum("a", 1000 + 2 * MAX_EVENTS);
        assertThat(store.windowSizes()).contains(MAX_EVENTS);
    }

    @Test
    void whoWaitsForACommitDoesNotWaitForTheWindowsDelay() {
        ActorRef<StreamConsumer.Command> consumer = spawn(PipelineFixture.clicks());
        TestProbe<PartitionAnswer.Committed> waiter = TESTKIT.createTestProbe(PartitionAnswer.Committed.class);
        consumer.tell(new StreamConsumer.Query(new PartitionQuery.AwaitCommit(id(3), waiter.ref())));
        log.put(entry(1, "a"));
        log.put(entry(3, "a"));

        waiter.expectMessage(new PartitionAnswer.Committed(id(3)));
        assertThat(store.sum("a")).isEqualTo(2);
        // and one who comes late is answered at once
        consumer.tell(new StreamConsumer.Query(new PartitionQuery.AwaitCommit(id(2), waiter.ref())));
        waiter.expectMessage(new PartitionAnswer.Committed(id(2)));
    }

    @Test
    void aCountIncludesWhatWasReadAndIsNotYetCommitted() {
        ActorRef<StreamConsumer.Command> consumer = spawn(PipelineFixture.clicks());
        log.put(entry(1, "a", "a", "b"));
        TestProbe<LiveCounts> reader = TESTKIT.createTestProbe(LiveCounts.class);
        await().untilAsserted(() -> {
            consumer.tell(new StreamConsumer.Query(new PartitionQuery.ReadCounts("a", EntryId.ZERO, reader.ref())));
            LiveCounts.Found found = reader.expectMessageClass(LiveCounts.Found.class);
            assertThat(found.pending()[0][0]).isEqualTo(2L);
            assertThat(found.committed()[0][0]).isNull();
        });
    }

    @Test
    void whatStandsAtOrBelowTheCursorIsDropped() {
        store.setCursor(id(10));
        start(PipelineFixture.clicks());
        log.put(entry(9, "a"), entry(10, "a"), entry(11, "a"));
        awaitUncommittedRead(1);
        TIME.timePasses(MAX_DELAY);
        awaitCommits(1);
        assertThat(store.sum("a")).isEqualTo(1);
    }

    @Test
    void afterALostTailKeyedEventsBelowTheCursorAreTakenAgain() {
        store.setCursor(id(100_000));
        log.loseTail();
        log.put(new LogEntry(
                id(99_000), List.of(item("{\"link\":\"a\",\"count\":1,\"$key\":\"k1\"}"), item("{\"link\":\"a\"}"))));
        start(PipelineFixture.keyedClicks());
        log.put(entry(100_001, "a"));
        awaitUncommittedRead(2);
        TIME.timePasses(MAX_DELAY);
        awaitCommits(2);

        assertThat(log.readFrom).containsExactly(id(40_000));
        assertThat(store.commits.getFirst().events().getFirst().key()).isEqualTo("k1");
        assertThat(store.commits.getFirst().to()).isEqualTo(id(100_001));
    }

    @Test
    void whatCannotBeReadBecomesADeadLetterOfItsWindow() {
        start(PipelineFixture.clicks());
        log.put(new LogEntry(id(1), List.of(item("{\"link\":\"a\"}"), item("nonsense"))));
        awaitUncommittedRead(2);
        TIME.timePasses(MAX_DELAY);
        awaitCommits(1);

        assertThat(store.commits.getFirst().deadLetters()).singleElement().satisfies(letter -> {
            assertThat(letter.index()).isEqualTo(1);
            assertThat(letter.raw()).asString().isEqualTo("nonsense");
        });
    }

    @Test
    void onlyWhatWasCommittedARetentionAgoIsTrimmed() {
        start(PipelineFixture.clicks());
        log.put(entry(1, "a"));
        awaitUncommittedRead(1);
        TIME.timePasses(MAX_DELAY);
        awaitCommits(1);
        awaitCursor(id(1));
        Duration tick = Duration.ofSeconds(5);
        TIME.timePasses(tick.minus(MAX_DELAY));
        TIME.timePasses(tick);
        assertThat(log.trimmed).isEmpty();
        TIME.timePasses(tick);
        await().untilAsserted(() -> assertThat(log.trimmed).containsExactly(id(1)));
    }

    @Test
    void nothingIsTrimmedThatTheDatabaseNoLongerKnows() {
        start(PipelineFixture.clicks());
        log.put(entry(1, "a"));
        awaitUncommittedRead(1);
        TIME.timePasses(MAX_DELAY);
        awaitCommits(1);
        awaitCursor(id(1));
        store.undoWindow(EntryId.ZERO);
        Duration tick = Duration.ofSeconds(5);
        TIME.timePasses(tick.minus(MAX_DELAY));
        TIME.timePasses(tick);
        TIME.timePasses(tick);

        assertThat(supervisor.expectMessageClass(Trouble.Restart.class).reason())
                .contains("the cursor was moved");
        assertThat(log.trimmed).isEmpty();
    }

    @Test
    void aDrainCommitsAllThatTheLogHoldsAndThenAnswers() {
        store.close();
        for (int i = 1; i <= 5 * MAX_EVENTS_BEHIND + 3; i++) {
            log.put(entry(i, "a"));
        }
        ActorRef<StreamConsumer.Command> consumer = spawn(PipelineFixture.clicks());
        TestProbe<StreamConsumer.Drained> drained = TESTKIT.createTestProbe(StreamConsumer.Drained.class);
        consumer.tell(new StreamConsumer.Drain(drained.ref()));
        drained.expectNoMessage(Duration.ofMillis(100));
        store.open();

        // the read under way when the drain began may still wait in Redis
        await().untilAsserted(() -> assertThat(store.sum("a")).isEqualTo(5 * MAX_EVENTS_BEHIND + 3));
        log.endBlock();
        drained.expectMessageClass(StreamConsumer.Drained.class);
    }

    @Test
    void aDrainOfAnEmptyLogDoesNotWaitForTheReadThatWaits() {
        ActorRef<StreamConsumer.Command> consumer = spawn(PipelineFixture.clicks());
        await().until(() -> log.reads() > 0);
        TestProbe<StreamConsumer.Drained> drained = TESTKIT.createTestProbe(StreamConsumer.Drained.class);
        consumer.tell(new StreamConsumer.Drain(drained.ref()));
        assertThat(drained.expectMessageClass(StreamConsumer.Drained.class).complete())
                .isTrue();
        assertThat(log.reads()).isEqualTo(1);
    }

    @Test
    void aPauseLetsEntriesGatherForTheNextRead() {
        spawn(PipelineFixture.clicks(), READ_PAUSE);
        log.put(entry(1, "a"));
        awaitUncommittedRead(1);
        log.put(entry(2, "a"), entry(3, "a"));
        TIME.expectNoMessageFor(READ_PAUSE.minusMillis(1), supervisor);
        assertThat(partition.status().uncommittedEvents()).isEqualTo(1);

        TIME.timePasses(Duration.ofMillis(1));
        awaitUncommittedRead(3);
    }

    @Test
    void aBacklogIsReadWithoutAPause() {
        for (int i = 1; i <= 1000; i++) {
            log.put(entry(i, "a"));
        }
        // a commit would end a pause too
        store.close();
        spawn(PipelineFixture.clicks(), READ_PAUSE);
        await().until(() -> partition.status().uncommittedEvents() >= 2 * MAX_EVENTS);
        store.open();
    }

    @Test
    void whoWaitsForACommitEndsAPause() {
        ActorRef<StreamConsumer.Command> consumer = spawn(PipelineFixture.clicks(), READ_PAUSE);
        log.put(entry(1, "a"));
        awaitUncommittedRead(1);
        log.put(entry(2, "a"));
        TestProbe<PartitionAnswer.Committed> waiter = TESTKIT.createTestProbe(PartitionAnswer.Committed.class);
        consumer.tell(new StreamConsumer.Query(new PartitionQuery.AwaitCommit(id(2), waiter.ref())));
        waiter.expectMessage(new PartitionAnswer.Committed(id(2)));
    }

    @Test
    void aDrainEndsAPause() {
        ActorRef<StreamConsumer.Command> consumer = spawn(PipelineFixture.clicks(), READ_PAUSE);
        log.put(entry(1, "a"));
        awaitUncommittedRead(1);
        log.put(entry(2, "a"));
        TestProbe<StreamConsumer.Drained> drained = TESTKIT.createTestProbe(StreamConsumer.Drained.class);
        consumer.tell(new StreamConsumer.Drain(drained.ref()));
        drained.expectMessageClass(StreamConsumer.Drained.class);
        assertThat(store.sum("a")).isEqualTo(2);
    }

    @Test
    void aFailedReadEndsTheIncarnation() {
        start(PipelineFixture.clicks());
        await().until(() -> log.reads() > 0);
        log.breakConnection();
        assertThat(supervisor.expectMessageClass(Trouble.Restart.class).reason())
                .contains("could not read: connection lost");
    }

    private PartitionContext start(StreamDefinition definition) {
        spawn(definition);
        return partition;
    }

    private ActorRef<StreamConsumer.Command> spawn(StreamDefinition definition) {
        return spawn(definition, Duration.ZERO);
    }

    private ActorRef<StreamConsumer.Command> spawn(StreamDefinition definition, Duration readPause) {
        partition = PipelineFixture.context(definition, log, store, "read-pause", readPause);
        ActorRef<Flusher.Command> flusher = TESTKIT.spawn(Flusher.create(partition, JDBC, supervisor.ref()));
        return TESTKIT.spawn(StreamConsumer.create(partition, flusher, supervisor.ref(), JDBC));
    }

    private void awaitUncommittedRead(long events) {
        await().until(() -> partition.status().uncommittedEvents() == events);
    }

    private void awaitCommits(int events) {
        await().untilAsserted(() -> assertThat(
                        store.windowSizes().stream().mapToInt(size -> size).sum())
                .isEqualTo(events));
    }

    /** The consumer knows of a commit a moment after it. */
    private void awaitCursor(EntryId cursor) {
        await().until(() -> partition.status().cursor().equals(cursor));
    }

    private void awaitSum(String link, long atLeast) {
        await().untilAsserted(() -> assertThat(store.sum(link)).isGreaterThanOrEqualTo(atLeast));
    }
}
