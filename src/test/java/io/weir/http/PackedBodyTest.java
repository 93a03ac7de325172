package io.weir.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Bodies that are packed with gzip. The server takes 2,000 bytes of body. */
@Timeout(30)
class PackedBodyTest {
    private static final String EVENTS = "/api/v1/streams/clicks/events";

    private final TestServer server = new TestServer();

    @AfterEach
    void stop() {
        server.close();
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(bytes);
        }
        return packed.toByteArray();
    }

    private static byte[] gzip(String text) throws IOException {
        return gzip(text.getBytes(StandardCharsets.UTF_8));
    }

    private String post(byte[] body, String... headers) throws IOException {
        String head =
                "POST " + EVENTS + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n"
                        + String.join("", headers) + "Content-Length: " + body.length + "\r\n\r\n";
        try (Socket socket = server.connect()) {
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(body);
            return RawHttp.readAll(socket);
        }
    }

    private double unpacked() {
        return server.metrics
                .get("weir.ingest.unpacked.bytes")
                .tag("stream", "clicks")
                .counter()
                .count();
    }

    @Test
    void aPackedBodyIsUnpackedAndCounted() throws Exception {
        String body = "{\"linkId\":\"" + "x".repeat(1_500) + "\"}";

        assertThat(post(gzip(body), "Content-Encoding: gzip\r\n")).startsWith("HTTP/1.1 202 ");
        assertThat(post(gzip("{}"), "Content-Encoding: X-GZIP\r\n")).startsWith("HTTP/1.1 202 ");
        assertThat(new String(server.decoder.requests.getFirst().body(), StandardCharsets.UTF_8))
                .isEqualTo(body);
        assertThat(unpacked()).isEqualTo(body.length() + 2);
    }

    @Test
    void aBodyThatUnpacksToExactlyTheLimitIsTaken() throws Exception {
        assertThat(post(gzip("{" + " ".repeat(1_999)), "Content-Encoding: gzip\r\n"))
                .startsWith("HTTP/1.1 202 ");
        assertThat(post(gzip("{" + " ".repeat(2_000)), "Content-Encoding: gzip\r\n"))
                .startsWith("HTTP/1.1 413 ")
                .contains("body-too-large", "2000 bytes");
    }

    @Test
    void aBombIs413AndIsNotUnpacked() throws Exception {
        byte[] once = gzip(new byte[10_000_000]);
        byte[] bomb = gzip(once);
        // what is packed twice unpacks to something small; the outer layer alone is looked at
        assertThat(bomb.length).isLessThan(2_000);
        assertThat(once.length).isGreaterThan(2_000);
        byte[] zeros = gzip(new byte[1_900_000]);
        assertThat(zeros.length).isLessThan(2_000);

        assertThat(post(zeros, "Content-Encoding: gzip\r\n"))
                .startsWith("HTTP/1.1 413 ")
                .contains("body-too-large", "unpacks to more than 2000 bytes");
        assertThat(unpacked()).isZero();
        assertThat(server.refused("clicks", RefusalReason.BODY_TOO_LARGE)).isEqualTo(1);
        assertThat(server.decoder.requests).isEmpty();
    }

    @Test
    void aPackedBodyBeyondTheLimitIs413Too() throws Exception {
        assertThat(post(gzip(new byte[10_000_000]), "Content-Encoding: gzip\r\n"))
                .startsWith("HTTP/1.1 413 ");
    }

    @Test
    void brokenGzipIs400() throws Exception {
        byte[] whole = gzip("{\"linkId\":\"abc\"}");
        byte[] cut = Arrays.copyOf(whole, whole.length - 4);
        byte[] wrongSum = whole.clone();
        wrongSum[whole.length - 8] ^= 1;
        byte[] wrongBlock = whole.clone();
        wrongBlock[10] = (byte) 0xff;
        for (byte[] broken : new byte[][] {"{}".getBytes(StandardCharsets.UTF_8), cut, wrongSum, wrongBlock, {}}) {
            assertThat(post(broken, "Content-Encoding: gzip\r\n"))
                    .startsWith("HTTP/1.1 400 ")
                    .contains("urn:weir:problem:malformed", "gzip");
        }
        assertThat(server.decoder.requests).isEmpty();
    }

    @Test
    void twoLayersAre415() throws Exception {
        assertThat(post(gzip(gzip("{}")), "Content-Encoding: gzip\r\n", "Content-Encoding: gzip\r\n"))
                .startsWith("HTTP/1.1 415 ");
    }
}
