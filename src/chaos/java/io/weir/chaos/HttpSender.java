package io.weir.chaos;

import io.weir.bench.HttpConnection;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A client of one keep-alive connection that sends a request once and never again by itself, and knows whether it sent
 * anything. Belongs to one thread.
 */
final class HttpSender implements AutoCloseable {
    private static final int CONNECT_MILLIS = 500;
    private static final int ANSWER_MILLIS = 3_000;
    private static final int MAX_ANSWER = 16 * 1024;

    private @Nullable Socket socket;
    private @Nullable URI connectedTo;
    private long brokenOff;

    /** Sends events and returns what is known of them then. */
    Outcome send(URI server, String path, String body) {
        Socket open;
        try {
            open = connect(server);
        } catch (IOException refused) {
            return Outcome.REFUSED;
        }
        try {
            byte[] content = body.getBytes(StandardCharsets.UTF_8);
            String head = "POST " + path + " HTTP/1.1\r\nHost: " + server.getRawAuthority()
                    + "\r\nContent-Type: application/json\r\nContent-Length: " + content.length + "\r\n\r\n";
            byte[] request = new byte[head.length() + content.length];
            System.arraycopy(head.getBytes(StandardCharsets.US_ASCII), 0, request, 0, head.length());
            System.arraycopy(content, 0, request, head.length(), content.length);
            open.getOutputStream().write(request);
            return answer(open);
        } catch (IOException broken) {
            close();
            brokenOff += broken instanceof SocketTimeoutException ? 0 : 1;
            return Outcome.UNKNOWN;
        }
    }

    /** How many requests have no answer because the connection ended, and not because it took long. */
    long brokenOff() {
        return brokenOff;
    }

    private Socket connect(URI server) throws IOException {
        Socket open = socket;
        if (open != null && server.equals(connectedTo)) {
            return open;
        }
        close();
        Socket opened = new Socket();
        opened.setTcpNoDelay(true);
        opened.setSoTimeout(ANSWER_MILLIS);
        try {
            opened.connect(new InetSocketAddress(server.getHost(), server.getPort()), CONNECT_MILLIS);
        } catch (IOException refused) {
            opened.close();
            throw refused;
        }
        socket = opened;
        connectedTo = server;
        return opened;
    }

    private static Outcome answer(Socket open) throws IOException {
        byte[] bytes = new byte[MAX_ANSWER];
        int length = 0;
        int status = HttpConnection.INCOMPLETE;
        while (status == HttpConnection.INCOMPLETE) {
            int read = open.getInputStream().read(bytes, length, bytes.length - length);
            if (read < 0) {
                throw new EOFException("closed before the answer");
            }
            length += read;
            status = HttpConnection.answered(bytes, length);
        }
        return outcome(status, new String(bytes, 0, length, StandardCharsets.UTF_8));
    }

    /** Only an answer that says so means that nothing was taken; any other but a good one means that nobody knows. */
    static Outcome outcome(int status, String answer) {
        return switch (status) {
            case 200 -> Outcome.COMMITTED;
            case 202 -> Outcome.ACCEPTED;
            default -> {
                if (answer.contains("urn:weir:problem:not-yet-committed")) {
                    yield Outcome.ACCEPTED;
                }
                boolean refused = answer.contains("urn:weir:problem:") && !answer.contains("urn:weir:problem:unknown");
                yield refused ? Outcome.REFUSED : Outcome.UNKNOWN;
            }
        };
    }

    @Override
    public void close() {
        Socket open = socket;
        socket = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException ignored) {
                // it is given up anyway
            }
        }
    }
}
