package io.weir.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AdminClientTest {
    private HttpServer server;
    private volatile int status = 200;
    private volatile String body = "{}";
    private volatile String seen = "";

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            seen = exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                    + exchange.getRequestHeaders().getFirst("Authorization") + " "
                    + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private AdminClient client() {
        return new AdminClient(
                URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/"), "s3cret", Duration.ofSeconds(5));
    }

    @Test
    void requestsCarryTheTokenTheQueryAndTheBody() throws Exception {
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("stream", "a b&c");
        parameters.put("state", null);
        parameters.put("limit", 5);
        try (AdminClient client = client()) {
            body = "{\"ok\":true}";
            assertThat(client.send(
                            "PUT",
                            "/api/admin/x" + AdminClient.query(parameters),
                            "{}".getBytes(StandardCharsets.UTF_8)))
                    .isEqualTo("{\"ok\":true}");
            assertThat(seen).isEqualTo("PUT /api/admin/x?stream=a%20b%26c&limit=5 Bearer s3cret {}");
        }
    }

    @Test
    void aProblemBecomesOneLine() {
        status = 401;
        body = "{\"title\":\"Unauthorized\",\"detail\":\"the token\\n is wrong\"}";
        try (AdminClient client = client()) {
            assertThatThrownBy(() -> client.get("/api/admin/x"))
                    .isInstanceOf(AdminClient.Failed.class)
                    .hasMessage("401: the token is wrong; give it with --token or in WEIR_ADMIN_TOKEN");
        }
    }

    @Test
    void nobodyThereIsSaidInWords() {
        server.stop(0);
        try (AdminClient client = client()) {
            assertThatThrownBy(() -> client.get("/api/admin/x"))
                    .isInstanceOf(AdminClient.Failed.class)
                    .hasMessageContaining("is Weir running there?");
        }
    }
}
