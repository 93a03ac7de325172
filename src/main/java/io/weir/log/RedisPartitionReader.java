package io.weir.log;

import static io.weir.log.RedisCalls.args;
import static io.weir.log.RedisCalls.call;

import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.weir.event.EntryId;
import io.weir.fault.Failpoint;
import io.weir.fault.Failpoints;
import io.weir.logging.LogFields;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a partition over a connection of its own, for a read that blocks holds up all that follows it. What must not
 * wait for a read (acknowledging, trimming, questions) goes over the connection of the writers.
 *
 * <p>Stages complete on I/O threads: what depends on them must not block. Failed ones hold a {@link ReaderFailure}.
 */
final class RedisPartitionReader implements PartitionReader {
    private static final Logger LOG = LoggerFactory.getLogger(RedisPartitionReader.class);
    private static final String CONSUMER = "weir";
    private static final int ACKNOWLEDGE_CHUNK = 1_000;

    /** One read brings no more than about this many entries of the largest size. */
    private static final int LARGEST_ENTRIES_PER_READ = 16;

    private final String stream;
    private final String key;
    private final int partition;
    private final Duration timeout;
    private final long maxReadBytes;
    private final RedisRoute route;
    private final StreamDepth depth;
    private final StreamMeters meters;

    private volatile @Nullable StatefulRedisConnection<byte[], byte[]> connection;
    private volatile long epoch;
    private volatile String group = "";
    private volatile EntryId lastRead = EntryId.ZERO;
    private volatile long expectedEntryBytes;
    private volatile boolean closed;

    RedisPartitionReader(
            String stream,
            String key,
            int partition,
            Duration timeout,
            int maxEntryBytes,
            RedisRoute route,
            StreamDepth depth,
            StreamMeters meters) {
        this.stream = stream;
        this.key = key;
        this.partition = partition;
        this.timeout = timeout;
        this.maxReadBytes = (long) LARGEST_ENTRIES_PER_READ * maxEntryBytes;
        this.expectedEntryBytes = maxEntryBytes;
        this.route = route;
        this.depth = depth;
        this.meters = meters;
    }

    @Override
    public CompletionStage<Begun> begin(long epoch, EntryId cursor, EntryId readFrom) {
        this.epoch = epoch;
        group = PartitionTakeover.groupName(epoch, ThreadLocalRandom.current().nextLong());
        lastRead = readFrom;
        return route.dedicated()
                .exceptionallyCompose(problem -> CompletableFuture.failedFuture(RedisCalls.failure(problem)))
                .thenCompose(opened -> {
                    connection = opened;
                    if (closed) {
                        close();
                    }
                    return new PartitionStart(opened, stream, key, partition, timeout, depth)
                            .begin(group, cursor, readFrom);
                })
                .exceptionallyCompose(this::noted)
                .thenApply(begun -> {
                    Failpoints.reach(Failpoint.AFTER_GROUP);
                    if (begun.tailLost()) {
                        meters.tailLost();
                    }
                    meters.predecessorPending(begun.predecessorPending());
                    return begun;
                });
    }

    @Override
    public CompletionStage<Boolean> isBehind(EntryId cursor, long checksum) {
        return PartitionTakeover.lostTail(
                new PartitionStart(route.current(), stream, key, partition, timeout, depth), cursor, checksum);
    }

    @Override
    public CompletionStage<List<LogEntry>> read(int maxEntries, Duration block) {
        long count = Math.clamp(maxReadBytes / Math.max(1, expectedEntryBytes), 1, maxEntries);
        CommandArgs<byte[], byte[]> args =
                args().add("GROUP").add(group).add(CONSUMER).add("COUNT").add(count);
        if (block.toMillis() > 0) {
            args.add("BLOCK").add(block.toMillis());
        }
        args.add("STREAMS").add(key).add(">");
        EntriesOutput output = new EntriesOutput();
        Failpoints.reach(Failpoint.BEFORE_READ);
        return call(connection, CommandType.XREADGROUP, output, args, block.plus(timeout))
                .exceptionallyCompose(this::noted)
                .thenApply(entries -> {
                    if (entries.isEmpty()) {
                        depth.foundEnd(partition, lastRead);
                    } else {
                        Failpoints.reach(Failpoint.AFTER_READ);
                        lastRead = entries.getLast().id();
                        entries.forEach(entry ->
                                depth.found(partition, entry.id(), entry.items().size()));
                        long average = output.bytes() / entries.size();
                        // up at once, for the heap; down slowly
                        expectedEntryBytes = Math.max(average, (expectedEntryBytes + average) / 2);
                    }
                    return entries;
                });
    }

    /** Has the next incarnation begin at the node that the key moved to. */
    private <T> CompletableFuture<T> noted(Throwable problem) {
        ReaderFailure failure = RedisCalls.failure(problem);
        route.redirected(String.valueOf(failure.getMessage()));
        return CompletableFuture.failedFuture(failure);
    }

    @Override
    public CompletionStage<Void> acknowledge(List<EntryId> entries, int events) {
        Failpoints.reach(Failpoint.BEFORE_ACKNOWLEDGE);
        depth.committed(partition, events);
        List<CompletableFuture<?>> chunks = new ArrayList<>();
        for (int from = 0; from < entries.size(); from += ACKNOWLEDGE_CHUNK) {
            CommandArgs<byte[], byte[]> args = args().add(key).add(group);
            int to = Math.min(entries.size(), from + ACKNOWLEDGE_CHUNK);
            for (int index = from; index < to; index++) {
                args.add(entries.get(index).toString());
            }
            chunks.add(call(route, CommandType.XACK, args, timeout));
        }
        CompletableFuture<Void> all = CompletableFuture.allOf(chunks.toArray(CompletableFuture[]::new))
                .thenRun(() -> Failpoints.reach(Failpoint.AFTER_ACKNOWLEDGE));
        return all.exceptionally(problem -> {
            // the truth is the committed cursor; the group's pending list only shows it
            String why = RedisCalls.failure(problem).getMessage();
            try (var _ = LogFields.of(stream, partition).epoch(epoch)) {
                LOG.info("{}: up to {} entries stay pending in {}: {}", key, entries.size(), group, why);
            }
            return null;
        });
    }

    @Override
    public CompletionStage<Void> trim(EntryId minimum) {
        Failpoints.reach(Failpoint.BEFORE_TRIM);
        CommandArgs<byte[], byte[]> args = args().add(key).add("MINID").add("~").add(minimum.toString());
        return call(route, CommandType.XTRIM, args, timeout)
                .thenAccept(removed -> Failpoints.reach(Failpoint.AFTER_TRIM));
    }

    @Override
    public CompletionStage<Void> countAhead() {
        return new PartitionStart(route.current(), stream, key, partition, timeout, depth)
                .countAhead()
                .exceptionally(problem -> {
                    // it is counted again soon
                    try (var _ = LogFields.of(stream, partition).epoch(epoch)) {
                        LOG.debug(
                                "{}: not counted: {}",
                                key,
                                RedisCalls.failure(problem).getMessage());
                    }
                    return null;
                });
    }

    @Override
    public CompletionStage<@Nullable EntryId> lastEntry() {
        CommandArgs<byte[], byte[]> args =
                args().add(key).add("+").add("-").add("COUNT").add(1);
        return call(route.current(), CommandType.XREVRANGE, EntriesOutput.ofOneStream(), args, timeout)
                .thenApply(
                        entries -> entries.isEmpty() ? null : entries.getFirst().id());
    }

    @Override
    public void caughtUp(long uncommittedEvents) {
        depth.settle(partition, uncommittedEvents);
    }

    @Override
    public void close() {
        closed = true;
        StatefulRedisConnection<byte[], byte[]> opened = connection;
        // it may be called again: for the end of an actor, and for a beginning that came too late
        connection = null;
        if (opened != null) {
            RedisCalls.close(opened);
        }
    }
}
