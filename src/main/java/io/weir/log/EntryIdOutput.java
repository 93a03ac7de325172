package io.weir.log;

import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.output.CommandOutput;
import io.weir.event.EntryId;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the ID that XADD answers. */
final class EntryIdOutput extends CommandOutput<byte[], byte[], @Nullable AppendReply> {
    EntryIdOutput(RedisCodec<byte[], byte[]> codec) {
        super(codec, null);
    }

    @Override
    public void set(@Nullable ByteBuffer bytes) {
        output = bytes == null ? null : new AppendReply(parse(bytes), List.of());
    }

    /** Parses {@code millis-sequence} without a string in between. */
    static EntryId parse(ByteBuffer bytes) {
        long millis = 0;
        long number = 0;
        while (bytes.hasRemaining()) {
            byte next = bytes.get();
            if (next == '-') {
                millis = number;
                number = 0;
            } else {
                number = number * 10 + (next - '0');
            }
        }
        return new EntryId(millis, number);
    }
}
