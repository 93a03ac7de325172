package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.WeirCommandLine.Outcome;
import io.weir.embedded.EmbeddedRedisServer;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import io.weir.testkit.RedisForTests;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code weir dead-letters …} against a running Weir. */
class DeadLettersCommandTest {
    private static Outcome weir(String url, String... words) {
        List<String> arguments = new ArrayList<>(List.of("dead-letters"));
        arguments.addAll(List.of(words));
        arguments.addAll(List.of("--url", url));
        if (!arguments.contains("--token")) {
            arguments.addAll(List.of("--token", "s3cret"));
        }
        return WeirCommandLine.run(arguments.toArray(String[]::new));
    }

    @Test
    void lettersAreListedMendedReplayedAndDiscarded(@TempDir Path directory) throws Exception {
        PostgresTestDatabase database = PostgresForTests.freshDatabase();
        try (EmbeddedRedisServer redis = RedisForTests.startPrivate(directory);
                RunningWeir server = RunningWeir.start(
                        Path.of("."), redis.url(), database.url(), Map.of("weir.http.admin-token", "s3cret"))) {
            String url = server.url();
            assertThat(weir(url, "list").out()).isEqualTo("no dead letters" + System.lineSeparator());
            for (String link : List.of("5", "6", "7")) {
                server.post(
                        "/api/v1/clicks?on-invalid=dead-letter&wait=committed",
                        RunningWeir.JSON,
                        "{\"linkId\":" + link + "}");
            }
            Outcome list = weir(url, "list", "--limit", "2");
            assertThat(list.exitCode()).isZero();
            assertThat(list.out()).contains("ID", "link-clicks", "open", "linkId", "there are more: --before 2");
            assertThat(weir(url, "list", "--json").out()).startsWith("{\"deadLetters\":[");
            assertThat(weir(url, "show", "1").out()).contains("{\"linkId\":5}");

            Outcome wrong = weir(url, "edit", "1", "--content", "{\"linkId\":[]}");
            assertThat(wrong.exitCode()).isEqualTo(1);
            assertThat(wrong.err()).contains("422", "linkId").hasLineCount(1);
            assertThat(weir(url, "edit", "1", "--content", "{\"linkId\":\"five\"}")
                            .exitCode())
                    .isZero();
            assertThat(weir(url, "replay", "1").out()).contains("dead letter 1 is replaying");
            await().untilAsserted(() ->
                    assertThat(database.query("SELECT id, clicks FROM links")).containsExactly("five|1"));
            assertThat(weir(url, "discard", "2").out()).contains("dead letter 2 is discarded");
            assertThat(weir(url, "replay", "--stream", "link-clicks").out())
                    .contains("replayed: 0", "not replayed: 3: linkId: must be a string");
            assertThat(weir(url, "discard", "--stream", "link-clicks").out()).contains("discarded: 1");

            assertThat(weir(url, "discard").exitCode()).isEqualTo(2);
            assertThat(weir(url, "show", "99").err()).contains("there is no dead letter 99");
            Outcome stranger = weir(url, "list", "--token", "other");
            assertThat(stranger.exitCode()).isEqualTo(1);
            assertThat(stranger.err()).startsWith("weir: 401: the token is not");
        }
    }
}
