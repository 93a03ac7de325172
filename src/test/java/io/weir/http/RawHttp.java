package io.weir.http;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Bytes to a server and back, without a client's manners. */
final class RawHttp {
    private RawHttp() {}

    /** Sends text as it is and reads until the server closes. */
    static String exchange(TestServer server, String request) throws IOException {
        try (Socket socket = server.connect()) {
            send(socket, request);
            return readAll(socket);
        }
    }

    static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        socket.getOutputStream().flush();
    }

    static String readAll(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
