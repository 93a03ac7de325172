package io.weir.chaos;

import io.weir.embedded.FreePort;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The network between nodes. What a node is known by to the others is a proxy here, which leads to where it listens; and each
 * node sends from an address of its own, by which the proxy knows who opened a connection. So any link can be cut, in one
 * direction or both, without rights that a test rarely has.
 *
 * <p>A link that is cut carries nothing and says nothing, as a network that drops packets: connections stay open, new ones
 * open and stay silent. What was sent meanwhile arrives when it heals, as TCP has it.
 */
final class NodeLinks implements AutoCloseable {
    private static final int CONNECT_MILLIS = 2_000;

    /** Who opens a connection, and to whom. */
    private record Link(int from, int to) {}

    private final List<ServerSocket> doors = new ArrayList<>();
    private final List<Integer> ports = new ArrayList<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final Set<Link> cut = new HashSet<>();

    /** For nodes at 127.0.0.1, 127.0.0.2, and so on. */
    NodeLinks(int nodes) throws IOException {
        for (int node = 0; node < nodes; node++) {
            doors.add(new ServerSocket(0, 50, InetAddress.getByName(host(node))));
            ports.add(FreePort.on(host(node)));
        }
        for (int node = 0; node < nodes; node++) {
            int to = node;
            Thread.ofVirtual().start(() -> accept(to));
        }
    }

    /** The address that a node sends from, and at which the others look for it. */
    static String host(int node) {
        return "127.0.0." + (node + 1);
    }

    /** The port at which the others look for it. */
    int port(int node) {
        return doors.get(node).getLocalPort();
    }

    /** The port at which it is to listen. */
    int bindPort(int node) {
        return ports.get(node);
    }

    /** What {@code from} sends to {@code to} does not arrive any more. */
    synchronized void cut(int from, int to) {
        cut.add(new Link(from, to));
    }

    /** Neither hears of the other any more. */
    void cutBoth(int one, int other) {
        cut(one, other);
        cut(other, one);
    }

    /** All links carry again, and what they held back. */
    synchronized void heal() {
        cut.clear();
        notifyAll();
    }

    private synchronized void awaitWhole(Link link) throws InterruptedException {
        while (cut.contains(link)) {
            wait();
        }
    }

    private void accept(int to) {
        ServerSocket door = doors.get(to);
        while (!door.isClosed()) {
            try {
                Socket client = door.accept();
                open.add(client);
                Thread.ofVirtual().start(() -> serve(client, to));
            } catch (IOException closed) {
                // so the loop ends
            }
        }
    }

    private void serve(Socket client, int to) {
        Socket server = new Socket();
        open.add(server);
        try {
            Link link = new Link(nodeAt(client.getInetAddress()), to);
            awaitWhole(link);
            server.connect(new InetSocketAddress(host(to), ports.get(to)), CONNECT_MILLIS);
            Thread.ofVirtual().start(() -> copy(client, server, link));
            copy(server, client, link);
        } catch (IOException away) {
            close(client);
            close(server);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private int nodeAt(InetAddress address) throws IOException {
        for (int node = 0; node < doors.size(); node++) {
            if (address.equals(InetAddress.getByName(host(node)))) {
                return node;
            }
        }
        throw new IOException(address + " is no node");
    }

    private void copy(Socket from, Socket to, Link link) {
        byte[] buffer = new byte[1 << 16];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            int read = in.read(buffer);
            while (read >= 0) {
                awaitWhole(link);
                out.write(buffer, 0, read);
                read = in.read(buffer);
            }
            // the end, too, is heard of only over a link that carries
            awaitWhole(link);
        } catch (IOException closed) {
            // the other direction ended
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } finally {
            close(from);
            close(to);
        }
    }

    private void close(Socket socket) {
        open.remove(socket);
        closeQuietly(socket);
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
        doors.forEach(NodeLinks::closeQuietly);
        heal();
        open.forEach(NodeLinks::closeQuietly);
    }
}
