package io.weir;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import io.weir.testkit.RedisForTests;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The flush-now endpoints of dual-stream counters, whose windows would wait for ten minutes. */
class CronTest {
    private static final String CLICKS = "/api/cron/links/click-updates-queue";
    private static final String USAGE = "/api/cron/projects/usage-updates-queue";
    private static final String SECRET = "s3cret-of-the-crons";

    private final PostgresTestDatabase database = PostgresForTests.freshDatabase();

    @SuppressWarnings("NullAway.Init") // each test starts it
    private RunningWeir weir;

    @BeforeEach
    void start(@TempDir Path home) throws Exception {
        String prefix = RedisForTests.freshPrefix();
        DefinitionHome.write(home, """
            weir.streams.link-clicks {
              redis-key = "%1$sclicks"
              partitions = 2
              window { max-delay = 10m }
              ingest { path = "/api/v1/clicks" }
              fields { linkId = { type = text, required = true }, count = { type = long, default = 1 } }
              entity = linkId
              counters = [{ table = links, key { id = linkId }, set { clicks = "sum(count)" } }]
            }
            weir.streams.project-usage {
              redis-key = "%1$susage"
              window { max-delay = 10m }
              ingest { path = "/api/v1/usage" }
              fields { projectId = { type = text, required = true }, usageCount = { type = long, default = 0 } }
              entity = projectId
              counters = [{ table = projects, key { id = projectId }, set { usage = "sum(usageCount)" } }]
            }
            """.formatted(prefix));
        weir = RunningWeir.start(home, RedisForTests.url(), database.url(), Map.of("weir.http.cron-secret", SECRET));
    }

    @AfterEach
    void stop() {
        weir.close();
    }

    private HttpResponse<String> call(String method, String path, String body, String... headers) throws Exception {
        return weir.send(method, path, body, headers);
    }

    private HttpResponse<String> flush(String method, String path) throws Exception {
        return call(method, path, "", "Authorization", "Bearer " + SECRET);
    }

    private static String signature(long time, String text) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        byte[] signed = mac.doFinal((time + "." + text).getBytes(StandardCharsets.UTF_8));
        return "t=" + time + ",v1=" + HexFormat.of().formatHex(signed);
    }

    @Test
    void aFlushCommitsWhatWaitsAndSaysSo() throws Exception {
        for (int i = 0; i < 3; i++) {
            assertThat(weir.post(
                                    "/api/v1/clicks",
                                    RunningWeir.JSON,
                                    "[{\"linkId\":\"a\"},{\"linkId\":\"b\",\"count\":2}]")
                            .statusCode())
                    .isEqualTo(202);
        }
        assertThat(weir.post("/api/v1/usage", RunningWeir.JSON, "{\"projectId\":\"p\",\"usageCount\":7}")
                        .statusCode())
                .isEqualTo(202);
        assertThat(weir.get("/api/admin/streams/link-clicks/info").body())
                .matches("\\{\"length\":[2-6],\"firstEntryId\":\"\\d+-\\d+\",\"lastEntryId\":\"\\d+-\\d+\"}");
        assertThat(database.query("SELECT * FROM links")).isEmpty();

        HttpResponse<String> flushed = flush("GET", CLICKS);
        assertThat(flushed.statusCode()).isEqualTo(200);
        assertThat(flushed.body())
                .matches("\\{\"success\":true,\"processed\":6,\"errors\":0,\"lastProcessedId\":\"\\d+-\\d+\","
                        + "\"streamInfo\":\\{\"length\":0,\"firstEntryId\":null,\"lastEntryId\":null},"
                        + "\"message\":\"Successfully processed 6 click updates\"}");
        assertThat(database.query("SELECT id, clicks FROM links ORDER BY id")).containsExactly("a|3", "b|6");
        assertThat(database.query("SELECT * FROM projects")).isEmpty();

        assertThat(flush("POST", USAGE).body()).contains("\"processed\":1", "Successfully processed 1 usage updates");
        assertThat(database.query("SELECT usage FROM projects")).containsExactly("7");
        assertThat(flush("POST", USAGE).body()).contains("\"processed\":0", "\"lastProcessedId\":\"");
    }

    @Test
    void whatTheDatabaseRefusesIsAnError() throws Exception {
        database.execute("ALTER TABLE links ADD CONSTRAINT few CHECK (clicks < 100)");
        assertThat(weir.post(
                                "/api/v1/clicks",
                                RunningWeir.JSON,
                                "[{\"linkId\":\"a\"},{\"linkId\":\"b\",\"count\":200}]")
                        .statusCode())
                .isEqualTo(202);
        assertThat(flush("POST", CLICKS).body()).contains("\"success\":true,\"processed\":1,\"errors\":1,");
    }

    @Test
    void onlyWhoKnowsTheSecretMay() throws Exception {
        assertThat(call("GET", CLICKS, "").statusCode()).isEqualTo(401);
        assertThat(call("POST", USAGE, "", "Authorization", "Bearer " + SECRET + "x")
                        .statusCode())
                .isEqualTo(401);
        assertThat(call("GET", CLICKS, "", "Authorization", SECRET).statusCode())
                .isEqualTo(401);
    }

    @Test
    void aSignedRequestNeedsNoSecret() throws Exception {
        long now = Instant.now().getEpochSecond();
        String good = signature(now, "POST." + CLICKS + "?a=1.{\"x\":1}");
        assertThat(call("POST", CLICKS + "?a=1", "{\"x\":1}", "Weir-Signature", good)
                        .statusCode())
                .isEqualTo(200);
        assertThat(call("GET", CLICKS, "", "Weir-Signature", signature(now, "GET." + CLICKS + "."))
                        .statusCode())
                .isEqualTo(200);

        // of another body, query, method, path, or time
        assertThat(call("POST", CLICKS + "?a=1", "{\"x\":2}", "Weir-Signature", good)
                        .statusCode())
                .isEqualTo(401);
        assertThat(call("POST", CLICKS + "?a=2", "{\"x\":1}", "Weir-Signature", good)
                        .statusCode())
                .isEqualTo(401);
        assertThat(call("PUT", CLICKS + "?a=1", "{\"x\":1}", "Weir-Signature", good)
                        .statusCode())
                .isEqualTo(405);
        assertThat(call("POST", USAGE + "?a=1", "{\"x\":1}", "Weir-Signature", good)
                        .statusCode())
                .isEqualTo(401);
        HttpResponse<String> old =
                call("GET", CLICKS, "", "Weir-Signature", signature(now - 400, "GET." + CLICKS + "."));
        assertThat(old.statusCode()).isEqualTo(401);
        assertThat(old.body()).contains("Weir-Signature is of ");
        HttpResponse<String> malformed = call("GET", CLICKS, "", "Weir-Signature", "v1=00");
        assertThat(malformed.statusCode()).isEqualTo(401);
        assertThat(malformed.body()).contains("must be like t=1700000000,v1=");
    }
}
