package io.weir.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** Ports for what has to know its own before it listens. */
public final class FreePort {
    private FreePort() {}

    /** A port at which nobody listens on an address, nor did for a while. */
    public static int on(String address) throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(address))) {
            return socket.getLocalPort();
        }
    }
}
