package io.weir.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigValueFactory;
import io.weir.settings.Configuration;
import io.weir.settings.HttpSettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Bodies that are packed with gzip. The server takes 2,000 bytes of body. */
@Timeout(30)
class PackedBodyTest {
    private static final String GZIP = "Content-Encoding: gzip\r\n";
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

    private static String post(TestServer server, byte[] body, String... headers) throws IOException {
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

        assertThat(post(server, gzip(body), GZIP)).startsWith("HTTP/1.1 202 ");
        assertThat(post(server, gzip("{}"), "Content-Encoding: X-GZIP\r\n")).startsWith("HTTP/1.1 202 ");
        assertThat(new String(server.decoder.requests.getFirst().body(), StandardCharsets.UTF_8))
                .isEqualTo(body);
        assertThat(unpacked()).isEqualTo(body.length() + 2);
    }

    @Test
    void aBodyThatUnpacksToExactlyTheLimitIsTaken() throws Exception {
        assertThat(post(server, gzip("{" + " ".repeat(1_999)), GZIP)).startsWith("HTTP/1.1 202 ");
        assertThat(post(server, gzip("{" + " ".repeat(2_000)), GZIP))
                .startsWith("HTTP/1.1 413 ")
                .contains("body-too-large", "2000 bytes");
    }

    @Test
    void aBombIs413AndIsNotUnpackedFurther() throws Exception {
        byte[] zeros = gzip(new byte[1_900_000]);
        assertThat(zeros.length).isLessThan(2_000);

        assertThat(post(server, zeros, GZIP))
                .startsWith("HTTP/1.1 413 ")
                .contains("body-too-large", "unpacks to more than 2000 bytes");
        assertThat(unpacked()).isZero();
        assertThat(server.refused("clicks", RefusalReason.BODY_TOO_LARGE)).isEqualTo(1);
        assertThat(server.decoder.requests).isEmpty();
    }

    @Test
    void tenMegabytesOfZerosAre413() throws Exception {
        HttpSettings usual = HttpSettings.from(Configuration.load(Path.of("no-such-file"))
                .getConfig("weir")
                .withValue("http.port", ConfigValueFactory.fromAnyRef(0)));
        try (TestServer other = new TestServer(usual)) {
            assertThat(post(other, gzip(new byte[10_000_000]), GZIP))
                    .startsWith("HTTP/1.1 413 ")
                    .contains("unpacks to more than 1048576 bytes");
        }
    }

    @Test
    void aPackedBodyBeyondTheLimitIs413Too() throws Exception {
        assertThat(post(server, gzip(new byte[10_000_000]), GZIP))
                .startsWith("HTTP/1.1 413 ")
                .contains("has more than 2000 bytes");
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
            assertThat(post(server, broken, GZIP))
                    .startsWith("HTTP/1.1 400 ")
                    .contains("urn:weir:problem:malformed", "gzip");
        }
        assertThat(server.decoder.requests).isEmpty();
    }

    @Test
    void twoLayersAre415() throws Exception {
        assertThat(post(server, gzip(gzip("{}")), GZIP, GZIP)).startsWith("HTTP/1.1 415 ");
    }
}
