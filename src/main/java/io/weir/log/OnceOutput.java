package io.weir.log;

import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.output.CommandOutput;
import io.weir.event.EntryId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads what the script of {@link OnceCommand} answers: the new entry's ID, then for each item that of an earlier one. */
final class OnceOutput extends CommandOutput<byte[], byte[], @Nullable AppendReply> {
    private final List<@Nullable EntryId> ids = new ArrayList<>();

    OnceOutput(RedisCodec<byte[], byte[]> codec) {
        super(codec, null);
    }

    @Override
    public void set(@Nullable ByteBuffer bytes) {
        ids.add(bytes == null || !bytes.hasRemaining() ? null : EntryIdOutput.parse(bytes));
    }

    @Override
    public void complete(int depth) {
        if (depth == 0 && !ids.isEmpty() && getError() == null) {
            output = new AppendReply(ids.getFirst(), Collections.unmodifiableList(ids.subList(1, ids.size())));
        }
    }
}
