package io.weir.log;

import static io.weir.log.RedisCalls.args;
import static io.weir.log.RedisCalls.call;

import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.weir.definition.StreamDefinition;
import io.weir.event.EntryId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Reads a partition's stream with XRANGE, over the connection of the writers. Failed stages hold a {@link ReaderFailure}. */
final class RedisRetainedLog implements RetainedLog {
    private final RedisServers servers;
    private final Duration timeout;

    RedisRetainedLog(RedisServers servers, Duration timeout) {
        this.servers = servers;
        this.timeout = timeout;
    }

    @Override
    public CompletionStage<Extent> extent(StreamDefinition definition, int partition) {
        String key = definition.partitionKey(partition);
        CommandArgs<byte[], byte[]> args = args().add("STREAM").add(key);
        return call(servers.route(key), CommandType.XINFO, args, timeout)
                .thenApply(RedisRetainedLog::extent)
                .exceptionallyCompose(problem -> RedisCalls.hasMessage(problem, "ERR no such key")
                        ? CompletableFuture.completedFuture(new Extent(null, false))
                        : CompletableFuture.failedFuture(problem));
    }

    private static Extent extent(List<Object> info) {
        long length = 0;
        long added = 0;
        EntryId first = null;
        for (int i = 0; i + 1 < info.size(); i += 2) {
            Object value = info.get(i + 1);
            switch (RedisCalls.text(info.get(i))) {
                case "length" -> length = (Long) value;
                case "entries-added" -> added = (Long) value;
                case "first-entry" ->
                    first = value instanceof List<?> entry && !entry.isEmpty()
                            ? EntryId.parse(RedisCalls.text(entry.getFirst()))
                            : null;
                default -> {}
            }
        }
        return new Extent(first, added > length);
    }

    @Override
    public CompletionStage<List<LogEntry>> read(
            StreamDefinition definition, int partition, EntryId after, EntryId upTo, int maxEntries) {
        String key = definition.partitionKey(partition);
        CommandArgs<byte[], byte[]> args = args().add(key)
                .add("(" + after)
                .add(upTo.toString())
                .add("COUNT")
                .add(maxEntries);
        return call(servers.route(key), CommandType.XRANGE, EntriesOutput.ofOneStream(), args, timeout);
    }
}
