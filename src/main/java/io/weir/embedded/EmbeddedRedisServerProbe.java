package io.weir.embedded;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** A few questions to a Redis on this machine, over a connection of their own. */
final class EmbeddedRedisServerProbe {
    /** Which process answers, and for which directory. */
    record Identity(long pid, Path directory) {}

    private static final int MAX_REPLY_BYTES = 1 << 20;

    private EmbeddedRedisServerProbe() {}

    /** Who answers at {@code port}; empty when nobody does in time, or what answers is no Redis. */
    static Optional<Identity> identify(int port, Duration timeout) {
        try (Socket socket = connect(port, timeout)) {
            InputStream replies = new BufferedInputStream(socket.getInputStream());
            send(socket, "CONFIG GET dir");
            if (!readLine(replies).equals("*2")) {
                return Optional.empty();
            }
            readBulk(replies);
            Path directory = Path.of(readBulk(replies));
            send(socket, "INFO server");
            for (String line : readBulk(replies).split("\r\n", -1)) {
                if (line.startsWith("process_id:")) {
                    return Optional.of(new Identity(Long.parseLong(line, 11, line.length(), 10), directory));
                }
            }
            return Optional.empty();
        } catch (IOException | IllegalArgumentException problem) {
            return Optional.empty();
        }
    }

    /** Whether the Redis at {@code port} serves, that is, has loaded its data. */
    static boolean serves(int port, Duration timeout) {
        try (Socket socket = connect(port, timeout)) {
            send(socket, "PING");
            return readLine(new BufferedInputStream(socket.getInputStream())).equals("+PONG");
        } catch (IOException problem) {
            return false;
        }
    }

    /** Asks the Redis at {@code port} to write its log to the disk and end. */
    static void shutDown(int port, Duration timeout) {
        try (Socket socket = connect(port, timeout)) {
            send(socket, "SHUTDOWN");
            // ends with the connection; an answer would be an error, which the caller notices by the port
            int ignored = socket.getInputStream().read();
        } catch (IOException problem) {
            // the connection was cut by the end of the server
        }
    }

    static boolean isListening(int port, Duration timeout) {
        try (Socket socket = connect(port, timeout)) {
            return socket.isConnected();
        } catch (IOException problem) {
            return false;
        }
    }

    private static Socket connect(int port, Duration timeout) throws IOException {
        int millis = Math.toIntExact(Math.max(1, timeout.toMillis()));
        Socket socket = new Socket();
        try {
            socket.setSoTimeout(millis);
            socket.connect(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port), millis);
            return socket;
        } catch (IOException problem) {
            socket.close();
            throw problem;
        }
    }

    private static void send(Socket socket, String inlineCommand) throws IOException {
        socket.getOutputStream().write((inlineCommand + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    private static String readBulk(InputStream replies) throws IOException {
        String header = readLine(replies);
        if (!header.startsWith("$")) {
            throw new IOException("not a bulk string: " + header);
        }
        int length = Integer.parseInt(header, 1, header.length(), 10);
        if (length < 0 || length > MAX_REPLY_BYTES) {
            throw new IOException("a bulk string of " + length + " bytes");
        }
        byte[] value = replies.readNBytes(length);
        readLine(replies);
        return new String(value, StandardCharsets.UTF_8);
    }

    private static String readLine(InputStream replies) throws IOException {
        StringBuilder line = new StringBuilder();
        while (line.length() < MAX_REPLY_BYTES) {
            int next = replies.read();
            if (next < 0) {
                throw new EOFException();
            }
            if (next == '\n') {
                return line.toString();
            }
            if (next != '\r') {
                line.append((char) next);
            }
        }
        throw new IOException("a line of more than " + MAX_REPLY_BYTES + " bytes");
    }
}
