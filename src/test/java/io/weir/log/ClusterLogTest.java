package io.weir.log;

import static io.weir.log.LogFixtures.await;
import static io.weir.log.LogFixtures.definition;
import static io.weir.log.LogFixtures.events;
import static io.weir.log.LogFixtures.once;
import static io.weir.log.LogFixtures.readAll;
import static io.weir.log.LogFixtures.refusal;
import static io.weir.log.LogFixtures.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.definition.StreamDefinition;
import io.weir.embedded.FreePort;
import io.weir.event.EntryId;
import io.weir.log.EventLog.Place;
import io.weir.settings.LogSettings;
import io.weir.testkit.RedisClusterForTests;
import io.weir.testkit.RedisProcess;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log in a cluster of three masters. */
class ClusterLogTest {
    private static final int NO_LIMIT = 1_000_000;

    @SuppressWarnings("NullAway.Init") // started before all tests
    private static RedisClusterForTests cluster;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @SuppressWarnings("NullAway.Init") // opened before each test
    private RedisEventLog log;

    @BeforeAll
    static void start(@TempDir Path directory) {
        cluster = RedisClusterForTests.start(directory);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @BeforeEach
    void open() {
        open(Duration.ofSeconds(10));
    }

    private void open(Duration commandTimeout) {
        LogSettings settings = new LogSettings(
                cluster.url(), "", Duration.ofSeconds(2), commandTimeout, 3, 256 << 10, 100_000, 64 << 20);
        log = RedisEventLog.open(settings, registry);
    }

    @AfterEach
    void close() {
        log.close();
    }

    private static RedisProcess another(String key) {
        RedisProcess from = cluster.nodeOf(key);
        return cluster.nodes().stream().filter(node -> node != from).findFirst().orElseThrow();
    }

    private static void move(String key, Runnable beforeKeys, Runnable afterKeys) {
        cluster.moveSlot(key, another(key), beforeKeys, afterKeys);
    }

    private static void move(String key) {
        move(key, () -> {}, () -> {});
    }

    private List<String> payloads(StreamDefinition definition) {
        try (PartitionReader reader = log.reader(definition, 0)) {
            await(reader.begin(1, EntryId.ZERO, EntryId.ZERO));
            return readAll(reader).stream()
                    .flatMap(entry -> entry.items().stream())
                    .map(LogFixtures::text)
                    .toList();
        }
    }

    private static LogItem item(String payload, @Nullable String key) {
        return new LogItem(LogItem.Kind.EVENT, payload.getBytes(StandardCharsets.UTF_8), key);
    }

    @Test
    void whatIsAppendedWhileASlotMovesWaitsAndKeepsItsOrder() {
        StreamDefinition definition = definition(NO_LIMIT);
        String key = definition.partitionKey(0);
        await(log.append(definition, 0, events("0")));
        List<CompletableFuture<EntryId>> waiting = new ArrayList<>();
        move(key, () -> await(log.append(definition, 0, events("1"))), () -> {
            waiting.add(log.append(definition, 0, events("2")).toCompletableFuture());
            // more than one entry takes, and then a small one
            waiting.add(log.append(definition, 0, events("3", "4", "5", "6", "7", "8", "9"))
                    .toCompletableFuture());
            waiting.add(log.append(definition, 0, events("10")).toCompletableFuture());
            assertThat(waiting).noneMatch(CompletableFuture::isDone);
        });
        waiting.forEach(LogFixtures::await);
        assertThat(registry.counter("weir.log.redirected", "stream", definition.name())
                        .count())
                .isPositive();
        await(log.append(definition, 0, events("11")));
        assertThat(payloads(definition)).containsExactly("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11");
        assertThat(log.depth(definition)).isEqualTo(12);
        assertThat(log.appended(definition, 0)).isEqualTo(new LogInspection.Appended(12, 0));
        assertThat(await(log.standing(definition, 0, EntryId.ZERO)).eventsAfter())
                .isEqualTo(12);
    }

    @Test
    void aSlotThatStaysBetweenTwoNodesIsUnavailableAndNothingOfItIsTaken() {
        log.close();
        open(Duration.ofSeconds(1));
        StreamDefinition definition = definition(NO_LIMIT);
        await(log.append(definition, 0, events("before")));
        move(
                definition.partitionKey(0),
                () -> {},
                () -> assertThat(refusal(log.append(definition, 0, events("lost"))))
                        .isEqualTo(AppendFailure.Reason.UNAVAILABLE));
        await(log.append(definition, 0, events("after")));
        assertThat(payloads(definition)).containsExactly("before", "after");
        assertThat(log.depth(definition)).isEqualTo(2);
    }

    @Test
    void eachPartitionOfAStreamIsAtItsNode() {
        StreamDefinition definition = definition(NO_LIMIT, 5);
        List<RedisProcess> nodes = new ArrayList<>();
        for (int partition = 0; partition < 5; partition++) {
            String key = definition.partitionKey(partition);
            await(log.append(definition, partition, events("x")));
            nodes.add(cluster.nodeOf(key));
            assertThat(cluster.nodeOf(key).<Long>ask(redis -> redis.xlen(key))).isEqualTo(1);
        }
        assertThat(nodes).contains(cluster.nodes().toArray(RedisProcess[]::new));
        assertThat(await(log.isReachable())).isTrue();
    }

    @Test
    void aReaderIsEndedByAMoveAndTheNextOneReadsOn() {
        StreamDefinition definition = definition(NO_LIMIT);
        String key = definition.partitionKey(0);
        EntryId first = await(log.append(definition, 0, events("1")));
        try (PartitionReader reader = log.reader(definition, 0)) {
            await(reader.begin(1, EntryId.ZERO, EntryId.ZERO));
            assertThat(readAll(reader)).hasSize(1);
            CompletableFuture<List<LogEntry>> blocked =
                    reader.read(10, Duration.ofSeconds(5)).toCompletableFuture();
            move(key);
            assertThat(blocked).failsWithin(Duration.ofSeconds(60));
        }
        await().ignoreExceptions().untilAsserted(() -> {
            try (PartitionReader next = log.reader(definition, 0)) {
                assertThat(await(next.begin(2, first, first)).tailLost()).isFalse();
                await(log.append(definition, 0, events("2")));
                List<LogEntry> entries = readAll(next);
                assertThat(entries).isNotEmpty();
                await(next.acknowledge(entries.stream().map(LogEntry::id).toList(), 1));
                await(next.trim(first));
            }
        });
    }

    @Test
    void whatIsAppendedOnceStaysSoWhenItsSlotMoves() {
        StreamDefinition definition = once(NO_LIMIT, 1, Duration.ofHours(1));
        List<Place> first = await(log.appendOnce(definition, 0, List.of(item("a1", "a"), item("b1", "b"))));
        List<CompletableFuture<List<Place>>> waiting = new ArrayList<>();
        move(
                definition.partitionKey(0),
                () -> {},
                () -> waiting.add(log.appendOnce(definition, 0, List.of(item("a2", "a"), item("c1", "c")))
                        .toCompletableFuture()));
        List<Place> second = await(waiting.getFirst());
        assertThat(second).extracting(Place::repeated).containsExactly(true, false);
        assertThat(second.getFirst().entry()).isEqualTo(first.getFirst().entry());
        assertThat(await(log.appendOnce(definition, 0, List.of(item("c2", "c"), item("b2", "b")))))
                .extracting(Place::repeated)
                .containsExactly(true, true);
        assertThat(payloads(definition)).containsExactly("a1", "b1", "c1");
    }

    @Test
    void deadLettersAndWhatIsRetainedAreWhereTheirKeysAre() {
        StreamDefinition definition = definition(NO_LIMIT);
        String dead = definition.redisKey() + ":dead";
        Map<String, byte[]> letter = Map.of("reason", "why".getBytes(StandardCharsets.UTF_8));
        await(log.deadLetterStream().publish(definition, letter, 100));
        move(dead);
        // whoever publishes tries again
        await().ignoreExceptions().until(() -> {
            await(log.deadLetterStream().publish(definition, letter, 100));
            return true;
        });
        assertThat(cluster.nodeOf(dead).<Long>ask(redis -> redis.xlen(dead))).isEqualTo(2);

        EntryId entry = await(log.append(definition, 0, events("x")));
        move(definition.partitionKey(0));
        await().ignoreExceptions()
                .untilAsserted(() -> assertThat(
                                await(log.retained().extent(definition, 0)).first())
                        .isEqualTo(entry));
        assertThat(await(log.retained().read(definition, 0, EntryId.ZERO, entry, 10)))
                .hasSize(1);
    }

    @Test
    void aTailFollowsASlotThatMoves() {
        StreamDefinition definition = definition(NO_LIMIT);
        try (LogTail tail = log.tail()) {
            assertThat(await(tail.end(definition, 0))).isEqualTo(LogTail.End.NOTHING);
            EntryId first = await(log.append(definition, 0, events("a")));
            assertThat(await(tail.end(definition, 0))).isEqualTo(new LogTail.End(first, 1));
            move(definition.partitionKey(0));
            EntryId last = await(log.append(definition, 0, events("b", "c")));

            assertThatThrownBy(() -> await(tail.end(definition, 0))).hasMessageContaining("MOVED");

            assertThat(await(tail.end(definition, 0))).isEqualTo(new LogTail.End(last, 2));
            assertThat(await(tail.newest(definition, 0, first, last, 2)))
                    .singleElement()
                    .satisfies(entry -> assertThat(entry.items())
                            .extracting(LogFixtures::text)
                            .containsExactly("b", "c"));
        }
    }

    @Test
    void aLogOpensWithOneNodeThatIsThereAndWithout() {
        String away = "127.0.0.1:" + FreePort.on("127.0.0.1");
        StreamDefinition definition = definition(NO_LIMIT, 5);
        try (RedisEventLog other = RedisEventLog.open(
                settings("redis://" + away + "," + cluster.nodes().get(1).hostAndPort()), new SimpleMeterRegistry())) {
            for (int partition = 0; partition < 5; partition++) {
                await(other.append(definition, partition, events("x")));
            }
        }
        try (RedisEventLog none = RedisEventLog.open(settings("redis-cluster://" + away), new SimpleMeterRegistry())) {
            assertThat(none.isConnected()).isFalse();
            assertThat(await(none.isReachable())).isFalse();
            assertThat(refusal(none.append(definition, 0, events("x")))).isEqualTo(AppendFailure.Reason.UNAVAILABLE);
        }
    }
}
