package io.weir.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigValueFactory;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.settings.Configuration;
import io.weir.settings.HttpSettings;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdminAccessTest {
    private static final ActorTestKit TEST_KIT = ActorTestKit.create();

    @AfterAll
    static void stop() {
        TEST_KIT.shutdownTestKit();
    }

    private static ServerBinding serve(String host, String token) {
        HttpSettings settings = HttpSettings.from(Configuration.load(Path.of("no-such-file"))
                .getConfig("weir")
                .withValue("http.host", ConfigValueFactory.fromAnyRef(host))
                .withValue("http.port", ConfigValueFactory.fromAnyRef(0))
                .withValue("http.admin-token", ConfigValueFactory.fromAnyRef(token)));
        RequestHandler ok =
                (request, variables) -> CompletableFuture.completedFuture(IngestAnswers.json(200, "{\"ok\":true}"));
        Routes routes = Routes.builder()
                .add("GET", "/api/admin/things", ok)
                .guard(AdminAccess.PREFIX, AdminAccess.of(settings)::guard)
                .add("POST", "/api/admin/things/{id}", ok)
                .add("GET", "/open", ok)
                .build();
        return HttpServer.start(TEST_KIT.system(), settings, routes, new SimpleMeterRegistry())
                .toCompletableFuture()
                .join();
    }

    /** The whole answer to a request of these headers, each with its line end. */
    private static String ask(InetAddress address, int port, String request, String... headers) throws Exception {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), 5_000);
            socket.setSoTimeout(5_000);
            String head = request + " HTTP/1.1\r\nHost: localhost:" + port + "\r\nConnection: close\r\n"
                    + String.join("", headers) + "Content-Length: 0\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String ask(ServerBinding server, String request, String... headers) throws Exception {
        return ask(InetAddress.getLoopbackAddress(), server.localAddress().getPort(), request, headers);
    }

    @Test
    void theTokenOpensEveryRouteBelowThePrefix() throws Exception {
        ServerBinding server = serve("127.0.0.1", "s3cret");
        assertThat(ask(server, "GET /api/admin/things", "Authorization: Bearer s3cret\r\n"))
                .startsWith("HTTP/1.1 200");
        assertThat(ask(server, "POST /api/admin/things/1", "Authorization: bearer s3cret\r\n"))
                .startsWith("HTTP/1.1 200");
        assertThat(ask(server, "GET /open")).startsWith("HTTP/1.1 200");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Authorization: Bearer s3cre\r\n",
                "Authorization: Bearer s3cretx\r\n",
                "Authorization: Bearer\r\n",
                "Authorization: Basic s3cret\r\n"
            })
    void withoutTheTokenNobodyGetsInNotEvenFromThisMachine(String header) throws Exception {
        ServerBinding server = serve("127.0.0.1", "s3cret");
        for (String request : new String[] {"GET /api/admin/things", "POST /api/admin/things/1"}) {
            String answer = ask(server, request, header);
            assertThat(answer)
                    .startsWith("HTTP/1.1 401")
                    .contains("WWW-Authenticate: Bearer realm=\"weir\"")
                    .contains("application/problem+json")
                    .doesNotContain("s3cret");
        }
    }

    @Test
    void withoutATokenThisMachineGetsInWhileNobodyElseCanCome() throws Exception {
        ServerBinding server = serve("127.0.0.1", "");
        assertThat(ask(server, "GET /api/admin/things")).startsWith("HTTP/1.1 200");
        String same = "Origin: http://localhost:" + server.localAddress().getPort() + "\r\n";
        assertThat(ask(server, "GET /api/admin/things", same)).startsWith("HTTP/1.1 200");
    }

    @ParameterizedTest
    @CsvSource({
        "X-Forwarded-For: 203.0.113.9, proxy",
        "Forwarded: for=203.0.113.9, proxy",
        "Origin: https://evil.example, origin"
    })
    void whoComesFromElsewhereThroughThisMachineDoesNotGetIn(String header, String said) throws Exception {
        assertThat(ask(serve("127.0.0.1", ""), "POST /api/admin/things/1", header + "\r\n"))
                .startsWith("HTTP/1.1 403")
                .contains(said, "WEIR_ADMIN_TOKEN");
    }

    @Test
    void aServerThatOthersReachAnswersNobodyWithoutAToken() throws Exception {
        ServerBinding server = serve("0.0.0.0", "");
        assertThat(ask(server, "GET /api/admin/things"))
                .startsWith("HTTP/1.1 403")
                .contains("WEIR_ADMIN_TOKEN", "weir.http.admin-token");
        Optional<InetAddress> other = NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
                .findFirst();
        if (other.isPresent()) {
            assertThat(ask(other.get(), server.localAddress().getPort(), "GET /api/admin/things"))
                    .startsWith("HTTP/1.1 403");
        }
    }
}
