package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.weir.embedded.EmbeddedRedisServer;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import io.weir.testkit.RedisForTests;
import io.weir.testkit.WeirProcess;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a process writes into its log while it is sent what the database, the definition or HTTP refuses. */
class LogTest {
    /** In every value that a client sends. */
    private static final String MARKER = "Xq7marker";

    @ParameterizedTest
    @ValueSource(strings = {"text", "json"})
    void noBodyKeyEntityOrPathIsLogged(String format, @TempDir Path directory) throws Exception {
        PostgresTestDatabase database = PostgresForTests.freshDatabase();
        Path log = directory.resolve("weir.log");
        try (EmbeddedRedisServer redis = RedisForTests.startPrivate(directory);
                WeirProcess weir = WeirProcess.serve(
                        redis.url(), database.url(), Map.of("WEIR_LOG_FORMAT", format, "LOG_LEVEL", "DEBUG"), log)) {
            database.execute("""
                ALTER TABLE links ADD CONSTRAINT few CHECK (clicks <= 100) NOT VALID;
                CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    RAISE EXCEPTION 'not %', NEW.id;
                END $$;
                CREATE TRIGGER refuse BEFORE INSERT ON projects FOR EACH ROW EXECUTE FUNCTION refuse();
                """);
            sendWhatIsRefused(weir.url());
            await().untilAsserted(() -> assertThat(database.number("SELECT count(*) FROM dead_letter"))
                    .isEqualTo(3));
            weir.terminate();
        }
        List<String> lines = Files.readAllLines(log);
        assertThat(lines).filteredOn(line -> line.contains("wrote")).isNotEmpty();
        assertThat(lines)
                .filteredOn(
                        line -> line.contains("that can't be applied: SQLSTATE 23514 (constraint few, table links)"))
                .isNotEmpty();
        assertThat(lines).filteredOn(line -> line.contains(MARKER)).isEmpty();
        if (format.equals("json")) {
            pipelineLinesSayWhatTheyAreAbout(lines);
        }
    }

    private static void pipelineLinesSayWhatTheyAreAbout(List<String> lines) throws Exception {
        ObjectMapper json = new ObjectMapper();
        int windows = 0;
        int searches = 0;
        for (String line : lines) {
            JsonNode entry = json.readTree(line);
            assertThat(entry.path("timestamp").asLong()).isPositive();
            String message = entry.path("formattedMessage").asText();
            assertThat(message).as(line).isNotEmpty();
            if (message.matches("[a-z-]+/[0-9]+[: ].*")
                    && entry.path("loggerName").asText().matches("io.weir.(pipeline|store)..*")) {
                JsonNode fields = entry.path("mdc");
                assertThat(message)
                        .startsWith(fields.path("stream").asText() + "/"
                                + fields.path("partition").asText());
                assertThat(fields.path("epoch").asLong()).as(line).isPositive();
                boolean isOfAWindow = message.contains("wrote");
                boolean isASearch = message.contains("that can't be applied");
                if (isOfAWindow || isASearch) {
                    assertThat(fields.path("window").isMissingNode()).as(line).isFalse();
                }
                windows += isOfAWindow ? 1 : 0;
                searches += isASearch ? 1 : 0;
            }
        }
        assertThat(windows).isPositive();
        assertThat(searches).isPositive();
    }

    private static void sendWhatIsRefused(String url) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            post(client, url + "/api/v1/clicks", "{\"linkId\":\"" + MARKER + "\"}");
            post(client, url + "/api/v1/clicks", "{\"linkId\":\"" + MARKER + "\",\"count\":500}");
            post(client, url + "/api/v1/clicks?on-invalid=dead-letter", "{\"linkId\":[\"" + MARKER + "\"]}");
            post(client, url + "/api/v1/clicks?on-invalid=dead-letter", "{\"" + MARKER);
            post(client, url + "/api/v1/usage", "{\"projectId\":\"" + MARKER + "\"}");
            post(client, url + "/api/v1/page-views", "{\"path\":\"/" + MARKER + "\",\"bytes\":1}");
            post(client, url + "/api/stories/" + MARKER + "/view", "{}");
            for (String path :
                    List.of("/" + MARKER, "/api/v1/counters/link-clicks/" + MARKER, "/api/v1/no/" + MARKER)) {
                client.send(
                        HttpRequest.newBuilder(URI.create(url + path)).build(), HttpResponse.BodyHandlers.discarding());
            }
        }
        URI server = URI.create(url);
        try (Socket socket = new Socket(server.getHost(), server.getPort())) {
            OutputStream out = socket.getOutputStream();
            out.write(("GET /" + MARKER + "[|%zz HTTP/1.1\r\nHost: " + MARKER + "@\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            out.flush();
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .contains("400");
        }
    }

    private static void post(HttpClient client, String url, String body) throws Exception {
        client.send(
                HttpRequest.newBuilder(URI.create(url))
                        .header("Content-Type", "application/json")
                        .header("Idempotency-Key", MARKER + body.length())
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.discarding());
    }

    @Test
    void aFormatThatIsNotThereStopsTheStartInOneLine() throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        "-Dlogback.configurationFile=conf/logback.xml",
                        "io.weir.Main",
                        "serve")
                .redirectErrorStream(true);
        builder.environment().put("WEIR_LOG_FORMAT", "xml");
        Process process = builder.start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isEqualTo(1);
        assertThat(printed.strip()).isEqualTo("weir: WEIR_LOG_FORMAT must be text or json, is \"xml\"");
    }
}
