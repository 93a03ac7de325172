package io.weir;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.testkit.PostgresTestDatabase;
import io.weir.testkit.WeirProcess;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code weir up} as a newcomer starts it, with nothing else installed. */
class UpTest {
    @Test
    void dataOutliveAStopAndAKillAndNothingIsLeftRunning(@TempDir Path directory) throws Exception {
        int redisPort;
        int postgresPort;
        try (WeirProcess weir = WeirProcess.up(directory)) {
            click(weir, 2);
            // not waited for: the drain of the stop commits it
            weir.terminate();
        }
        try (WeirProcess weir = WeirProcess.up(directory)) {
            assertThat(clicks(weir)).isEqualTo(2);
            click(weir, 3);
            weir.kill();
        }
        // the servers of the killed one are still there, and are taken care of
        try (WeirProcess weir = WeirProcess.up(directory)) {
            click(weir, 5);
            weir.terminate();
            redisPort = URI.create(weir.url("redis")).getPort();
            postgresPort = URI.create(weir.url("postgres")).getPort();
        }
        assertNothingListens(redisPort);
        assertNothingListens(postgresPort);
        try (WeirProcess weir = WeirProcess.up(directory)) {
            assertThat(clicks(weir)).isEqualTo(10);
            weir.terminate();
        }
    }

    private static void click(WeirProcess weir, int count) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> response = client.send(
                    HttpRequest.newBuilder(URI.create(weir.url() + "/api/v1/clicks"))
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString("{\"linkId\":\"a\",\"count\":" + count + "}"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).isEqualTo(202);
        }
    }

    private static long clicks(WeirProcess weir) throws Exception {
        return new PostgresTestDatabase(weir.url("postgres")).number("SELECT clicks FROM links WHERE id = 'a'");
    }

    private static void assertNothingListens(int port) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            assertThat(socket.isConnected()).as("something listens on %d", port).isFalse();
        } catch (ConnectException refused) {
            assertThat(refused).isNotNull();
        }
    }
}
