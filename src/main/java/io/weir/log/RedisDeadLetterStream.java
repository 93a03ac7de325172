package io.weir.log;

import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.weir.definition.StreamDefinition;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** Writes dead letters over the connection that appends go over. */
final class RedisDeadLetterStream implements DeadLetterStream {
    private final RedisServers servers;
    private final Duration timeout;

    RedisDeadLetterStream(RedisServers servers, Duration timeout) {
        this.servers = servers;
        this.timeout = timeout;
    }

    @Override
    public CompletionStage<Void> publish(StreamDefinition definition, Map<String, byte[]> fields, long maxLength) {
        String key = definition.redisKey() + ":dead";
        // nothing waits in this stream to be applied, so cutting it loses nothing that the database does not have
        CommandArgs<byte[], byte[]> args = RedisCalls.args()
                .add(key.getBytes(StandardCharsets.UTF_8))
                .add("MAXLEN")
                .add("~")
                .add(maxLength)
                .add("*");
        fields.forEach((name, value) -> args.add(name).add(value));
        return RedisCalls.call(servers.route(key), CommandType.XADD, args, timeout)
                .thenAccept(id -> {});
    }
}
