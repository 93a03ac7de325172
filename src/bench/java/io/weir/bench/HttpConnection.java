package io.weir.bench;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** One keep-alive connection of {@link HttpLoad}: sends prepared bytes, and of an answer reads no more than it must. */
public final class HttpConnection {
    private static final byte[] LENGTH = "content-length:".getBytes(StandardCharsets.US_ASCII);
    /** What {@link #answered} says of an answer that has more to come. */
    public static final int INCOMPLETE = -1;

    private final Selector selector;
    private final InetSocketAddress address;
    private final ByteBuffer input = ByteBuffer.allocate(16 * 1024);
    private @Nullable SocketChannel channel;
    private @Nullable SelectionKey key;
    private @Nullable ByteBuffer unsent;
    private boolean busy;
    private long dueNanos;

    HttpConnection(Selector selector, InetSocketAddress address) {
        this.selector = selector;
        this.address = address;
    }

    boolean busy() {
        return busy;
    }

    /** When the request under way was due, in {@link System#nanoTime()}; its latency counts from there. */
    long dueNanos() {
        return dueNanos;
    }

    /** Sends a request; connects first where that is needed. */
    void send(ByteBuffer request, long due) throws IOException {
        dueNanos = due;
        busy = true;
        SocketChannel open = channel;
        if (open == null) {
            open = SocketChannel.open(address);
            open.configureBlocking(false);
            open.setOption(java.net.StandardSocketOptions.TCP_NODELAY, true);
            key = open.register(selector, SelectionKey.OP_READ, this);
            channel = open;
        }
        ByteBuffer bytes = request.duplicate();
        open.write(bytes);
        if (bytes.hasRemaining()) {
            unsent = bytes;
            interest(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
        }
    }

    /** Does what the selector found possible. Returns the status of an answer that is complete, or -1. */
    int advance(SelectionKey selected) throws IOException {
        SocketChannel open = channel;
        if (open == null) {
            return INCOMPLETE;
        }
        ByteBuffer bytes = unsent;
        if (bytes != null && selected.isWritable()) {
            open.write(bytes);
            if (!bytes.hasRemaining()) {
                unsent = null;
                interest(SelectionKey.OP_READ);
            }
        }
        if (!selected.isReadable()) {
            return INCOMPLETE;
        }
        if (open.read(input) < 0) {
            throw new EOFException("closed by the server");
        }
        int status = answered(input.array(), input.position());
        if (status != INCOMPLETE) {
            input.clear();
            busy = false;
        }
        return status;
    }

    /** Gives the connection up; the next request opens another. */
    void reset() {
        SocketChannel open = channel;
        channel = null;
        key = null;
        unsent = null;
        busy = false;
        input.clear();
        if (open != null) {
            try {
                open.close();
            } catch (IOException ignored) {
                // it is given up anyway
            }
        }
    }

    private void interest(int operations) {
        SelectionKey registered = key;
        if (registered != null) {
            registered.interestOps(operations);
        }
    }

    /** Returns the status if {@code length} bytes hold a whole answer, or -1. Answers are not pipelined, nor chunked. */
    public static int answered(byte[] bytes, int length) throws IOException {
        int headEnd = -1;
        for (int i = 3; i < length; i++) {
            if (bytes[i] == '\n' && bytes[i - 1] == '\r' && bytes[i - 2] == '\n' && bytes[i - 3] == '\r') {
                headEnd = i + 1;
                break;
            }
        }
        if (headEnd < 0) {
            if (length == bytes.length) {
                throw new IOException("an answer's head is longer than " + length + " bytes");
            }
            return INCOMPLETE;
        }
        int bodyLength = contentLength(bytes, headEnd);
        if (headEnd + bodyLength > bytes.length) {
            throw new IOException("an answer is longer than " + bytes.length + " bytes");
        }
        if (length < headEnd + bodyLength) {
            return INCOMPLETE;
        }
        return (bytes[9] - '0') * 100 + (bytes[10] - '0') * 10 + (bytes[11] - '0');
    }

    private static int contentLength(byte[] bytes, int headEnd) throws IOException {
        for (int line = 0; line < headEnd; line++) {
            if (bytes[line] != '\n' || !startsWithLength(bytes, line + 1, headEnd)) {
                continue;
            }
            int number = 0;
            for (int i = line + 1 + LENGTH.length; bytes[i] != '\r'; i++) {
                if (bytes[i] != ' ') {
                    number = number * 10 + (bytes[i] - '0');
                }
            }
            return number;
        }
        throw new IOException("an answer without Content-Length");
    }

    private static boolean startsWithLength(byte[] bytes, int from, int end) {
        if (from + LENGTH.length >= end) {
            return false;
        }
        for (int i = 0; i < LENGTH.length; i++) {
            // lower case, for what may stand in a header's name
            if ((bytes[from + i] | 0x20) != (LENGTH[i] | 0x20)) {
                return false;
            }
        }
        return true;
    }
}
