package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PseudoTerminal;
import io.weir.testkit.RedisForTests;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person sees who runs {@code weir status}, {@code tail} and {@code top} on a terminal. */
@Tag("terminal")
class TerminalTest {
    private static final String GREEN = "\u001b[32m";
    private static final String OTHER_PAGE = "\u001b[?1049h";
    private static final String PAGE_BEFORE = "\u001b[?1049l";

    @Test
    void tablesAreColoredAndTopIsDrawnAnewUntilItIsToldToEnd(@TempDir Path directory) throws Exception {
        try (var redis = RedisForTests.startPrivate(directory);
                RunningWeir server = RunningWeir.start(
                        Path.of("."),
                        redis.url(),
                        PostgresForTests.freshDatabase().url(),
                        Map.of("weir.dashboard.interval", "200ms"))) {
            try (PseudoTerminal status = PseudoTerminal.weir(Map.of(), "status", "--url", server.url())) {
                assertThat(status.awaitExit()).isZero();
                await().untilAsserted(
                                () -> assertThat(status.seen()).contains(GREEN + "healthy", "STREAM", "no alerts"));
            }
            try (PseudoTerminal plain = PseudoTerminal.weir(Map.of("NO_COLOR", "1"), "status", "--url", server.url())) {
                assertThat(plain.awaitExit()).isZero();
                await().untilAsserted(() -> assertThat(plain.seen())
                        .contains("healthy", "no alerts")
                        .doesNotContain("\u001b"));
            }
            try (PseudoTerminal tail =
                    PseudoTerminal.weir(Map.of(), "tail", "link-clicks", "--limit", "1", "--url", server.url())) {
                await().untilAsserted(() -> assertThat(tail.seen()).contains("following link-clicks"));
                server.post("/api/v1/clicks", RunningWeir.JSON, "{\"linkId\":\"" + "x".repeat(100) + "\"}");
                assertThat(tail.awaitExit()).isZero();
                await().untilAsserted(() -> assertThat(tail.seen().lines())
                        .anyMatch(line -> line.matches("[0-9:.]{12} 0 x{64}…") && line.length() == 80));
            }
            try (PseudoTerminal top = PseudoTerminal.weir(Map.of(), "top", "--url", server.url())) {
                await().untilAsserted(() ->
                        assertThat(top.seen().split("COMMITTED/S", -1)).hasSizeGreaterThan(3));
                assertThat(top.seen()).contains(OTHER_PAGE, "link-clicks").doesNotContain(PAGE_BEFORE);
                top.press('q');
                assertThat(top.awaitExit()).isZero();
                await().untilAsserted(() -> assertThat(top.seen()).contains(PAGE_BEFORE));
            }
        }
    }
}
