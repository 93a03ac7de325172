package io.weir.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;

/** Ports for what has to know its own before it listens, or is started again at the one that it had. */
public final class FreePort {
    private static final int FIRST = 12_000;

    /** Linux gives outgoing connections those from 32768 on: one of them may be taken in the very next moment. */
    private static final int LAST = 32_000;

    /** Each is given once, and two processes begin at different ones. */
    private static final AtomicInteger NEXT =
            new AtomicInteger((int) (ProcessHandle.current().pid() * 97 % (LAST - FIRST)));

    private FreePort() {}

    /** A port at which nobody listens on an address, and at which nobody will unless told to. */
    public static int on(String address) {
        for (int attempt = FIRST; attempt < LAST; attempt++) {
            int port = FIRST + Math.floorMod(NEXT.getAndIncrement(), LAST - FIRST);
            if (isFree(address, port)) {
                return port;
            }
        }
        throw new UncheckedIOException(new IOException("no port is free at " + address));
    }

    /** Whether one could listen there now. */
    static boolean isFree(String address, int port) {
        try (ServerSocket _ = new ServerSocket(port, 1, InetAddress.getByName(address))) {
            return true;
        } catch (IOException taken) {
            return false;
        }
    }
}
