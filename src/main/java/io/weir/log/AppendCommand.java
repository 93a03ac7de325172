package io.weir.log;

import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandType;
import io.netty.buffer.ByteBuf;
import io.weir.event.EntryId;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One XADD: an entry that packs items of several callers, written from their bytes without copies in between.
 *
 * <p>It knows whether it was written to the connection, because only that tells "surely not appended" from "unknown".
 */
final class AppendCommand extends Command<byte[], byte[], EntryId> {
    /** Items {@code from} to {@code to}, exclusive, of one caller. */
    record Part(PendingAppend append, int from, int to, long bytes) {
        boolean isLast() {
            return to == append.items.size();
        }
    }

    /** Told once how the command ended. */
    interface Outcome {
        void appended(AppendCommand command, EntryId id);

        /** Redis answered with an error. */
        void refused(AppendCommand command, String error);

        /** The connection is gone. */
        void lost(AppendCommand command, boolean wasWritten);
    }

    private static final byte[] CRLF = {'\r', '\n'};
    private static final byte[] EVENT = "$1\r\ne\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] REFUSED = "$1\r\nd\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int ARGUMENTS_BEFORE_FIELDS = 3;
    private static final int MAX_BYTES_AROUND_PAYLOAD = 24;

    private static final int NEW = 0;
    private static final int WRITTEN = 1;
    private static final int ENDED = 2;

    final StatefulRedisConnection<byte[], byte[]> connection;
    final List<Part> parts;
    final int events;
    final long bytes;
    final long beganNanos;

    private final byte[] start;
    private final Outcome outcome;
    private final AtomicInteger state = new AtomicInteger(NEW);

    AppendCommand(
            StatefulRedisConnection<byte[], byte[]> connection,
            byte[] start,
            List<Part> parts,
            int events,
            long bytes,
            long beganNanos,
            Outcome outcome) {
        super(CommandType.XADD, new EntryIdOutput(ByteArrayCodec.INSTANCE));
        this.connection = connection;
        this.start = start;
        this.parts = parts;
        this.events = events;
        this.bytes = bytes;
        this.beganNanos = beganNanos;
        this.outcome = outcome;
    }

    /** What every XADD to a key begins with, after the number of arguments. */
    static byte[] start(String key) {
        int length = key.getBytes(StandardCharsets.UTF_8).length;
        return ("$4\r\nXADD\r\n$" + length + "\r\n" + key + "\r\n$1\r\n*\r\n").getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void encode(ByteBuf buffer) {
        if (!state.compareAndSet(NEW, WRITTEN)) {
            // closes the connection; must not happen, for Lettuce skips commands that have ended
            throw new IllegalStateException("an XADD that was given up is written");
        }
        buffer.ensureWritable(Math.toIntExact(start.length + 16 + bytes + (long) MAX_BYTES_AROUND_PAYLOAD * events));
        writeNumber(buffer, '*', ARGUMENTS_BEFORE_FIELDS + 2 * events);
        buffer.writeBytes(start);
        for (Part part : parts) {
            List<LogItem> items = part.append().items;
            for (int index = part.from(); index < part.to(); index++) {
                LogItem item = items.get(index);
                buffer.writeBytes(item.kind() == LogItem.Kind.EVENT ? EVENT : REFUSED);
                writeNumber(buffer, '$', item.payload().length);
                buffer.writeBytes(item.payload()).writeBytes(CRLF);
            }
        }
    }

    @Override
    public void complete() {
        super.complete();
        if (state.getAndSet(ENDED) != ENDED) {
            String error = getOutput().getError();
            EntryId id = getOutput().get();
            if (error == null && id != null) {
                outcome.appended(this, id);
            } else {
                outcome.refused(this, String.valueOf(error));
            }
        }
    }

    @Override
    public boolean completeExceptionally(@Nullable Throwable problem) {
        boolean completed = super.completeExceptionally(problem);
        giveUp();
        return completed;
    }

    @Override
    public void cancel() {
        super.cancel();
        giveUp();
    }

    private void giveUp() {
        int before = state.getAndSet(ENDED);
        if (before != ENDED) {
            outcome.lost(this, before == WRITTEN);
        }
    }

    private static void writeNumber(ByteBuf buffer, char type, int number) {
        buffer.writeByte(type);
        int divisor = 1;
        while (number / divisor >= 10) {
            divisor *= 10;
        }
        for (; divisor > 0; divisor /= 10) {
            buffer.writeByte('0' + number / divisor % 10);
        }
        buffer.writeBytes(CRLF);
    }
}
