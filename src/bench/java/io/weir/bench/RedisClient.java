package io.weir.bench;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** As much of a Redis client as writing a backlog takes: simple replies, and many commands before one look at them. */
public final class RedisClient implements AutoCloseable {
    private final Socket socket = new Socket();
    private final OutputStream output;
    private final InputStream input;
    private int unread;

    public RedisClient(String host, int port) {
        try {
            socket.connect(new InetSocketAddress(host, port), 2_000);
            socket.setSoTimeout(60_000);
            output = new BufferedOutputStream(socket.getOutputStream(), 256 * 1024);
            input = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
        } catch (IOException problem) {
            close();
            throw new UncheckedIOException(problem);
        }
    }

    /** Sends one command and returns its reply as text. */
    public String call(String... words) {
        send(words);
        return drain();
    }

    /** Sends one command without a look at its reply. */
    public void send(String... words) {
        try {
            write("*" + words.length + "\r\n");
            for (String word : words) {
                byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
                write("$" + bytes.length + "\r\n");
                output.write(bytes);
                write("\r\n");
            }
            unread++;
        } catch (IOException problem) {
            throw new UncheckedIOException(problem);
        }
    }

    /** Reads every reply that is still out and returns the last. */
    public String drain() {
        try {
            output.flush();
            String last = "";
            for (; unread > 0; unread--) {
                last = reply();
            }
            return last;
        } catch (IOException problem) {
            throw new UncheckedIOException(problem);
        }
    }

    private void write(String text) throws IOException {
        output.write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private String reply() throws IOException {
        String line = line();
        return switch (line.charAt(0)) {
            case '+', ':' -> line.substring(1);
            case '$' -> {
                int length = Integer.parseInt(line.substring(1));
                String text = length < 0 ? "" : new String(input.readNBytes(length), StandardCharsets.UTF_8);
                if (length >= 0) {
                    line();
                }
                yield text;
            }
            default -> throw new IOException("Redis answered " + line);
        };
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (; ; ) {
            int next = input.read();
            if (next < 0) {
                throw new EOFException("closed by Redis");
            }
            if (next == '\n') {
                return line.toString();
            }
            if (next != '\r') {
                line.append((char) next);
            }
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException ignored) {
            // nothing is lost with it
        }
    }
}
