package io.weir.testkit;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** Talks TLS as somebody who wants to know what a server lets pass. */
public final class TlsClient {
    private static final int TIMEOUT_MILLIS = 20_000;
    private static final int PATIENCE_MILLIS = 3_000;

    /** Trusts everybody. */
    public static final TrustManager CREDULOUS = new X509ExtendedTrustManager() {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    };

    private TlsClient() {}

    /**
     * Connects and waits for what the server has against it. In TLS 1.3 that comes after the handshake, as this side sees
     * it, and what is sent meanwhile would break the connection before it can be read.
     *
     * @return what the server's TLS says; empty when it waits for what comes
     */
    public static String refusal(String address, SSLContext context) throws IOException {
        try (SSLSocket socket = connect(address, context)) {
            try {
                socket.setSoTimeout(PATIENCE_MILLIS);
                if (socket.getInputStream().read() < 0) {
                    throw new IOException("closed without a word");
                }
            } catch (SocketTimeoutException waiting) {
                hangUpOnNonsense(socket);
            }
            return "";
        } catch (SSLException refused) {
            return String.valueOf(refused.getMessage());
        }
    }

    /** Lets the server end the connection at once; how it does is its own affair. */
    private static void hangUpOnNonsense(SSLSocket socket) throws IOException {
        try {
            exchange(socket, "nonsense\r\n\r\n");
        } catch (SocketException reset) {
            // TLS let this side in, which is what was asked
        }
    }

    /** What an HTTP server answers to a GET, all of it as text. */
    public static String get(String address, String path, SSLContext context) throws IOException {
        try (SSLSocket socket = connect(address, context)) {
            return exchange(socket, "GET " + path + " HTTP/1.1\r\nHost: " + address + "\r\nConnection: close\r\n\r\n");
        }
    }

    private static SSLSocket connect(String address, SSLContext context) throws IOException {
        int colon = address.lastIndexOf(':');
        int port = Integer.parseInt(address.substring(colon + 1));
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(address.substring(0, colon), port);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        return socket;
    }

    private static String exchange(SSLSocket socket, String sent) throws IOException {
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.getOutputStream().write(sent.getBytes(StandardCharsets.US_ASCII));
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
