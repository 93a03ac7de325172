package io.weir.log;

import static io.weir.log.LogFixtures.await;
import static io.weir.log.LogFixtures.definition;
import static io.weir.log.LogFixtures.events;
import static io.weir.log.LogFixtures.readAll;
import static io.weir.log.LogFixtures.reason;
import static io.weir.log.LogFixtures.refusal;
import static io.weir.log.LogFixtures.settings;
import static io.weir.log.LogFixtures.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.Range;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.definition.StreamDefinition;
import io.weir.event.EntryId;
import io.weir.log.AppendFailure.Reason;
import io.weir.settings.LogSettings;
import io.weir.testkit.RedisForTests;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RedisEventLogTest {
    private static final int NO_LIMIT = 1_000_000;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private RedisEventLog log = RedisEventLog.open(settings(RedisForTests.url()), registry);

    @AfterEach
    void close() {
        log.close();
    }

    @Test
    void concurrentAppendsArePackedEachOnceAndInOrderOfTheirCallers() throws InterruptedException {
        StreamDefinition definition = definition(NO_LIMIT);
        int callers = 10;
        int eventsPerCaller = 100;
        ConcurrentLinkedQueue<CompletionStage<EntryId>> answers = new ConcurrentLinkedQueue<>();
        List<Thread> threads = new ArrayList<>();
        for (int caller = 0; caller < callers; caller++) {
            int number = caller;
            threads.add(Thread.ofPlatform().start(() -> {
                for (int event = 0; event < eventsPerCaller; event++) {
                    answers.add(log.append(definition, 0, events(number + ":" + event)));
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        Set<EntryId> ids = new HashSet<>();
        for (CompletionStage<EntryId> answer : answers) {
            ids.add(await(answer));
        }
        List<LogEntry> entries = read(definition);
        assertThat(entries).hasSize(ids.size()).hasSizeLessThan(callers * eventsPerCaller / 3);
        int[] nextOfCaller = new int[callers];
        for (LogEntry entry : entries) {
            assertThat(ids).contains(entry.id());
            for (LogItem item : entry.items()) {
                String[] parts = text(item).split(":", 2);
                int caller = Integer.parseInt(parts[0]);
                assertThat(Integer.parseInt(parts[1])).isEqualTo(nextOfCaller[caller]++);
            }
        }
        assertThat(nextOfCaller).containsOnly(eventsPerCaller);
        assertThat(registry.counter("weir.log.appended", "stream", definition.name())
                        .count())
                .isEqualTo(callers * eventsPerCaller);
        assertThat(registry.counter("weir.log.entries", "stream", definition.name())
                        .count())
                .isEqualTo(ids.size());
    }

    @Test
    void anEntryHoldsNoMoreThanItsBoundsAndCallersThatFitStayTogether() {
        StreamDefinition definition = definition(NO_LIMIT);
        reopen(settings(RedisForTests.url(), 10, 100, 1_000));
        List<CompletionStage<EntryId>> answers = new ArrayList<>();
        for (int call = 0; call < 50; call++) {
            answers.add(log.append(definition, 0, events("a" + call, "b" + call, "c" + call)));
        }
        answers.add(log.append(definition, 0, events("x".repeat(60), "y".repeat(60))));
        answers.forEach(LogFixtures::await);
        List<LogEntry> entries = read(definition);
        List<String> order = new ArrayList<>();
        for (LogEntry entry : entries) {
            assertThat(entry.items()).hasSizeLessThanOrEqualTo(10);
            int bytes = 0;
            for (LogItem item : entry.items()) {
                bytes += item.payload().length;
                order.add(text(item));
            }
            assertThat(bytes).isLessThanOrEqualTo(100);
            if (bytes < 60) {
                assertThat(entry.items().size() % 3).isZero();
            }
        }
        assertThat(order).hasSize(152).startsWith("a0", "b0", "c0", "a1").endsWith("y".repeat(60));
        assertThat(await(answers.getLast())).isEqualTo(entries.getLast().id());
    }

    @Test
    void aCallersItemsThatExceedAnEntryAreSplitInOrder() {
        StreamDefinition definition = definition(NO_LIMIT);
        reopen(settings(RedisForTests.url(), 10, 1_000, 1_000));
        EntryId id = await(log.append(definition, 0, events(25)));
        List<LogEntry> entries = read(definition);
        assertThat(entries).extracting(entry -> entry.items().size()).containsExactly(10, 10, 5);
        assertThat(entries.getLast().id()).isEqualTo(id);
        assertThat(text(entries.getLast().items().getLast())).isEqualTo("{\"n\":24}");
        assertThat(log.depth(definition)).isEqualTo(25);
    }

    @Test
    void anItemLargerThanAnEntryGoesAlone() {
        StreamDefinition definition = definition(NO_LIMIT);
        reopen(settings(RedisForTests.url(), 10, 10, 1_000));
        await(log.append(definition, 0, events("small", "x".repeat(50), "small")));
        assertThat(read(definition)).extracting(entry -> entry.items().size()).containsExactly(1, 1, 1);
    }

    @Test
    void aFullStreamRefusesExactlyWhatExceedsItsDepth() throws InterruptedException {
        StreamDefinition definition = definition(1_000);
        ConcurrentLinkedQueue<CompletionStage<EntryId>> answers = new ConcurrentLinkedQueue<>();
        List<Thread> threads = new ArrayList<>();
        for (int caller = 0; caller < 8; caller++) {
            threads.add(Thread.ofPlatform().start(() -> {
                for (int event = 0; event < 250; event++) {
                    answers.add(log.append(definition, 0, events("x")));
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        int appended = 0;
        for (CompletionStage<EntryId> answer : answers) {
            try {
                await(answer);
                appended++;
            } catch (CompletionException problem) {
                assertThat(reason(problem)).isEqualTo(Reason.STREAM_FULL);
            }
        }
        assertThat(appended).isEqualTo(1_000);
        assertThat(log.depth(definition)).isEqualTo(1_000);
        assertThat(registry.counter("weir.log.refused", "stream", definition.name(), "reason", "stream_full")
                        .count())
                .isEqualTo(1_000);

        PartitionReader reader = log.reader(definition, 0);
        await(reader.begin(1, EntryId.ZERO, EntryId.ZERO));
        List<LogEntry> entries = readAll(reader);
        await(reader.acknowledge(entries.stream().map(LogEntry::id).toList(), 1_000));
        assertThat(log.depth(definition)).isZero();
        await(log.append(definition, 0, events("x")));
        assertThat(log.depth(definition)).isEqualTo(1);
        reader.close();
    }

    @Test
    void moreThanMayWaitIsRefusedAndTheRoomComesBack() {
        StreamDefinition definition = definition(NO_LIMIT);
        reopen(settings(RedisForTests.url(), 10, 1_000, 50));
        assertThat(refusal(log.append(definition, 0, events(51)))).isEqualTo(Reason.OVERLOADED);
        assertThat(log.depth(definition)).isZero();
        for (int call = 0; call < 20; call++) {
            await(log.append(definition, 0, events(50)));
        }
        assertThat(registry.get("weir.log.waiting.events").gauge().value()).isZero();
        assertThat(registry.get("weir.log.waiting.bytes").gauge().value()).isZero();
    }

    @Test
    void partitionsAreKeysOfTheirOwn() {
        StreamDefinition definition = definition(NO_LIMIT, 2);
        await(log.append(definition, 1, events("x")));
        assertThat(LogFixtures.<Long>redis(RedisForTests.url(), redis -> redis.xlen(definition.redisKey() + ":{1}")))
                .isEqualTo(1);
    }

    @Test
    void eventsCanBeReadWithPlainRedis() {
        StreamDefinition definition = definition(NO_LIMIT);
        await(log.append(definition, 0, events("{\"a\":\"ü\"}")));
        await(log.append(
                definition,
                0,
                List.of(new LogItem(
                        LogItem.Kind.REFUSED, events("why").getFirst().payload()))));
        assertThat(LogFixtures.<String>redis(
                        RedisForTests.url(),
                        redis -> redis.xrange(definition.redisKey(), Range.unbounded()).stream()
                                .map(entry -> entry.getBody().toString())
                                .toList()
                                .toString()))
                .isEqualTo("[{e={\"a\":\"ü\"}}, {d=why}]");
    }

    @Test
    void itKnowsThatRedisIsReachable() {
        List<CompletableFuture<Boolean>> answers = new ArrayList<>();
        for (int call = 0; call < 5; call++) {
            answers.add(log.isReachable().toCompletableFuture());
        }
        assertThat(answers).allMatch(CompletableFuture::join);
    }

    @Test
    void closingLeavesNoThreads() {
        Set<Thread> before = threadsOfLettuce();
        RedisEventLog another = RedisEventLog.open(settings(RedisForTests.url()), new SimpleMeterRegistry());
        await(another.append(definition(NO_LIMIT), 0, events("x")));
        assertThat(threadsOfLettuce()).hasSizeGreaterThan(before.size()).allMatch(Thread::isDaemon);
        another.close();
        await().untilAsserted(() -> assertThat(before).containsAll(threadsOfLettuce()));
    }

    private static Set<Thread> threadsOfLettuce() {
        Set<Thread> threads = new HashSet<>();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("lettuce")) {
                threads.add(thread);
            }
        }
        return threads;
    }

    private void reopen(LogSettings settings) {
        log.close();
        log = RedisEventLog.open(settings, registry);
    }

    private List<LogEntry> read(StreamDefinition definition) {
        try (PartitionReader reader = log.reader(definition, 0)) {
            await(reader.begin(1, EntryId.ZERO, EntryId.ZERO));
            return readAll(reader);
        }
    }
}
