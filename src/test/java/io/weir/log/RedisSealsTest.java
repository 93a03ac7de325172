package io.weir.log;

import static io.weir.log.LogFixtures.await;
import static io.weir.log.LogFixtures.definition;
import static io.weir.log.LogFixtures.events;
import static io.weir.log.LogFixtures.once;
import static io.weir.log.LogFixtures.readAll;
import static io.weir.log.LogFixtures.redis;
import static io.weir.log.LogFixtures.refusal;
import static io.weir.log.LogFixtures.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.definition.Generation;
import io.weir.definition.StreamDefinition;
import io.weir.event.EntryId;
import io.weir.testkit.RedisForTests;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedisSealsTest {
    private static final int EVENTS_OF_AN_ENTRY = 5;
    private static final Generation NEXT = new Generation(1, 1, false);

    private final RedisEventLog log = RedisEventLog.open(
            settings(RedisForTests.url(), EVENTS_OF_AN_ENTRY, 256 << 10, 100_000), new SimpleMeterRegistry());
    private final PartitionSeals seals = log.seals();
    private final StreamDefinition definition = definition(1_000_000);

    @AfterEach
    void close() {
        log.close();
    }

    @Test
    void aSealedPartitionTakesNothingMoreAndKeepsWhatItHas() {
        EntryId last = await(log.append(definition, 0, events(3)));
        assertThat(await(seals.seal(definition, 0, NEXT))).isEqualTo(last);
        assertThat(refusal(log.append(definition, 0, events(1)))).isEqualTo(AppendFailure.Reason.SEALED);
        assertThat(await(seals.seal(definition, 0, NEXT))).isEqualTo(last);
        assertThat(await(seals.successor(definition, 0))).isEqualTo(NEXT);

        assertThat(payloads(0)).containsExactly("{\"n\":0}", "{\"n\":1}", "{\"n\":2}");
        assertThat(log.depth(definition)).isEqualTo(3);
        LogInspection.Standing standing = await(log.standing(definition, 0, EntryId.ZERO));
        assertThat(standing.entriesAdded()).isEqualTo(1);
        assertThat(standing.eventsAfter()).isEqualTo(3);
        assertThat(await(log.standing(definition, 0, last)).entriesAfter()).isZero();
    }

    @Test
    void oneThatNobodyAppendedToIsSealedAllTheSame() {
        assertThat(await(seals.successor(definition, 0))).isNull();
        assertThat(await(seals.seal(definition, 0, NEXT))).isEqualTo(EntryId.ZERO);
        assertThat(refusal(log.append(definition, 0, events(1)))).isEqualTo(AppendFailure.Reason.SEALED);
    }

    @Test
    void whatIsAppendedOnceIsRefusedAsWell() {
        StreamDefinition visits = once(1_000, 1, Duration.ofDays(1));
        LogItem item = visit("a");
        EntryId first =
                await(log.appendOnce(visits, 0, List.of(item))).getFirst().entry();
        await(seals.seal(visits, 0, NEXT));
        LogItem other = visit("b");
        assertThat(refusal(log.appendOnce(visits, 0, List.of(other)).thenApply(places -> EntryId.ZERO)))
                .isEqualTo(AppendFailure.Reason.SEALED);
        // nothing was left that would keep it out elsewhere, and what is known stays known
        assertThat(await(log.appendOnce(visits, 0, List.of(item)))).containsExactly(new EventLog.Place(first, true));
        assertThat(refusal(log.appendOnce(visits, 0, List.of(other)).thenApply(places -> EntryId.ZERO)))
                .isEqualTo(AppendFailure.Reason.SEALED);
    }

    /** Redis holds the first entry back until the seal is behind it on the same connection; the second waits for an answer. */
    @Test
    void aLargeAppendThatMeetsTheSealGoesOnElsewhereAndStaysInOrder() {
        definition.layout().update(List.of(new Generation(0, 1, true), NEXT), Set.of());
        List<LogItem> items = events(400);
        CompletionStage<List<RoutedAppend.Appended>> appended = redis(RedisForTests.url(), server -> {
            client(server, "PAUSE", "60000", "WRITE");
            try {
                CompletionStage<List<RoutedAppend.Appended>> append =
                        RoutedAppend.always(definition, log).append(0, items);
                Awaitility.await().until(() -> server.clientList().contains("cmd=xadd"));
                seals.seal(definition, 0, NEXT);
                return append;
            } finally {
                client(server, "UNPAUSE");
            }
        });
        assertThat(await(appended)).extracting(RoutedAppend.Appended::partition).containsExactly(1_000);
        assertThat(payloads(0)).hasSize(EVENTS_OF_AN_ENTRY);
        assertInOrder(items);
    }

    /** Wherever among the entries of a large append the seal falls. */
    @ParameterizedTest
    @ValueSource(longs = {0, 1, 3, 10, 30})
    void whateverASealFindsOfALargeAppendNothingIsLostOrDoubled(long entries) {
        definition.layout().update(List.of(new Generation(0, 1, true), NEXT), Set.of());
        List<LogItem> items = events(400);
        CompletionStage<List<RoutedAppend.Appended>> appended =
                RoutedAppend.always(definition, log).append(0, items);
        while (await(log.standing(definition, 0, EntryId.ZERO)).entriesAdded() < entries) {
            Thread.onSpinWait();
        }
        await(seals.seal(definition, 0, NEXT));
        await(appended);
        assertInOrder(items);
    }

    private void assertInOrder(List<LogItem> items) {
        List<String> all = new ArrayList<>(payloads(0));
        all.addAll(payloads(1_000));
        assertThat(all).isEqualTo(items.stream().map(LogFixtures::text).toList());
        assertThat(log.depth(definition)).isEqualTo(items.size());
    }

    private static void client(RedisCommands<String, String> server, String... words) {
        CommandArgs<String, String> arguments = new CommandArgs<>(StringCodec.UTF8);
        for (String word : words) {
            arguments.add(word);
        }
        server.dispatch(CommandType.CLIENT, new StatusOutput<>(StringCodec.UTF8), arguments);
    }

    @Test
    void whatFollowsIsWaitedForAndThenAppendedTo() {
        await(seals.seal(definition, 0, NEXT));
        CompletableFuture<List<RoutedAppend.Appended>> appended =
                RoutedAppend.always(definition, log).append(0, events(2)).toCompletableFuture();
        definition
                .layout()
                .whenUnknown(() -> definition
                        .layout()
                        .update(List.of(new Generation(0, 1, true), new Generation(1, 4, false)), Set.of()));
        assertThat(await(RoutedAppend.always(definition, log).append(0, events(1))))
                .hasSize(1);
        assertThat(await(appended)).isNotEmpty();
        assertThat(log.depth(definition)).isEqualTo(3);
    }

    @Test
    void onlyASealedPartitionThatHoldsWhatItHeldIsRemoved() {
        EntryId last = await(log.append(definition, 0, events(3)));
        assertThat(await(seals.remove(definition, 0, last))).isFalse();
        await(seals.seal(definition, 0, NEXT));
        assertThat(await(seals.remove(definition, 0, new EntryId(1, 1)))).isFalse();
        assertThat(await(seals.exists(definition, 0))).isTrue();
        assertThat(await(seals.remove(definition, 0, last))).isTrue();
        assertThat(await(seals.exists(definition, 0))).isFalse();
    }

    private static LogItem visit(String visitor) {
        String event = "{\"visitor\":\"" + visitor + "\"}";
        return new LogItem(LogItem.Kind.EVENT, event.getBytes(StandardCharsets.UTF_8), visitor);
    }

    private List<String> payloads(int partition) {
        try (PartitionReader reader = log.reader(definition, partition)) {
            await(reader.begin(1, EntryId.ZERO, EntryId.ZERO));
            return readAll(reader).stream()
                    .flatMap(entry -> entry.items().stream())
                    .map(LogFixtures::text)
                    .toList();
        }
    }
}
