package io.weir.log;

import static io.weir.log.LogFixtures.await;
import static io.weir.log.LogFixtures.definition;
import static io.weir.log.LogFixtures.events;
import static io.weir.log.LogFixtures.readAll;
import static io.weir.log.LogFixtures.reason;
import static io.weir.log.LogFixtures.refusal;
import static io.weir.log.LogFixtures.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.definition.StreamDefinition;
import io.weir.embedded.EmbeddedRedisServer;
import io.weir.event.EntryId;
import io.weir.log.AppendFailure.Reason;
import io.weir.testkit.RedisForTests;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedisOutageTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final StreamDefinition definition = definition(1_000_000);

    @TempDir
    Path directory;

    private EmbeddedRedisServer redis;
    private RedisEventLog log;

    @BeforeEach
    void start() {
        redis = RedisForTests.startPrivate(directory);
        log = RedisEventLog.open(settings(redis.url(), 500, 256 << 10, 2_000), registry);
    }

    @AfterEach
    void stop() {
        log.close();
        redis.close();
    }

    @Test
    void aKilledRedisIsAnsweredAtOnceAndItsReturnIsNoticedWithAllThatWasAppended() {
        List<EntryId> appended = new ArrayList<>();
        for (int event = 0; event < 100; event++) {
            appended.add(await(log.append(definition, 0, events("before"))));
        }
        RedisForTests.keepAll(redis);
        List<CompletionStage<EntryId>> caught = new ArrayList<>();
        for (int event = 0; event < 100; event++) {
            caught.add(log.append(definition, 0, events("during")));
        }
        redis.kill();
        for (CompletionStage<EntryId> append : caught) {
            // appended, or refused for a good reason, but never left without an answer
            try {
                appended.add(await(append));
            } catch (CompletionException problem) {
                assertThat(reason(problem)).isIn(Reason.UNAVAILABLE, Reason.UNKNOWN);
            }
        }
        await().until(() -> refusal(log.append(definition, 0, events("away"))) == Reason.UNAVAILABLE);
        assertThat(await(log.isReachable())).isFalse();

        redis.restart();
        await().ignoreExceptions().untilAsserted(() -> appended.add(await(log.append(definition, 0, events("after")))));
        assertThat(await(log.isReachable())).isTrue();

        try (PartitionReader reader = log.reader(definition, 0)) {
            long backlog = await(reader.begin(1, EntryId.ZERO, EntryId.ZERO)).depth();
            List<LogEntry> entries = readAll(reader);
            assertThat(entries).extracting(LogEntry::id).containsAll(appended);
            assertThat(entries.stream().mapToInt(entry -> entry.items().size()).sum())
                    .isEqualTo((int) backlog);
            assertThat(log.depth(definition)).isEqualTo(backlog);
        }
    }

    @Test
    void itOpensWhileRedisIsAwayAndWorksWhenItComes() {
        redis.kill();
        log.close();
        log = RedisEventLog.open(settings(redis.url()), new SimpleMeterRegistry());
        assertThat(refusal(log.append(definition, 0, events("x")))).isEqualTo(Reason.UNAVAILABLE);
        assertThat(log.depth(definition)).isZero();
        redis.restart();
        await().ignoreExceptions().untilAsserted(() -> await(log.append(definition, 0, events("x"))));
    }

    @Test
    void aFrozenRedisLeavesNoCallerWithoutAnAnswerAndItsLateAnswerCountsForTheDepth() throws Exception {
        await(log.append(definition, 0, events("before")));
        signal("STOP");
        CompletionStage<EntryId> sent = log.append(definition, 0, events("sent"));
        List<CompletionStage<EntryId>> behind = new ArrayList<>();
        for (int event = 0; event < 3_000; event++) {
            behind.add(log.append(definition, 0, events("behind")));
        }
        assertThat(registry.get("weir.log.waiting.events").gauge().value()).isEqualTo(2_000);
        assertThat(refusal(sent)).isEqualTo(Reason.UNKNOWN);
        int overloaded = 0;
        for (CompletionStage<EntryId> append : behind) {
            Reason reason = refusal(append);
            // what was not handed to Redis is surely not appended, and says so
            assertThat(reason).isIn(Reason.UNAVAILABLE, Reason.OVERLOADED);
            overloaded += reason == Reason.OVERLOADED ? 1 : 0;
        }
        assertThat(overloaded).isEqualTo(1_001);
        assertThat(refusal(log.append(definition, 0, events("later")))).isEqualTo(Reason.UNAVAILABLE);
        assertThat(registry.get("weir.log.waiting.events").gauge().value()).isEqualTo(1);

        signal("CONT");
        // one that has no answer in time on a slow machine is appended all the same
        AtomicInteger tries = new AtomicInteger();
        await().ignoreExceptions().untilAsserted(() -> {
            tries.incrementAndGet();
            await(log.append(definition, 0, events("after")));
        });
        long length = LogFixtures.<Long>redis(redis.url(), commands -> commands.xlen(definition.redisKey()));
        assertThat(length).isBetween(3L, 2L + tries.get());
        assertThat(log.depth(definition)).isEqualTo(length);
        assertThat(registry.get("weir.log.waiting.events").gauge().value()).isZero();
    }

    @Test
    void aRedisThatStaysFrozenIsGivenUpAndComesBack() throws Exception {
        await(log.append(definition, 0, events("before")));
        signal("STOP");
        assertThat(refusal(log.append(definition, 0, events("sent")))).isEqualTo(Reason.UNKNOWN);
        assertThat(await(log.isReachable())).isFalse();
        // the connection is given up by whichever is first, the ping or the append; the other follows
        await().untilAsserted(() -> assertThat(
                        registry.get("weir.log.waiting.events").gauge().value())
                .isZero());
        assertThat(refusal(log.append(definition, 0, events("later")))).isEqualTo(Reason.UNAVAILABLE);
        signal("CONT");
        await().ignoreExceptions().untilAsserted(() -> await(log.append(definition, 0, events("after"))));
    }

    @Test
    void aRedisWithoutMemoryIsUnavailable() {
        await(log.append(definition, 0, events("before")));
        assertThat(LogFixtures.<String>redis(redis.url(), commands -> commands.configSet("maxmemory", "1mb")))
                .isEqualTo("OK");
        assertThat(refusal(log.append(definition, 0, events("x")))).isEqualTo(Reason.UNAVAILABLE);
        assertThat(log.depth(definition)).isEqualTo(1);
        assertThat(LogFixtures.<String>redis(redis.url(), commands -> commands.configSet("maxmemory", "0")))
                .isEqualTo("OK");
        await(log.append(definition, 0, events("after")));
    }

    @Test
    void aConsumerStartsReadsAndMakesRoomOnARedisWithoutMemory() {
        EntryId last = EntryId.ZERO;
        for (int event = 0; event < 30; event++) {
            last = await(log.append(definition, 0, events("x".repeat(100_000))));
        }
        assertThat(LogFixtures.<String>redis(redis.url(), commands -> commands.configSet("maxmemory", "3mb")))
                .isEqualTo("OK");
        assertThat(refusal(log.append(definition, 0, events("x")))).isEqualTo(Reason.UNAVAILABLE);
        try (PartitionReader reader = log.reader(definition, 0)) {
            assertThat(await(reader.begin(1, EntryId.ZERO, EntryId.ZERO)).depth())
                    .isEqualTo(30);
            List<LogEntry> entries = readAll(reader);
            assertThat(entries).hasSize(30);
            await(reader.acknowledge(entries.stream().map(LogEntry::id).toList(), 30));
            await(reader.trim(new EntryId(last.millis() + 1, 0)));
        }
        await().ignoreExceptions().untilAsserted(() -> await(log.append(definition, 0, events("after"))));
    }

    @Test
    void aWrongPasswordIsRefusedWithoutShowingIt() {
        assertThat(LogFixtures.<String>redis(redis.url(), commands -> commands.configSet("requirepass", "right")))
                .isEqualTo("OK");
        String address = redis.url().substring("redis://".length());
        try (RedisEventLog wrong =
                RedisEventLog.open(settings("redis://:wrong@" + address), new SimpleMeterRegistry())) {
            assertThat(refusal(wrong.append(definition, 0, events("x")))).isEqualTo(Reason.UNAVAILABLE);
        }
        try (RedisEventLog right =
                RedisEventLog.open(settings("redis://:right@" + address), new SimpleMeterRegistry())) {
            await(right.append(definition, 0, events("x")));
            try (PartitionReader reader = right.reader(definition, 0)) {
                assertThat(await(reader.begin(1, EntryId.ZERO, EntryId.ZERO)).depth())
                        .isEqualTo(1);
            }
        }
    }

    private void signal(String name) throws IOException, InterruptedException {
        int code = new ProcessBuilder("kill", "-" + name, Long.toString(redis.pid()))
                .start()
                .waitFor();
        assertThat(code).isZero();
    }
}
