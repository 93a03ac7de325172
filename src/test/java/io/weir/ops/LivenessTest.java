package io.weir.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class LivenessTest {
    private static CompletionStage<?> answers() {
        return CompletableFuture.completedFuture("here");
    }

    private static ProbeReport report(Map<String, Supplier<? extends CompletionStage<?>>> parts) throws Exception {
        return new Liveness(parts, Duration.ofMillis(100))
                .report()
                .toCompletableFuture()
                .get(60, TimeUnit.SECONDS);
    }

    @Test
    void itIsAliveWhenEverythingAnswers() throws Exception {
        assertThat(report(Map.of("a", LivenessTest::answers, "b", LivenessTest::answers)))
                .isEqualTo(new ProbeReport("alive", List.of()));
    }

    @Test
    void whatDoesNotAnswerFailsOrRefusesIsNamed() throws Exception {
        ProbeReport report = report(Map.of(
                "answers",
                LivenessTest::answers,
                "is-stuck",
                CompletableFuture::new,
                "fails",
                () -> CompletableFuture.failedFuture(new IllegalStateException()),
                "refuses",
                () -> {
                    throw new IllegalStateException();
                }));
        assertThat(report.status()).isEqualTo("stuck");
        assertThat(report.reasons())
                .extracting(ProbeReport.Reason::name)
                .containsExactlyInAnyOrder("is-stuck", "fails", "refuses");
        assertThat(report.reasons())
                .allSatisfy(reason -> assertThat(reason.detail()).endsWith("within 100 ms"));
    }
}
