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
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A TCP proxy on 127.0.0.1 that delays, holds back or cuts connections when a test wants it to. */
public final class FaultProxy implements AutoCloseable {
    private static final int CONNECT_MILLIS = 2_000;
    private static final Pattern PREPARE = Pattern.compile("(S_\\d+)\0([A-Z]+)\0");
    private static final long NEVER = Long.MAX_VALUE;

    private final ServerSocket listener;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicLong bytesUntilCut = new AtomicLong(NEVER);
    private final Object holding = new Object();
    private volatile int targetPort;
    private volatile @Nullable String marker;
    private volatile boolean forwardMarker;
    private volatile boolean refusing;
    private volatile boolean held;
    private volatile Duration delay = Duration.ZERO;

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

    /** Leads connections from now on to another port, as a failover of a host's name does; open ones stay. */
    public void retarget(int port) {
        targetPort = port;
    }

    /** Cuts every open connection; new ones are served. */
    public void cut() {
        open.forEach(FaultProxy::closeQuietly);
        open.clear();
    }

    /** Cuts every open connection with a reset, so that what is under way in either direction is dropped. */
    public void reset() {
        for (Socket socket : open) {
            try {
                socket.setSoLinger(true, 0);
            } catch (SocketException alreadyClosed) {
                // that is what was wanted
            }
        }
        cut();
    }

    /** Refuses connections, and cuts the open ones, until told otherwise. */
    public void refuse(boolean refuse) {
        refusing = refuse;
        if (refuse) {
            cut();
        }
    }

    /** Passes each piece on so much later. */
    public void delay(Duration longer) {
        delay = longer;
    }

    /**
     * Passes nothing on, in either direction, until told otherwise; connections seem to live. What was sent meanwhile
     * arrives then, as it does when a network heals.
     */
    public void hold(boolean hold) {
        synchronized (holding) {
            held = hold;
            holding.notifyAll();
        }
    }

    /** Cuts the connection, once, that carries so many more bytes, counted over all connections and both directions. */
    public void cutAfter(long bytes) {
        bytesUntilCut.set(bytes);
    }

    /**
     * Cuts a connection when its client sends this text, once: the text does not reach the server. A statement that
     * PostgreSQL's client prepared counts as its text, where that is all there is to it.
     */
    public void cutBefore(String text) {
        forwardMarker = false;
        marker = text;
    }

    /** Cuts a connection when its client sends this text, once: the text reaches the server, its answer is lost. */
    public void cutAnswerTo(String text) {
        forwardMarker = true;
        marker = text;
    }

    /** Whether what {@link #cutBefore}, {@link #cutAnswerTo} or {@link #cutAfter} waits for has not come yet. */
    public boolean waitsToCut() {
        return marker != null || bytesUntilCut.get() != NEVER;
    }

    /** Ends every fault; connections that were cut stay so. */
    public void heal() {
        marker = null;
        bytesUntilCut.set(NEVER);
        delay = Duration.ZERO;
        refusing = false;
        hold(false);
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                if (refusing) {
                    client.close();
                    continue;
                }
                open.add(client);
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException closed) {
                // the proxy was closed
            }
        }
    }

    private void serve(Socket client) {
        Socket server = new Socket();
        try {
            server.connect(loopback(targetPort), CONNECT_MILLIS);
        } catch (IOException away) {
            // the client sees a closed connection
            closeQuietly(client);
            open.remove(client);
            return;
        }
        open.add(server);
        if (refusing) {
            cut();
        }
        Thread.ofVirtual().start(() -> copy(client, server, true));
        copy(server, client, false);
    }

    private void copy(Socket from, Socket to, boolean fromClient) {
        byte[] buffer = new byte[1 << 16];
        Map<String, String> prepared = new HashMap<>();
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            int read = in.read(buffer);
            while (read >= 0) {
                String text = fromClient ? new String(buffer, 0, read, StandardCharsets.ISO_8859_1) : "";
                notePrepared(text, prepared);
                String wanted = fromClient ? marker : null;
                if (wanted != null && sends(text, wanted, prepared)) {
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
                slowDown();
                int allowed = allowed(read);
                out.write(buffer, 0, allowed);
                out.flush();
                if (allowed < read) {
                    return;
                }
                read = in.read(buffer);
            }
        } catch (IOException closed) {
            // the other direction ended, or a test cut the connection
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(from);
            open.remove(to);
        }
    }

    /** Clients of PostgreSQL send a statement's text once, with a name for it, and then only the name. */
    private static void notePrepared(String text, Map<String, String> prepared) {
        Matcher matcher = PREPARE.matcher(text);
        while (matcher.find()) {
            prepared.put(matcher.group(2), matcher.group(1));
        }
    }

    private static boolean sends(String text, String wanted, Map<String, String> prepared) {
        String name = prepared.get(wanted);
        return text.contains(wanted) || (name != null && text.contains('\0' + name + '\0'));
    }

    private void slowDown() throws InterruptedException {
        Duration longer = delay;
        if (!longer.isZero()) {
            Thread.sleep(longer);
        }
        if (held) {
            synchronized (holding) {
                while (held) {
                    holding.wait();
                }
            }
        }
    }

    /** How many of so many bytes may pass; fewer, once, when a cut is due. */
    private int allowed(int bytes) {
        while (true) {
            long left = bytesUntilCut.get();
            if (left == NEVER) {
                return bytes;
            }
            boolean due = left < bytes;
            if (bytesUntilCut.compareAndSet(left, due ? NEVER : left - bytes)) {
                return due ? (int) left : bytes;
            }
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
        heal();
        cut();
    }
}
