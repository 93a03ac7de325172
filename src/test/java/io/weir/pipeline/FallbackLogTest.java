package io.weir.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.definition.StreamDefinition;
import io.weir.event.EntryId;
import io.weir.event.Event;
import io.weir.live.Partitions;
import io.weir.log.AppendFailure;
import io.weir.log.AppendFailure.Reason;
import io.weir.log.EventLog;
import io.weir.log.LogItem;
import io.weir.logging.FailureText;
import io.weir.store.DirectOutcome;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FallbackLogTest {
    private final StubLog redis = new StubLog();
    private final StubStore store = new StubStore();
    /** The database's thread, which runs when a test wants. */
    private final Deque<Runnable> tasks = new ArrayDeque<>();

    private StreamDefinition definition = PipelineFixture.pastRedis(true, true);

    private FallbackLog log() {
        PartitionContexts contexts = new PartitionContexts(
                List.of(definition),
                new SimpleMeterRegistry(),
                (of, partition, status, delays) -> PipelineFixture.context(of, redis, store));
        return new FallbackLog(redis, contexts, new Partitions(), new StoredCounts(contexts, tasks::add), tasks::add);
    }

    private void run() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    private static LogItem item(String link) {
        return PipelineFixture.item("{\"link\":\"" + link + "\"}");
    }

    private static Reason reason(CompletableFuture<?> failed) {
        assertThat(failed).isCompletedExceptionally();
        return ((AppendFailure) FailureText.cause(failed.exceptionNow())).reason();
    }

    @Test
    void whatRedisSurelyHasNotIsWritten() {
        redis.appendFailure = new AppendFailure(Reason.UNAVAILABLE, "away");
        CompletableFuture<EntryId> answer =
                log().append(definition, 0, List.of(item("a"), item("b"))).toCompletableFuture();
        assertThat(answer).isNotDone();
        run();
        assertThat(answer).isCompletedWithValue(EventLog.WRITTEN);
        assertThat(store.direct).hasSize(1);
        assertThat(store.direct.getFirst())
                .extracting(event -> event.entity(definition))
                .containsExactly("a", "b");
        assertThat(store.direct.getFirst()).extracting(Event::entryId).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @EnumSource(value = Reason.class, mode = EnumSource.Mode.EXCLUDE, names = "UNAVAILABLE")
    void whatRedisMayHaveOrDoesNotTakeForNowIsNotWrittenElsewhere(Reason reason) {
        redis.appendFailure = new AppendFailure(reason, "perhaps");
        FallbackLog log = log();
        assertThat(reason(log.append(definition, 0, List.of(item("a"))).toCompletableFuture()))
                .isEqualTo(reason);
        assertThat(reason(log.appendOnce(definition, 0, List.of(item("a"))).toCompletableFuture()))
                .isEqualTo(reason);
        run();
        assertThat(store.direct).isEmpty();
    }

    @Test
    void withoutAFallbackNothingIsWritten() {
        definition = PipelineFixture.pastRedis(true, false);
        redis.appendFailure = new AppendFailure(Reason.UNAVAILABLE, "away");
        assertThat(reason(log().append(definition, 0, List.of(item("a"))).toCompletableFuture()))
                .isEqualTo(Reason.UNAVAILABLE);
        assertThat(tasks).isEmpty();
    }

    @Test
    void whatComesMeanwhileIsOneTransactionAndEachIsToldOfItsOwn() {
        definition = PipelineFixture.pastRedis(false, false);
        FallbackLog log = log();
        List<CompletableFuture<List<EventLog.Place>>> answers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            answers.add(log.appendOnce(definition, 0, List.of(item("a" + i))).toCompletableFuture());
        }
        assertThat(tasks).hasSize(1);
        run();
        assertThat(store.direct).hasSize(1);
        assertThat(store.direct.getFirst()).hasSize(5);
        assertThat(answers)
                .allSatisfy(answer ->
                        assertThat(answer).isCompletedWithValue(List.of(new EventLog.Place(EventLog.WRITTEN, false))));
        log.appendOnce(definition, 0, List.of(item("b")));
        run();
        assertThat(store.direct).hasSize(2);
    }

    @Test
    void theDatabasesFailuresAreTold() {
        definition = PipelineFixture.pastRedis(false, false);
        FallbackLog log = log();
        store.directOutcome = new DirectOutcome.NotWritten("no connection");
        CompletableFuture<EntryId> refused =
                log.append(definition, 0, List.of(item("a"))).toCompletableFuture();
        run();
        assertThat(reason(refused)).isEqualTo(Reason.UNAVAILABLE);
        store.directOutcome = new DirectOutcome.Unknown("lost at COMMIT");
        CompletableFuture<EntryId> unknown =
                log.append(definition, 0, List.of(item("a"))).toCompletableFuture();
        run();
        assertThat(reason(unknown)).isEqualTo(Reason.UNKNOWN);
        store.directOutcome = new DirectOutcome.Written(Set.of(), Map.of());
        CompletableFuture<EntryId> taken =
                log.append(definition, 0, List.of(item("a"))).toCompletableFuture();
        run();
        assertThat(taken).isCompletedWithValue(EventLog.WRITTEN);
    }

    @Test
    void noMoreWaitThanFitAndWhatIsKeptAsADeadLetterNeedsRedis() {
        definition = PipelineFixture.pastRedis(false, false);
        FallbackLog log = log();
        List<LogItem> many = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            many.add(item("a"));
        }
        CompletableFuture<EntryId> taken = log.append(definition, 0, many).toCompletableFuture();
        assertThat(reason(log.append(definition, 0, List.of(item("a"))).toCompletableFuture()))
                .isEqualTo(Reason.OVERLOADED);
        run();
        assertThat(taken).isCompleted();
        LogItem invalid = new LogItem(LogItem.Kind.REFUSED, "x".getBytes(StandardCharsets.UTF_8));
        assertThat(reason(log.append(definition, 0, List.of(invalid)).toCompletableFuture()))
                .isEqualTo(Reason.UNAVAILABLE);
    }
}
