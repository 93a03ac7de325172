package io.weir.testkit;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A TCP proxy on 127.0.0.1 that cuts connections when a test wants it to. */
public final class FaultProxy implements AutoCloseable {
    private final ServerSocket listener;
    private final int targetPort;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile @Nullable String marker;
    private volatile boolean forwardMarker;
    private volatile boolean refusing;

    public FaultProxy(int targetPort) {
        this.targetPort = targetPort;
        try {
            this.listener = new ServerSocket();
            this.listener.bind(loopback(0));
        } catch (IOException problem) {
            throw new UncheckedIOException(problem);
        }
        Thread.ofVirtual().start(this::accept);
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** Cuts every open connection; new ones are served. */
    public void cut() {
        open.forEach(FaultProxy::closeQuietly);
        open.clear();
    }

    /** Refuses connections, and cuts the open ones, until told otherwise. */
    public void refuse(boolean refuse) {
        refusing = refuse;
        if (refuse) {
            cut();
        }
    }

    /** Cuts a connection when its client sends this text, once: the text does not reach the server. */
    public void cutBefore(String text) {
        forwardMarker = false;
        marker = text;
    }

    /** Cuts a connection when its client sends this text, once: the text reaches the server, its answer is lost. */
    public void cutAnswerTo(String text) {
        forwardMarker = true;
        marker = text;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                if (refusing) {
                    client.close();
                    continue;
                }
                Socket server = new Socket();
                server.connect(loopback(targetPort));
                open.add(client);
                open.add(server);
                Thread.ofVirtual().start(() -> copy(client, server, true));
                Thread.ofVirtual().start(() -> copy(server, client, false));
            } catch (IOException closed) {
                // either the proxy was closed, or the target is away: the client sees a closed connection
            }
        }
    }

    private void copy(Socket from, Socket to, boolean fromClient) {
        byte[] buffer = new byte[1 << 16];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            int read = in.read(buffer);
            while (read >= 0) {
                String wanted = fromClient ? marker : null;
                if (wanted != null && new String(buffer, 0, read, StandardCharsets.ISO_8859_1).contains(wanted)) {
                    marker = null;
                    if (!forwardMarker) {
                        return;
                    }
                    // the client is cut off first, so that no answer can slip through
                    from.close();
                    out.write(buffer, 0, read);
                    out.flush();
                    to.shutdownOutput();
                    drain(to);
                    return;
                }
                out.write(buffer, 0, read);
                out.flush();
                read = in.read(buffer);
            }
        } catch (IOException closed) {
            // the other direction ended, or a test cut the connection
        } finally {
            open.remove(from);
            open.remove(to);
        }
    }

    /** Reads to the end, so that the server has done what it was sent. */
    private static void drain(Socket socket) throws IOException {
        byte[] buffer = new byte[1 << 12];
        int read = 0;
        while (read >= 0) {
            read = socket.getInputStream().read(buffer);
        }
    }

    private static InetSocketAddress loopback(int port) throws IOException {
        return new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port);
    }

    private static void closeQuietly(Closeable closeable) {
        try {
            closeable.close();
        } catch (IOException alreadyGone) {
            // that is what was wanted
        }
    }

    @Override
    public void close() {
        closeQuietly(listener);
        cut();
    }
}
