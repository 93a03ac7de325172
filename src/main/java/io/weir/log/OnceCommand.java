package io.weir.log;

import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.protocol.CommandType;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One entry with those of the items that no entry holds yet.
 *
 * <p>One script looks for the items' keys, appends what is new and leaves its keys: whoever dies in between leaves all of it
 * or nothing, so that neither is an item lost nor its repetition kept out. A key holds the ID of the entry that has its item.
 */
final class OnceCommand extends AppendCommand {
    /** Lua passes so many arguments to one call, and some. */
    static final int MAX_ITEMS = 2_000;

    private static final byte[] SCRIPT = bulk("""
        local fresh, here, reply = {}, {}, {}
        for i = 2, #KEYS do
          local key = KEYS[i]
          local known = key ~= KEYS[1] and (here[key] or redis.call('GET', key))
          if known then
            reply[i] = known
          else
            fresh[#fresh + 1] = ARGV[2 * i - 2]
            fresh[#fresh + 1] = ARGV[2 * i - 1]
            here[key] = '='
            reply[i] = ''
          end
        end
        reply[1] = ''
        if #fresh > 0 then
          reply[1] = redis.call('XADD', KEYS[1], '*', unpack(fresh))
          for i = 2, #KEYS do
            if reply[i] == '=' then
              reply[i] = reply[1]
            elseif reply[i] == '' and KEYS[i] ~= KEYS[1] then
              redis.call('SET', KEYS[i], reply[1], 'PX', ARGV[1])
            end
          end
        end
        return reply
        """);
    private static final byte[] EVAL = bulk("EVAL");
    private static final int ARGUMENTS_BESIDE_ITEMS = 5;
    private static final int MAX_BYTES_AROUND_KEY = 16;

    /**
     * What all commands of one partition have in common.
     *
     * @param key the stream's key, as a bulk string
     * @param keyPrefix what the keys of items begin with
     * @param ttl how long an item is not appended again, as a bulk string
     */
    @SuppressWarnings("ArrayRecordComponent") // written as they are; never compared
    record Target(byte[] key, byte[] keyPrefix, byte[] ttl) {
        static Target of(String streamKey, Duration ttl) {
            return new Target(
                    bulk(streamKey),
                    OnceCommand.keyPrefix(streamKey).getBytes(StandardCharsets.UTF_8),
                    bulk(Long.toString(ttl.toMillis())));
        }
    }

    private final Target target;

    OnceCommand(
            StatefulRedisConnection<byte[], byte[]> connection,
            Target target,
            List<Part> parts,
            int events,
            long bytes,
            long beganNanos,
            Outcome outcome) {
        super(
                CommandType.EVAL,
                new OnceOutput(ByteArrayCodec.INSTANCE),
                connection,
                parts,
                events,
                bytes,
                beganNanos,
                outcome);
        this.target = target;
    }

    /** What the keys of a stream's items begin with: in the slot of the stream itself. */
    static String keyPrefix(String streamKey) {
        int open = streamKey.indexOf('{');
        boolean hasTag = open >= 0 && streamKey.indexOf('}', open + 2) > 0;
        return (hasTag ? streamKey : "{" + streamKey + "}") + ":once:";
    }

    private static byte[] bulk(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return ("$" + bytes.length + "\r\n" + text + "\r\n").getBytes(StandardCharsets.UTF_8);
    }

    @Override
    void write(ByteBuf buffer) {
        writeNumber(buffer, '*', ARGUMENTS_BESIDE_ITEMS + 3 * events);
        buffer.writeBytes(EVAL).writeBytes(SCRIPT);
        buffer.writeBytes(bulk(Integer.toString(1 + events))).writeBytes(target.key());
        forEachItem(item -> writeKey(buffer, item.onceKey()));
        buffer.writeBytes(target.ttl());
        forEachItem(item -> writeItem(buffer, item));
    }

    private void writeKey(ByteBuf buffer, @Nullable String key) {
        if (key == null) {
            buffer.writeBytes(target.key());
            return;
        }
        byte[] keyPrefix = target.keyPrefix();
        buffer.ensureWritable(keyPrefix.length + 3 * key.length() + MAX_BYTES_AROUND_KEY);
        byte[] text = key.getBytes(StandardCharsets.UTF_8);
        writeNumber(buffer, '$', keyPrefix.length + text.length);
        buffer.writeBytes(keyPrefix).writeBytes(text).writeBytes(CRLF);
    }
}
