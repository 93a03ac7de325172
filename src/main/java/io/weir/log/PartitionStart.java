package io.weir.log;

import static io.weir.log.RedisCalls.args;
import static io.weir.log.RedisCalls.call;

import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.weir.event.EntryId;
import io.weir.logging.LogFields;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What an incarnation does to its partition before it reads: takes it over and counts the backlog. */
final class PartitionStart implements PartitionTakeover.Commands {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionStart.class);

    // Items of one chunk are what Redis is busy with at a time; entries pack from one to hundreds of them.
    private static final long ITEMS_PER_CHUNK = 5_000;
    private static final long FIRST_CHUNK_ENTRIES = 20;
    private static final long MAX_CHUNK_ENTRIES = 1_000;

    private static final String COUNT_SCRIPT = CompressedItems.LUA_ITEMS_OF + """
        local entries = redis.call('XRANGE', KEYS[1], ARGV[1], '+', 'COUNT', ARGV[2])
        local items = 0
        for i = 1, #entries do items = items + items_of(entries[i][2]) end
        return {#entries, items, #entries > 0 and entries[#entries][1] or ''}
        """;

    // XINFO STREAM itself would send the first and the last entry along
    private static final String LAST_ID_SCRIPT = """
        if redis.call('EXISTS', KEYS[1]) == 0 then return {'0-0'} end
        local info = redis.call('XINFO', 'STREAM', KEYS[1])
        for i = 1, #info, 2 do
          if info[i] == 'last-generated-id' then return {info[i + 1]} end
        end
        """;

    // A Redis without memory refuses to create a group. But without one nothing is read, committed and removed, and it
    // would stay full for ever.
    private static final String EVEN_WHEN_FULL_SCRIPT = """
        #!lua flags=allow-oom
        return redis.call(unpack(ARGV))
        """;

    private final @Nullable StatefulRedisConnection<byte[], byte[]> connection;
    private final String stream;
    private final String key;
    private final int partition;
    private final Duration timeout;
    private final StreamDepth depth;

    PartitionStart(
            @Nullable StatefulRedisConnection<byte[], byte[]> connection,
            String stream,
            String key,
            int partition,
            Duration timeout,
            StreamDepth depth) {
        this.connection = connection;
        this.stream = stream;
        this.key = key;
        this.partition = partition;
        this.timeout = timeout;
        this.depth = depth;
    }

    CompletableFuture<PartitionReader.Begun> begin(String group, EntryId cursor, EntryId readFrom) {
        return PartitionTakeover.run(this, group, cursor, readFrom)
                .thenCompose(taken -> countAfter(new Counted(cursor, 0), FIRST_CHUNK_ENTRIES)
                        .thenApply(backlog -> {
                            depth.started(partition, backlog.events(), backlog.end());
                            return new PartitionReader.Begun(
                                    backlog.events(), taken.predecessorPending(), taken.tailLost());
                        }));
    }

    @Override
    public CompletableFuture<EntryId> lastId() {
        CommandArgs<byte[], byte[]> args = args().add(LAST_ID_SCRIPT).add(1).add(key);
        return call(connection, CommandType.EVAL, args, timeout)
                .thenApply(answer -> EntryId.parse(RedisCalls.text(answer.getFirst())));
    }

    @Override
    public CompletableFuture<Long> checksum(EntryId id) {
        CommandArgs<byte[], byte[]> args = args().add(key).add(id.toString()).add(id.toString());
        return call(connection, CommandType.XRANGE, EntriesOutput.ofOneStream(), args, timeout)
                .thenApply(entries -> entries.isEmpty() ? 0 : entries.getFirst().checksum());
    }

    @Override
    public CompletableFuture<List<PartitionTakeover.Group>> groups() {
        return call(connection, CommandType.XINFO, args().add("GROUPS").add(key), timeout)
                .exceptionallyCompose(problem -> RedisCalls.hasMessage(problem, "ERR no such key")
                        ? CompletableFuture.completedFuture(List.of())
                        : CompletableFuture.failedFuture(problem))
                .thenApply(groups -> {
                    List<PartitionTakeover.Group> parsed = new ArrayList<>();
                    for (Object group : groups) {
                        parsed.add(parse((List<?>) group));
                    }
                    return parsed;
                });
    }

    private static PartitionTakeover.Group parse(List<?> group) {
        String name = "";
        long pending = 0;
        for (int index = 0; index + 1 < group.size(); index += 2) {
            String field = RedisCalls.text(group.get(index));
            if (field.equals("name")) {
                name = RedisCalls.text(group.get(index + 1));
            } else if (field.equals("pending")) {
                pending = (Long) group.get(index + 1);
            }
        }
        return new PartitionTakeover.Group(name, pending);
    }

    @Override
    public CompletableFuture<?> destroyGroup(PartitionTakeover.Group group) {
        try (var _ = LogFields.of(stream, partition)) {
            LOG.info("{}: taking over from group {}, which had {} entries pending", key, group.name(), group.pending());
        }
        return call(
                connection, CommandType.XGROUP, args().add("DESTROY").add(key).add(group.name()), timeout);
    }

    @Override
    public CompletableFuture<?> createGroup(String group, EntryId readFrom) {
        return callEvenWhenFull("XGROUP", "CREATE", key, group, readFrom.toString(), "MKSTREAM");
    }

    private CompletableFuture<List<Object>> callEvenWhenFull(String... command) {
        CommandArgs<byte[], byte[]> args =
                args().add(EVEN_WHEN_FULL_SCRIPT).add(1).add(key);
        for (String argument : command) {
            args.add(argument);
        }
        return call(connection, CommandType.EVAL, args, timeout);
    }

    @Override
    public CompletableFuture<?> raiseLastId(EntryId id, EntryId last) {
        try (var _ = LogFields.of(stream, partition)) {
            LOG.error(
                    "{}: Redis lost its tail: its last ID is {}, and entries up to {} are committed. What was accepted"
                            + " and not committed by then may be lost. Going on above the cursor",
                    key,
                    last,
                    id);
        }
        return callEvenWhenFull("XSETID", key, id.toString());
    }

    /** Counts what stands behind the depth's position and is not read yet, for whoever waits for room. */
    CompletableFuture<Void> countAhead() {
        EntryId from = depth.position(partition);
        return countChunk(from, FIRST_CHUNK_ENTRIES).thenCompose(chunk -> countAhead(from, chunk));
    }

    private CompletableFuture<Void> countAhead(EntryId from, Chunk chunk) {
        if (chunk.entries() == 0 || !depth.counted(partition, from, chunk.end(), chunk.events()) || chunk.isLast()) {
            return CompletableFuture.completedFuture(null);
        }
        return countChunk(chunk.end(), chunk.nextEntries()).thenCompose(next -> countAhead(chunk.end(), next));
    }

    private CompletableFuture<Counted> countAfter(Counted before, long chunkEntries) {
        return countChunk(before.end(), chunkEntries).thenCompose(chunk -> {
            Counted counted = new Counted(chunk.end(), before.events() + chunk.events());
            return chunk.isLast()
                    ? CompletableFuture.completedFuture(counted)
                    : countAfter(counted, chunk.nextEntries());
        });
    }

    private CompletableFuture<Chunk> countChunk(EntryId after, long chunkEntries) {
        CommandArgs<byte[], byte[]> args = args().add(COUNT_SCRIPT)
                .add(1)
                .add(key.getBytes(StandardCharsets.UTF_8))
                .add("(" + after)
                .add(chunkEntries);
        return call(connection, CommandType.EVAL, args, timeout).thenApply(answer -> {
            long entries = (Long) answer.get(0);
            EntryId end = entries == 0 ? after : EntryId.parse(RedisCalls.text(answer.get(2)));
            return new Chunk(chunkEntries, entries, (Long) answer.get(1), end);
        });
    }

    private record Counted(EntryId end, long events) {}

    private record Chunk(long asked, long entries, long events, EntryId end) {
        boolean isLast() {
            return entries < asked;
        }

        long nextEntries() {
            long eventsPerEntry = Math.max(1, events / Math.max(1, entries));
            return Math.clamp(ITEMS_PER_CHUNK / eventsPerEntry, 10, MAX_CHUNK_ENTRIES);
        }
    }
}
