package io.weir.log;

import static io.weir.log.LogFixtures.await;
import static io.weir.log.LogFixtures.events;
import static io.weir.log.LogFixtures.once;
import static io.weir.log.LogFixtures.readAll;
import static io.weir.log.LogFixtures.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.definition.StreamDefinition;
import io.weir.event.EntryId;
import io.weir.log.EventLog.Place;
import io.weir.testkit.RedisForTests;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Items that are appended once within a time, in one step with the look whether they were. */
class AppendOnceTest {
    private static final int NO_LIMIT = 1_000_000;
    private static final Duration DAY = Duration.ofHours(24);

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private RedisEventLog log = RedisEventLog.open(settings(RedisForTests.url()), registry);

    @AfterEach
    void close() {
        log.close();
    }

    private static LogItem item(String payload, @Nullable String key) {
        return new LogItem(LogItem.Kind.EVENT, payload.getBytes(StandardCharsets.UTF_8), key);
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

    @Test
    void whatIsThereIsNotAppendedAgainAndItsPlaceIsTold() {
        StreamDefinition definition = once(NO_LIMIT, 1, DAY);
        List<Place> first = await(log.appendOnce(definition, 0, List.of(item("a1", "a"), item("b1", "b"))));
        assertThat(first).extracting(Place::repeated).containsExactly(false, false);
        List<Place> second = await(log.appendOnce(
                definition, 0, List.of(item("a2", "a"), item("c1", "c"), item("c2", "c"), item("n", null))));
        assertThat(second).extracting(Place::repeated).containsExactly(true, false, true, false);
        assertThat(second.get(0).entry()).isEqualTo(first.get(0).entry());
        assertThat(second.get(2).entry())
                .isEqualTo(second.get(1).entry())
                .isNotEqualTo(first.get(0).entry());
        List<Place> third = await(log.appendOnce(definition, 0, List.of(item("a3", "a"), item("b2", "b"))));
        assertThat(third)
                .isEqualTo(List.of(
                        new Place(first.get(0).entry(), true),
                        new Place(first.get(1).entry(), true)));
        await(log.append(definition, 0, events("always", "always")));

        assertThat(payloads(definition)).containsExactly("a1", "b1", "c1", "n", "always", "always");
        assertThat(log.depth(definition)).isEqualTo(6);
        assertThat(log.appended(definition, 0).answered()).isEqualTo(6);
        assertThat(registry.counter("weir.log.appended", "stream", definition.name())
                        .count())
                .isEqualTo(6);
        assertThat(registry.counter("weir.log.repeated", "stream", definition.name())
                        .count())
                .isEqualTo(4);
    }

    @Test
    void aKeyIsOfItsPartitionAndEndsAfterItsTime() {
        StreamDefinition definition = once(NO_LIMIT, 2, Duration.ofMillis(300));
        EntryId first = await(log.appendOnce(definition, 1, List.of(item("x", "k"))))
                .getFirst()
                .entry();
        assertThat(await(log.appendOnce(definition, 0, List.of(item("x", "k"))))
                        .getFirst()
                        .repeated())
                .isFalse();
        assertThat(await(log.appendOnce(definition, 1, List.of(item("x", "k"))))
                        .getFirst()
                        .repeated())
                .isTrue();
        await().until(() -> !await(log.appendOnce(definition, 1, List.of(item("x", "k"))))
                .getFirst()
                .repeated());
        EntryId again = await(log.appendOnce(definition, 1, List.of(item("x", "k"))))
                .getFirst()
                .entry();
        assertThat(again.millis() - first.millis()).isGreaterThanOrEqualTo(300);
    }

    @Test
    void theKeysAreInTheSlotOfTheirStream() {
        assertThat(OnceCommand.keyPrefix("story-views")).isEqualTo("{story-views}:once:");
        assertThat(OnceCommand.keyPrefix("story-views:{3}")).isEqualTo("story-views:{3}:once:");
        assertThat(OnceCommand.keyPrefix("a{}b")).isEqualTo("{a{}b}:once:");
        assertThat(OnceCommand.keyPrefix("a}b")).isEqualTo("{a}b}:once:");
    }

    @Test
    void concurrentCallersOfOneKeyAppendItOnce() throws InterruptedException {
        StreamDefinition definition = once(NO_LIMIT, 1, DAY);
        ConcurrentLinkedQueue<CompletionStage<List<Place>>> answers = new ConcurrentLinkedQueue<>();
        List<Thread> threads = new ArrayList<>();
        for (int caller = 0; caller < 8; caller++) {
            threads.add(Thread.ofPlatform().start(() -> {
                for (int key = 0; key < 200; key++) {
                    answers.add(log.appendOnce(definition, 0, List.of(item("v" + key, "visitor-" + key))));
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        long fresh = answers.stream()
                .filter(answer -> !await(answer).getFirst().repeated())
                .count();
        assertThat(fresh).isEqualTo(200);
        assertThat(payloads(definition)).hasSize(200).doesNotHaveDuplicates();
        assertThat(log.depth(definition)).isEqualTo(200);
    }

    @Test
    void aRequestThatNeedsSeveralEntriesKnowsEachItemsPlace() {
        close();
        log = RedisEventLog.open(settings(RedisForTests.url(), 3, 256 << 10, 100_000), registry);
        StreamDefinition definition = once(NO_LIMIT, 1, DAY);
        List<LogItem> items = new ArrayList<>();
        for (int index = 0; index < 10; index++) {
            items.add(item("v" + index, "k" + index % 7));
        }
        List<Place> places = await(log.appendOnce(definition, 0, items));
        assertThat(places)
                .extracting(Place::repeated)
                .containsExactly(false, false, false, false, false, false, false, true, true, true);
        for (int index = 0; index < 10; index++) {
            assertThat(places.get(index).entry())
                    .isEqualTo(places.get(index % 7).entry());
        }
        assertThat(payloads(definition)).hasSize(7);
        assertThat(log.depth(definition)).isEqualTo(7);
    }

    @Test
    void whatRedisRefusesLeavesNoKeyBehind() {
        StreamDefinition definition = once(NO_LIMIT, 1, DAY);
        String key = definition.partitionKey(0);
        LogFixtures.redis(RedisForTests.url(), redis -> redis.set(key, "no stream"));
        CompletionStage<List<Place>> refused = log.appendOnce(definition, 0, List.of(item("x", "k")));
        assertThat(refused.toCompletableFuture()).failsWithin(Duration.ofSeconds(60));
        assertThat(log.depth(definition)).isZero();
        LogFixtures.redis(RedisForTests.url(), redis -> redis.del(key));
        assertThat(await(log.appendOnce(definition, 0, List.of(item("x", "k"))))
                        .getFirst()
                        .repeated())
                .isFalse();
    }
}
