package io.weir.log;

import static io.weir.log.LogFixtures.await;
import static io.weir.log.LogFixtures.definition;
import static io.weir.log.LogFixtures.events;
import static io.weir.log.LogFixtures.readAll;
import static io.weir.log.LogFixtures.settings;
import static io.weir.log.LogFixtures.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.XAddArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.definition.StreamDefinition;
import io.weir.event.EntryId;
import io.weir.testkit.RedisForTests;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RedisPartitionReaderTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final StreamDefinition definition = definition(1_000_000);
    private final RedisEventLog log = RedisEventLog.open(settings(RedisForTests.url(), 10, 10_000, 100_000), registry);
    private final List<PartitionReader> readers = new ArrayList<>();

    @AfterEach
    void close() {
        readers.forEach(PartitionReader::close);
        log.close();
    }

    @Test
    void fieldsOfOneNameAreAllReadInOrder() {
        LogItem refused = new LogItem(LogItem.Kind.REFUSED, new byte[] {'n', 'o'});
        await(log.append(
                definition,
                0,
                List.of(events("a").getFirst(), refused, events("b").getFirst())));
        await(log.append(definition, 0, events("")));
        xadd("*", "e", "c", "other", "d");
        PartitionReader reader = begun(1, EntryId.ZERO);
        List<String> read = new ArrayList<>();
        for (LogEntry entry : readAll(reader)) {
            for (LogItem item : entry.items()) {
                read.add(item.kind() + " " + text(item));
            }
        }
        assertThat(read).containsExactly("EVENT a", "REFUSED no", "EVENT b", "EVENT ", "EVENT c", "FOREIGN other=d");
    }

    @Test
    void aReadThatBlocksReturnsWithWhatComesAndEmptyAfterItsTime() {
        PartitionReader reader = begun(1, EntryId.ZERO);
        assertThat(await(reader.read(10, Duration.ofMillis(50)))).isEmpty();
        CompletionStage<List<LogEntry>> read = reader.read(10, Duration.ofSeconds(5));
        EntryId id = await(log.append(definition, 0, events("x")));
        assertThat(await(read)).extracting(LogEntry::id).containsExactly(id);
    }

    @Test
    void aSuccessorGetsWhatWasPendingAndThePredecessorNothingMore() {
        EntryId first = await(log.append(definition, 0, events("committed")));
        PartitionReader zombie = begun(1, EntryId.ZERO);
        EntryId second = await(log.append(definition, 0, events("pending")));
        assertThat(readAll(zombie)).hasSize(2);
        await(zombie.acknowledge(List.of(first), 1));
        CompletionStage<List<LogEntry>> blocked = zombie.read(10, Duration.ofSeconds(5));

        PartitionReader successor = log.reader(definition, 0);
        readers.add(successor);
        PartitionReader.Begun begun = await(successor.begin(2, first, first));
        assertThat(begun).isEqualTo(new PartitionReader.Begun(1, 1, false));
        assertGroupGone(blocked);
        assertGroupGone(zombie.read(10, Duration.ZERO));
        assertThat(readAll(successor)).extracting(LogEntry::id).containsExactly(second);
    }

    @Test
    void groupsOfOthersAreLeftAlone() {
        begun(1, EntryId.ZERO);
        assertThat(LogFixtures.<String>redis(
                        RedisForTests.url(),
                        redis -> redis.xgroupCreate(StreamOffset.from(definition.redisKey(), "0"), "billing")))
                .isEqualTo("OK");
        begun(2, EntryId.ZERO);
        assertThat(groups())
                .hasSize(2)
                .anyMatch(group -> group.contains("billing"))
                .anyMatch(group -> group.contains("weir.2-"));
    }

    @Test
    void anotherEntryAtTheCursorIsNotTheOneThatWasCommitted() {
        EntryId cursor = await(log.append(definition, 0, events("x")));
        PartitionReader reader = begun(1, EntryId.ZERO);
        LogEntry entry = readAll(reader).getFirst();
        assertThat(await(reader.isBehind(cursor, entry.checksum()))).isFalse();
        assertThat(await(reader.isBehind(cursor, 0))).isFalse();
        assertThat(await(reader.isBehind(cursor, entry.checksum() + 1))).isTrue();
        LogEntry other = new LogEntry(entry.id(), List.of(new LogItem(LogItem.Kind.EVENT, new byte[] {1})));
        assertThat(other.checksum()).isNotEqualTo(entry.checksum());
    }

    @Test
    void aStreamThatWasDeletedIsBehindAndGoesOnAboveTheCursor() {
        await(log.append(definition, 0, events("x")));
        PartitionReader reader = begun(1, EntryId.ZERO);
        EntryId cursor = new EntryId(Long.MAX_VALUE / 4, 7);
        assertThat(await(reader.isBehind(EntryId.ZERO, 0))).isFalse();
        assertThat(await(reader.isBehind(cursor, 0))).isTrue();
        assertThat(LogFixtures.<Long>redis(RedisForTests.url(), redis -> redis.del(definition.redisKey())))
                .isEqualTo(1);
        assertThat(await(reader.isBehind(new EntryId(0, 1), 0))).isTrue();
        assertGroupGone(reader.read(10, Duration.ZERO));

        PartitionReader successor = log.reader(definition, 0);
        readers.add(successor);
        assertThat(await(successor.begin(2, cursor, cursor))).isEqualTo(new PartitionReader.Begun(0, 0, true));
        // until something is committed above the cursor: who starts next has to go back again
        assertThat(await(successor.isBehind(cursor, 0))).isTrue();
        assertThat(registry.counter("weir.log.tail.lost", "stream", definition.name())
                        .count())
                .isEqualTo(1);
        EntryId next = await(log.append(definition, 0, events("y")));
        assertThat(next).isEqualTo(new EntryId(cursor.millis(), 8));
        assertThat(await(successor.isBehind(cursor, 0))).isTrue();
        assertThat(await(successor.isBehind(next, 0))).isFalse();
        assertThat(readAll(successor)).extracting(LogEntry::id).containsExactly(next);
        assertThat(log.depth(definition)).isEqualTo(1);
    }

    @Test
    void theBacklogIsCountedInEventsAfterTheCursor() {
        EntryId cursor = EntryId.ZERO;
        for (int call = 0; call < 300; call++) {
            EntryId id = await(log.append(definition, 0, events(1 + call % 30)));
            if (call == 59) {
                cursor = id;
            }
        }
        // 300 calls hold ten rounds of 1 to 30 events, of which two are committed
        PartitionReader reader = log.reader(definition, 0);
        readers.add(reader);
        PartitionReader.Begun begun = await(reader.begin(1, cursor, cursor));
        assertThat(begun.depth()).isEqualTo(8 * 465);
        assertThat(log.depth(definition)).isEqualTo(8 * 465);
        int read = 0;
        for (LogEntry entry : readAll(reader)) {
            read += entry.items().size();
        }
        assertThat(read).isEqualTo(8 * 465);
    }

    @Test
    void theDepthFollowsWhatOthersAppendedOnceTheConsumerHasCaughtUp() {
        PartitionReader reader = begun(1, EntryId.ZERO);
        await(log.append(definition, 0, events(3)));
        xadd("*", "e", "from elsewhere");
        assertThat(readAll(reader)).hasSize(2);
        reader.caughtUp(4);
        assertThat(log.depth(definition)).isEqualTo(4);
        await(reader.acknowledge(List.of(), 4));
        assertThat(log.depth(definition)).isZero();
    }

    @Test
    void trimmingKeepsAllFromTheMinimumOn() {
        List<EntryId> ids = new ArrayList<>();
        for (int call = 0; call < 500; call++) {
            ids.add(await(log.append(definition, 0, events(10))));
        }
        PartitionReader reader = begun(1, EntryId.ZERO);
        await(reader.trim(ids.get(400)));
        List<EntryId> left = new ArrayList<>();
        for (LogEntry entry : readAll(reader)) {
            left.add(entry.id());
        }
        assertThat(left).containsAll(ids.subList(400, 500)).hasSizeLessThan(250);
    }

    @Test
    void aReaderReadsNoMoreThanItsHeapAllows() {
        for (int call = 0; call < 40; call++) {
            await(log.append(definition, 0, events("x".repeat(9_000))));
        }
        PartitionReader reader = begun(1, EntryId.ZERO);
        for (int read = 0; read < 2; read++) {
            assertThat(await(reader.read(1_000, Duration.ZERO))).hasSizeBetween(10, 20);
        }
    }

    @Test
    void acknowledgedEntriesAreNoLongerPending() {
        List<EntryId> ids = new ArrayList<>();
        for (int call = 0; call < 1_500; call++) {
            ids.add(await(log.append(definition, 0, events("x"))));
        }
        PartitionReader reader = begun(1, EntryId.ZERO);
        assertThat(readAll(reader)).hasSize(1_500);
        await(reader.acknowledge(ids.subList(0, 1_200), 1_200));
        assertThat(groups()).singleElement().asString().contains("pending, 300,");
        assertThat(log.depth(definition)).isEqualTo(300);
    }

    private PartitionReader begun(long epoch, EntryId cursor) {
        PartitionReader reader = log.reader(definition, 0);
        readers.add(reader);
        await(reader.begin(epoch, cursor, cursor));
        return reader;
    }

    private List<String> groups() {
        return LogFixtures.redis(
                RedisForTests.url(),
                redis -> redis.xinfoGroups(definition.redisKey()).stream()
                        .map(Object::toString)
                        .toList());
    }

    private void xadd(String id, String... fields) {
        assertThat(LogFixtures.<String>redis(
                        RedisForTests.url(),
                        redis -> redis.xadd(definition.redisKey(), new XAddArgs().id(id), (Object[]) fields)))
                .isNotNull();
    }

    private static void assertGroupGone(CompletionStage<?> stage) {
        assertThatThrownBy(() -> await(stage))
                .cause()
                .isInstanceOfSatisfying(
                        ReaderFailure.class,
                        failure -> assertThat(failure.reason()).isEqualTo(ReaderFailure.Reason.GROUP_GONE));
    }
}
