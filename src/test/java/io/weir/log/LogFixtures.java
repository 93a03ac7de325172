package io.weir.log;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import io.weir.definition.BodyForm;
import io.weir.definition.Dedup;
import io.weir.definition.Default;
import io.weir.definition.Field;
import io.weir.definition.FieldType;
import io.weir.definition.IngestSettings;
import io.weir.definition.Rollups;
import io.weir.definition.StreamDefinition;
import io.weir.definition.WindowSettings;
import io.weir.event.EntryId;
import io.weir.settings.LogSettings;
import io.weir.testkit.RedisForTests;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** What the tests of the log share. */
final class LogFixtures {
    static final Duration TIMEOUT = Duration.ofMillis(1_500);

    private LogFixtures() {}

    static LogSettings settings(String url) {
        return settings(url, 500, 256 << 10, 100_000);
    }

    static LogSettings settings(String url, int maxEntryEvents, int maxEntryBytes, int maxWaitingEvents) {
        return new LogSettings(
                url, "", Duration.ofSeconds(1), TIMEOUT, maxEntryEvents, maxEntryBytes, maxWaitingEvents, 64 << 20);
    }

    static StreamDefinition definition(long maxDepth) {
        return definition(maxDepth, 1);
    }

    static StreamDefinition definition(long maxDepth, int partitions) {
        return definition(maxDepth, partitions, false, List.of(), new Dedup(List.of(), Duration.ofDays(2)));
    }

    /** A stream whose items are not appended again within {@code ttl}. */
    static StreamDefinition once(long maxDepth, int partitions, Duration ttl) {
        Field visitor = new Field(0, "visitor", FieldType.TEXT, false, new Default.None(), null, null, 2_048);
        return definition(maxDepth, partitions, false, List.of(visitor), new Dedup(List.of(visitor), ttl));
    }

    /** A stream of one partition whose entries are compressed. */
    static StreamDefinition compressed(long maxDepth) {
        return definition(maxDepth, 1, true, List.of(), new Dedup(List.of(), Duration.ofDays(2)));
    }

    private static StreamDefinition definition(
            long maxDepth, int partitions, boolean compress, List<Field> fields, Dedup dedup) {
        String name = RedisForTests.freshPrefix() + "stream";
        return new StreamDefinition(
                name,
                name + ".conf",
                name,
                partitions,
                maxDepth,
                new WindowSettings(1_000, 10_000, Duration.ofSeconds(1)),
                Duration.ofMinutes(15),
                compress,
                new IngestSettings(null, Set.of(BodyForm.OBJECT), null),
                fields,
                null,
                null,
                List.of(),
                List.of(),
                dedup,
                List.of(),
                Rollups.NONE);
    }

    static List<LogItem> events(String... payloads) {
        List<LogItem> items = new ArrayList<>();
        for (String payload : payloads) {
            items.add(new LogItem(LogItem.Kind.EVENT, payload.getBytes(StandardCharsets.UTF_8)));
        }
        return items;
    }

    static List<LogItem> events(int number) {
        List<LogItem> items = new ArrayList<>();
        for (int index = 0; index < number; index++) {
            items.addAll(events("{\"n\":" + index + "}"));
        }
        return items;
    }

    static String text(LogItem item) {
        return new String(item.payload(), StandardCharsets.UTF_8);
    }

    static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
    }

    /** The reason that an append failed for; fails when it did not fail. */
    static AppendFailure.Reason refusal(CompletionStage<EntryId> stage) {
        try {
            EntryId id =
                    stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
            throw new AssertionError("appended as " + id);
        } catch (CompletionException problem) {
            return reason(problem);
        }
    }

    static AppendFailure.Reason reason(CompletionException problem) {
        if (problem.getCause() instanceof AppendFailure failure) {
            return failure.reason();
        }
        throw new AssertionError("not answered by the log", problem);
    }

    static List<LogEntry> readAll(PartitionReader reader) {
        List<LogEntry> entries = new ArrayList<>();
        while (true) {
            List<LogEntry> more = await(reader.read(1_000, Duration.ZERO));
            if (more.isEmpty()) {
                return entries;
            }
            entries.addAll(more);
        }
    }

    /** Talks to a server past the log. */
    static <T> T redis(String url, Function<RedisCommands<String, String>, T> work) {
        try (RedisClient client = RedisClient.create(RedisURI.create(url));
                var connection = client.connect()) {
            return work.apply(connection.sync());
        }
    }
}
