package io.weir.log;

import static io.weir.log.RedisCalls.args;
import static io.weir.log.RedisCalls.call;

import io.lettuce.core.protocol.CommandType;
import io.weir.definition.Generation;
import io.weir.definition.StreamDefinition;
import io.weir.event.EntryId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Seals a stream by giving it the last ID that there is: from then on Redis refuses every {@code XADD} of an ID of its own
 * choice by itself. The fence costs appends nothing, and whatever is read, acknowledged and trimmed stays as it was.
 */
final class RedisSeals implements PartitionSeals {
    /** How Redis says that a stream has given its last ID, whether to a command or in a script. */
    private static final String REFUSAL = "The stream has exhausted the last possible ID";

    /** Begins the name of a group that nobody reads, which tells what follows: next.GENERATION.PARTITIONS. */
    private static final String NEXT = "next.";

    // the group is there already when it is done again
    private static final String SEAL_SCRIPT = """
        #!lua flags=allow-oom
        redis.pcall('XGROUP', 'CREATE', KEYS[1], ARGV[2], '0-0', 'MKSTREAM')
        redis.call('XSETID', KEYS[1], ARGV[1])
        local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
        return {#last == 0 and '0-0' or last[1][1]}
        """;
    private static final String SUCCESSOR_SCRIPT = """
        if redis.call('EXISTS', KEYS[1]) == 0 then return {} end
        for _, group in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
          if string.sub(group[2], 1, 5) == 'next.' then return {group[2]} end
        end
        return {}
        """;
    private static final String REMOVE_SCRIPT = """
        if redis.call('EXISTS', KEYS[1]) == 0 then return {1} end
        local info = redis.call('XINFO', 'STREAM', KEYS[1])
        for i = 1, #info, 2 do
          if info[i] == 'last-generated-id' and info[i + 1] ~= ARGV[1] then return {0} end
        end
        local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
        if #last > 0 and last[1][1] ~= ARGV[2] then return {0} end
        redis.call('DEL', KEYS[1])
        return {1}
        """;

    private final RedisServers servers;
    private final Duration timeout;

    RedisSeals(RedisServers servers, Duration timeout) {
        this.servers = servers;
        this.timeout = timeout;
    }

    /** Whether Redis refused an entry because the stream is sealed. */
    static boolean isRefusal(String error) {
        return error.contains(REFUSAL);
    }

    @Override
    public CompletionStage<EntryId> seal(StreamDefinition definition, int partition, Generation successor) {
        String next = NEXT + successor.number() + "." + successor.partitions();
        return script(definition, partition, SEAL_SCRIPT, LAST_POSSIBLE.toString(), next)
                .thenApply(answer -> EntryId.parse(RedisCalls.text(answer.getFirst())));
    }

    @Override
    public CompletionStage<@Nullable Generation> successor(StreamDefinition definition, int partition) {
        return script(definition, partition, SUCCESSOR_SCRIPT)
                .thenApply(answer -> answer.isEmpty() ? null : parse(RedisCalls.text(answer.getFirst())));
    }

    private static @Nullable Generation parse(String group) {
        String[] parts = group.split("\\.", -1);
        return parts.length == 3 && parts[1].matches("\\d{1,6}") && parts[2].matches("\\d{1,3}")
                ? new Generation(Integer.parseInt(parts[1]), Integer.parseInt(parts[2]), false)
                : null;
    }

    @Override
    public CompletionStage<Boolean> remove(StreamDefinition definition, int partition, EntryId last) {
        return script(definition, partition, REMOVE_SCRIPT, LAST_POSSIBLE.toString(), last.toString())
                .thenApply(answer -> answer.getFirst().equals(1L));
    }

    @Override
    public CompletionStage<Boolean> exists(StreamDefinition definition, int partition) {
        return script(definition, partition, "return {redis.call('EXISTS', KEYS[1])}")
                .thenApply(answer -> answer.getFirst().equals(1L));
    }

    private CompletableFuture<List<Object>> script(
            StreamDefinition definition, int partition, String script, String... arguments) {
        String key = definition.partitionKey(partition);
        var args = args().add(script).add(1).add(key);
        for (String argument : arguments) {
            args.add(argument);
        }
        return call(servers.route(key), CommandType.EVAL, args, timeout);
    }
}
