package io.weir.log;

import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandType;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One command that appends an entry, which packs items of several callers, written from their bytes without copies in
 * between.
 *
 * <p>It knows whether it was written to the connection, because only that tells "surely not appended" from "unknown".
 */
abstract class AppendCommand extends Command<byte[], byte[], @Nullable AppendReply> {
    /** Items {@code from} to {@code to}, exclusive, of one caller. */
    record Part(PendingAppend append, int from, int to, long bytes) {
        boolean isLast() {
            return to == append.items.size();
        }
    }

    /** Told once how the command ended. */
    interface Outcome {
        void appended(AppendCommand command, AppendReply reply);

        /** Redis answered with an error. */
        void refused(AppendCommand command, String error);

        /** The connection is gone. */
        void lost(AppendCommand command, boolean wasWritten);
    }

    static final byte[] CRLF = {'\r', '\n'};
    private static final byte[] NAME_LENGTH = "$1\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int MAX_BYTES_AROUND_PAYLOAD = 24;
    private static final int MAX_BYTES_AROUND_ITEMS = 2_048;

    private static final int NEW = 0;
    private static final int WRITTEN = 1;
    private static final int ENDED = 2;

    final StatefulRedisConnection<byte[], byte[]> connection;
    final List<Part> parts;
    final int events;
    final long bytes;
    final long beganNanos;

    /** The bytes that the items take in Redis, known once the command is written. */
    volatile long storedBytes;

    private final Outcome outcome;
    private final AtomicInteger state = new AtomicInteger(NEW);

    AppendCommand(
            CommandType type,
            CommandOutput<byte[], byte[], @Nullable AppendReply> output,
            StatefulRedisConnection<byte[], byte[]> connection,
            List<Part> parts,
            int events,
            long bytes,
            long beganNanos,
            Outcome outcome) {
        super(type, output);
        this.connection = connection;
        this.parts = parts;
        this.events = events;
        this.bytes = bytes;
        this.storedBytes = bytes;
        this.beganNanos = beganNanos;
        this.outcome = outcome;
    }

    /** Writes the whole command. There is room for the items, but for keys that they have. */
    abstract void write(ByteBuf buffer);

    @Override
    public void encode(ByteBuf buffer) {
        if (!state.compareAndSet(NEW, WRITTEN)) {
            // closes the connection; must not happen, for Lettuce skips commands that have ended
            throw new IllegalStateException("an XADD that was given up is written");
        }
        buffer.ensureWritable(
                Math.toIntExact(MAX_BYTES_AROUND_ITEMS + bytes + (long) MAX_BYTES_AROUND_PAYLOAD * events));
        write(buffer);
    }

    final void forEachItem(Consumer<LogItem> action) {
        for (Part part : parts) {
            List<LogItem> items = part.append().items;
            for (int index = part.from(); index < part.to(); index++) {
                action.accept(items.get(index));
            }
        }
    }

    static void writeItem(ByteBuf buffer, LogItem item) {
        buffer.writeBytes(NAME_LENGTH).writeByte(item.kind().letter()).writeBytes(CRLF);
        writeNumber(buffer, '$', item.payload().length);
        buffer.writeBytes(item.payload()).writeBytes(CRLF);
    }

    @Override
    public void complete() {
        super.complete();
        if (state.getAndSet(ENDED) != ENDED) {
            String error = getOutput().getError();
            AppendReply reply = getOutput().get();
            if (error == null && reply != null) {
                outcome.appended(this, reply);
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

    static void writeNumber(ByteBuf buffer, char type, int number) {
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
