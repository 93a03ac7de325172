package io.weir.log;

import static io.weir.log.LogFixtures.await;
import static io.weir.log.LogFixtures.compressed;
import static io.weir.log.LogFixtures.events;
import static io.weir.log.LogFixtures.readAll;
import static io.weir.log.LogFixtures.settings;
import static io.weir.log.LogFixtures.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.Range;
import io.lettuce.core.StreamMessage;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.definition.StreamDefinition;
import io.weir.event.EntryId;
import io.weir.testkit.RedisForTests;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Entries that are compressed, in a real Redis: they are read, counted and acknowledged as others are. */
class CompressedLogTest {
    private static final int NO_LIMIT = 1_000_000;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final StreamDefinition definition = compressed(NO_LIMIT);
    private RedisEventLog log = RedisEventLog.open(settings(RedisForTests.url()), registry);

    @AfterEach
    void close() {
        log.close();
    }

    @Test
    void manyEventsAreOneSmallFieldAndReadAsTheyWereAppended() {
        List<LogItem> items = new ArrayList<>(clicks(300));
        items.set(7, new LogItem(LogItem.Kind.REFUSED, items.get(7).payload()));
        EntryId id = await(log.append(definition, 0, items));

        List<Map<String, String>> stored = stored();
        assertThat(stored).hasSize(1);
        assertThat(stored.getFirst()).containsOnlyKeys("z300");
        assertThat(count("weir.log.appended")).isEqualTo(300);
        assertThat(count("weir.log.bytes"))
                .isEqualTo(
                        items.stream().mapToInt(item -> item.payload().length).sum());
        assertThat(count("weir.log.stored.bytes"))
                .isLessThan(count("weir.log.bytes") / 5)
                .isPositive();

        List<LogEntry> entries = read();
        assertThat(entries).hasSize(1);
        assertThat(entries.getFirst().id()).isEqualTo(id);
        assertThat(texts(entries))
                .isEqualTo(items.stream().map(item -> item.kind() + text(item)).toList());
    }

    @Test
    void whatIsSmallStaysReadable() {
        await(log.append(definition, 0, events("{\"a\":1}", "{\"a\":2}")));
        assertThat(stored().getFirst()).containsOnlyKeys("e");
        assertThat(count("weir.log.stored.bytes")).isEqualTo(count("weir.log.bytes"));
        assertThat(texts(read())).containsExactly("EVENT{\"a\":1}", "EVENT{\"a\":2}");
    }

    @Test
    void anotherProcessCountsTheBacklogWithoutUnpackingIt() {
        await(log.append(definition, 0, clicks(400)));
        await(log.append(definition, 0, events("{\"a\":1}")));
        await(log.append(definition, 0, clicks(99)));
        log.close();
        log = RedisEventLog.open(settings(RedisForTests.url()), new SimpleMeterRegistry());
        PartitionReader reader = log.reader(definition, 0);
        await(reader.begin(1, EntryId.ZERO, EntryId.ZERO));
        assertThat(log.depth(definition)).isEqualTo(500);
        assertThat(await(log.standing(definition, 0, EntryId.ZERO)).eventsAfter())
                .isEqualTo(500);
        List<LogEntry> entries = readAll(reader);
        await(reader.acknowledge(entries.stream().map(LogEntry::id).toList(), 500));
        assertThat(log.depth(definition)).isZero();
        reader.close();
    }

    @Test
    void aFieldOfThatNameBySomebodyElseIsForeignAndKeepsNothingBehindItFromBeingRead() {
        LogFixtures.<String>redis(
                RedisForTests.url(), redis -> redis.xadd(definition.redisKey(), Map.of("z3", "what is this")));
        await(log.append(definition, 0, clicks(10)));
        List<LogEntry> entries = read();
        assertThat(entries.getFirst().items()).hasSize(1);
        assertThat(texts(entries).getFirst()).isEqualTo("FOREIGNz3=what is this");
        assertThat(entries.getLast().items()).hasSize(10);
    }

    private static List<LogItem> clicks(int number) {
        List<LogItem> items = new ArrayList<>();
        for (int index = 0; index < number; index++) {
            items.addAll(events("{\"timestamp\":17959762263" + (10 + index % 90) + ",\"short_code\":\"c" + index * 31
                    + "\",\"user_agent\":\"Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0\",\"is_bot\":false}"));
        }
        return items;
    }

    private List<LogEntry> read() {
        try (PartitionReader reader = log.reader(definition, 0)) {
            await(reader.begin(1, EntryId.ZERO, EntryId.ZERO));
            return readAll(reader);
        }
    }

    private static List<String> texts(List<LogEntry> entries) {
        return entries.stream()
                .flatMap(entry -> entry.items().stream())
                .map(item -> item.kind() + text(item))
                .toList();
    }

    private List<Map<String, String>> stored() {
        return LogFixtures.<List<Map<String, String>>>redis(
                RedisForTests.url(),
                redis -> redis.xrange(definition.redisKey(), Range.unbounded()).stream()
                        .map(StreamMessage::getBody)
                        .toList());
    }

    private double count(String name) {
        return registry.counter(name, "stream", definition.name()).count();
    }
}
