package io.weir.log;

import static io.weir.log.RedisCalls.args;

import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.ArrayOutput;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.weir.definition.StreamDefinition;
import io.weir.event.EntryId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Looks at the ends of partitions with XINFO and XREVRANGE. To one server it has one connection, to a cluster one for each
 * slot that it is asked about; a long answer is thus in nobody's way but its own.
 */
final class RedisLogTail implements LogTail {
    private static final String NO_STREAM = "ERR no such key";

    private final RedisServers servers;
    private final Duration timeout;
    private final ConcurrentHashMap<RedisRoute, CompletableFuture<StatefulRedisConnection<byte[], byte[]>>>
            connections = new ConcurrentHashMap<>();
    private volatile boolean closed;

    RedisLogTail(RedisServers servers, Duration timeout) {
        this.servers = servers;
        this.timeout = timeout;
    }

    @Override
    public CompletionStage<End> end(StreamDefinition definition, int partition) {
        String key = definition.partitionKey(partition);
        return call(
                        key,
                        CommandType.XINFO,
                        new ArrayOutput<>(ByteArrayCodec.INSTANCE),
                        args().add("STREAM").add(key))
                .thenApply(RedisLogTail::end)
                .exceptionallyCompose(problem -> RedisCalls.hasMessage(problem, NO_STREAM)
                        ? CompletableFuture.completedFuture(End.NOTHING)
                        : CompletableFuture.failedFuture(problem));
    }

    private static End end(List<Object> info) {
        EntryId last = EntryId.ZERO;
        long added = 0;
        for (int i = 0; i + 1 < info.size(); i += 2) {
            switch (RedisCalls.text(info.get(i))) {
                case "last-generated-id" -> last = EntryId.parse(RedisCalls.text(info.get(i + 1)));
                case "entries-added" -> added = (Long) info.get(i + 1);
                default -> {}
            }
        }
        return new End(last, added);
    }

    @Override
    public CompletionStage<List<LogEntry>> newest(
            StreamDefinition definition, int partition, EntryId after, EntryId upTo, int maxEntries) {
        String key = definition.partitionKey(partition);
        return call(
                key,
                CommandType.XREVRANGE,
                EntriesOutput.ofOneStream(),
                args().add(key)
                        .add(upTo.toString())
                        .add("(" + after)
                        .add("COUNT")
                        .add(maxEntries));
    }

    private <T> CompletableFuture<T> call(
            String key, CommandType type, CommandOutput<byte[], byte[], T> output, CommandArgs<byte[], byte[]> args) {
        RedisRoute route = servers.route(key);
        CompletableFuture<StatefulRedisConnection<byte[], byte[]>> opening =
                connections.computeIfAbsent(route, RedisRoute::dedicated);
        if (closed) {
            // it may have been closed just before this one was put in
            close();
        }
        return opening.copy()
                .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionallyCompose(problem -> CompletableFuture.failedFuture(RedisCalls.failure(problem)))
                .thenCompose(connection -> RedisCalls.call(connection, type, output, args, timeout))
                .whenComplete((answer, problem) -> {
                    if (problem != null && !RedisCalls.hasMessage(problem, NO_STREAM)) {
                        route.redirected(
                                String.valueOf(RedisCalls.failure(problem).getMessage()));
                        connections.remove(route, opening);
                        close(opening);
                    }
                });
    }

    @Override
    public void close() {
        closed = true;
        connections.values().forEach(RedisLogTail::close);
    }

    private static void close(CompletableFuture<StatefulRedisConnection<byte[], byte[]>> opening) {
        var _ = opening.thenAccept(RedisCalls::close);
    }
}
