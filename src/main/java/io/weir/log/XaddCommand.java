package io.weir.log;

import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.protocol.CommandType;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** One entry with all of the items. */
final class XaddCommand extends AppendCommand {
    private static final int ARGUMENTS_BEFORE_FIELDS = 3;

    private final byte[] start;

    XaddCommand(
            StatefulRedisConnection<byte[], byte[]> connection,
            byte[] start,
            List<Part> parts,
            int events,
            long bytes,
            long beganNanos,
            Outcome outcome) {
        super(
                CommandType.XADD,
                new EntryIdOutput(ByteArrayCodec.INSTANCE),
                connection,
                parts,
                events,
                bytes,
                beganNanos,
                outcome);
        this.start = start;
    }

    /** What every XADD to a key begins with, after the number of arguments. */
    static byte[] start(String key) {
        int length = key.getBytes(StandardCharsets.UTF_8).length;
        return ("$4\r\nXADD\r\n$" + length + "\r\n" + key + "\r\n$1\r\n*\r\n").getBytes(StandardCharsets.UTF_8);
    }

    @Override
    void write(ByteBuf buffer) {
        writeNumber(buffer, '*', ARGUMENTS_BEFORE_FIELDS + 2 * events);
        buffer.writeBytes(start);
        forEachItem(item -> writeItem(buffer, item));
    }
}
