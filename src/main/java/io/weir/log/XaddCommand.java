package io.weir.log;

import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.protocol.CommandType;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One entry with all of the items: a field for each, or one that holds them {@linkplain CompressedItems compressed}. */
final class XaddCommand extends AppendCommand {
    private static final int ARGUMENTS_BEFORE_FIELDS = 3;

    private final byte[] start;
    private final boolean compress;

    XaddCommand(
            StatefulRedisConnection<byte[], byte[]> connection,
            byte[] start,
            boolean compress,
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
        this.compress = compress;
    }

    /** What every XADD to a key begins with, after the number of arguments. */
    static byte[] start(String key) {
        int length = key.getBytes(StandardCharsets.UTF_8).length;
        return ("$4\r\nXADD\r\n$" + length + "\r\n" + key + "\r\n$1\r\n*\r\n").getBytes(StandardCharsets.UTF_8);
    }

    @Override
    void write(ByteBuf buffer) {
        ByteBuffer compressed = compress && CompressedItems.takes(events, bytes) ? compressed() : null;
        writeNumber(buffer, '*', ARGUMENTS_BEFORE_FIELDS + 2 * (compressed == null ? events : 1));
        buffer.writeBytes(start);
        if (compressed == null) {
            forEachItem(item -> writeItem(buffer, item));
            return;
        }
        storedBytes = compressed.remaining();
        byte[] name = CompressedItems.name(events);
        writeNumber(buffer, '$', name.length);
        buffer.writeBytes(name).writeBytes(CRLF);
        writeNumber(buffer, '$', compressed.remaining());
        buffer.writeBytes(compressed).writeBytes(CRLF);
    }

    private @Nullable ByteBuffer compressed() {
        CompressedItems items = CompressedItems.ofThread();
        forEachItem(items::add);
        return items.pack();
    }
}
