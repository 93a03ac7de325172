package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.WeirCommandLine.Outcome;
import io.weir.embedded.EmbeddedRedisServer;
import io.weir.embedded.FreePort;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import io.weir.testkit.RedisForTests;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code weir status} and {@code weir top} against a running Weir. */
class StatusCommandTest {
    @Test
    void aRunningWeirIsToldOf(@TempDir Path directory) throws Exception {
        PostgresTestDatabase database = PostgresForTests.freshDatabase();
        EmbeddedRedisServer redis = RedisForTests.startPrivate(directory);
        try (redis;
                RunningWeir server = RunningWeir.start(
                        Path.of("."),
                        redis.url(),
                        database.url(),
                        Map.of(
                                "weir.http.admin-token", "s3cret",
                                "weir.dashboard.interval", "200ms",
                                // without Redis nothing can be committed before the end
                                "weir.pipeline.drain-timeout", "1s"))) {
            for (int i = 0; i < 3; i++) {
                server.post("/api/v1/clicks?wait=committed", RunningWeir.JSON, "{\"linkId\":\"a\"}");
            }
            statusSaysHowItIs(server.url());
            topSaysWhatItDoes(server.url());

            redis.close();
            await().untilAsserted(() -> {
                Outcome unhealthy = weir(server.url(), "status", "--table");
                assertThat(unhealthy.exitCode()).isEqualTo(1);
                assertThat(unhealthy.out()).containsPattern("redis +unhealthy");
                assertThat(unhealthy.err())
                        .startsWith("weir: Weir is not healthy")
                        .hasLineCount(1);
            });
            Outcome json = weir(server.url(), "status");
            assertThat(json.exitCode()).isEqualTo(1);
            assertThat(json.out())
                    .startsWith("{\"health\":{\"status\":\"unhealthy\"")
                    .contains("\"ledger\":null");
        }
    }

    private static void statusSaysHowItIs(String url) throws Exception {
        Outcome table = weir(url, "status", "--table");
        assertThat(table.err()).isEmpty();
        assertThat(table.exitCode()).isZero();
        assertThat(table.out())
                .containsPattern("status +healthy")
                .containsPattern("STREAM +LEDGER +PARTITIONS +ACCEPTED")
                .containsPattern("link-clicks +balanced +1 +3 +3 +0 +0 +0 +0")
                .contains("no alerts")
                .doesNotContain("\u001b");

        Outcome json = weir(url, "status");
        assertThat(json.exitCode()).isZero();
        assertThat(json.out())
                .startsWith("{\"health\":{\"status\":\"healthy\"")
                .contains(
                        "\"nodes\":{\"nodes\":[{\"node\":\"127.0.0.1:",
                        "\"ledger\":{\"balanced\":true",
                        "\"alerts\":{\"active\":[]")
                .hasLineCount(1);
        assertThat(weir(url, "status", "--json").out()).startsWith("{\"health\":");
        assertThat(weir(url, "status", "--json", "--table").exitCode()).isEqualTo(2);

        Outcome stranger = WeirCommandLine.run("status", "--url", url, "--token", "other");
        assertThat(stranger.exitCode()).isEqualTo(2);
        assertThat(stranger.err())
                .startsWith("weir: 401: the token is not")
                .contains("--token")
                .hasLineCount(1);
        Outcome nobody = weir("http://127.0.0.1:" + FreePort.on("127.0.0.1"), "status");
        assertThat(nobody.exitCode()).isEqualTo(2);
        assertThat(nobody.err())
                .startsWith("weir: nobody answers at")
                .contains("--url")
                .hasLineCount(1);
    }

    private static void topSaysWhatItDoes(String url) {
        Outcome json = weir(url, "top", "link-clicks", "--count", "2");
        assertThat(json.err()).isEmpty();
        assertThat(json.exitCode()).isZero();
        assertThat(json.out()).hasLineCount(2);
        assertThat(json.out().lines())
                .allMatch(line -> line.matches("\\[\\{\"stream\":\"link-clicks\",\"acceptedPerSecond\":[0-9.]+,"
                        + "\"committedPerSecond\":[0-9.]+,\"depth\":0,\"lagMillis\":0,\"flushMillis\":[0-9.]+}]"));

        Outcome table = weir(url, "top", "--once", "--table");
        assertThat(table.out())
                .containsPattern("STREAM +COMMITTED/S +ACCEPTED/S +DEPTH +LAG +FLUSH")
                .containsPattern("link-clicks +[0-9.]+ +[0-9.]+ +0 +- ")
                .doesNotContain("\u001b");

        Outcome unknown = weir(url, "top", "no-such");
        assertThat(unknown.exitCode()).isEqualTo(1);
        assertThat(unknown.err())
                .startsWith("weir: there is no stream no-such (STREAM); there are ")
                .contains("link-clicks")
                .hasLineCount(1);
        assertThat(weir(url, "top", "--once", "--count", "2").exitCode()).isEqualTo(2);
        assertThat(weir(url, "top", "--count", "0").err()).startsWith("--count must be at least 1, is 0");
        assertThat(WeirCommandLine.run("top", "--url", url, "--token", "other").err())
                .startsWith("weir: 401: the token is not")
                .hasLineCount(1);
    }

    private static Outcome weir(String url, String... words) {
        String[] arguments = new String[words.length + 4];
        System.arraycopy(words, 0, arguments, 0, words.length);
        System.arraycopy(new String[] {"--url", url, "--token", "s3cret"}, 0, arguments, words.length, 4);
        return WeirCommandLine.run(arguments);
    }
}
