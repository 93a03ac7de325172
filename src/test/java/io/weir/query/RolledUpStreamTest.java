package io.weir.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.definition.BodyForm;
import io.weir.definition.Dedup;
import io.weir.definition.IngestSettings;
import io.weir.definition.RollupStep;
import io.weir.definition.StreamDefinition;
import io.weir.definition.WindowSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RolledUpStreamTest {
    private static final Instant NOW = Instant.parse("2026-06-30T12:34:56Z");
    private static final RolledUpStream STREAM = stream(Map.of(
            RollupStep.MINUTE,
            Duration.ofDays(2),
            RollupStep.HOUR,
            Duration.ofDays(90),
            RollupStep.DAY,
            RolledUpStream.FOR_EVER));

    private static RolledUpStream stream(Map<RollupStep, Duration> retention) {
        return new RolledUpStream(
                new StreamDefinition(
                        "clicks",
                        "test.conf",
                        "clicks",
                        1,
                        1,
                        new WindowSettings(1, 1, Duration.ofSeconds(1)),
                        Duration.ofMinutes(1),
                        new IngestSettings(null, Set.of(BodyForm.OBJECT), null),
                        List.of(),
                        null,
                        null,
                        List.of(),
                        List.of(),
                        new Dedup(List.of(), Duration.ofDays(1))),
                new TreeMap<>(retention),
                List.of("clicks"),
                null);
    }

    /** What was asked for begins and ends where a bucket does that is still there. */
    @ParameterizedTest
    @CsvSource({
        // minutes are there on both edges
        "2026-06-29T01:02:03Z, 2026-06-30T12:34:56Z, 2026-06-29T01:02:00Z, 2026-06-30T12:35:00Z",
        // the first hour's minutes are gone
        "2026-06-28T12:40:00Z, 2026-06-30T12:34:56Z, 2026-06-28T12:00:00Z, 2026-06-30T12:35:00Z",
        // the hour of the end has lost some of its minutes
        "2026-06-28T10:00:00Z, 2026-06-28T12:40:00Z, 2026-06-28T10:00:00Z, 2026-06-28T13:00:00Z",
        "2026-06-01T10:40:00Z, 2026-06-20T10:40:00Z, 2026-06-01T10:00:00Z, 2026-06-20T11:00:00Z",
        // and hours
        "2026-01-01T10:40:00Z, 2026-02-01T10:40:00Z, 2026-01-01T00:00:00Z, 2026-02-02T00:00:00Z",
        "2026-04-01T12:00:00Z, 2026-04-01T15:00:00Z, 2026-04-01T00:00:00Z, 2026-04-02T00:00:00Z",
        "2026-04-02T01:00:00Z, 2026-04-02T15:10:00Z, 2026-04-02T01:00:00Z, 2026-04-02T16:00:00Z"
    })
    void edgesAreThoseOfWhatIsKept(Instant from, Instant to, Instant first, Instant last) {
        List<RangePart> parts = Objects.requireNonNull(STREAM.parts(from, to, NOW));

        assertThat(parts.getFirst().from()).isEqualTo(first);
        assertThat(parts.getLast().to()).isEqualTo(last);
        assertThat(parts)
                .allSatisfy(part -> assertThat(part.from()).isAfterOrEqualTo(STREAM.keptFrom(part.step(), NOW)));
    }

    @Test
    void beforeAllThatIsKeptThereIsNothing() {
        RolledUpStream minutes = stream(Map.of(RollupStep.MINUTE, Duration.ofDays(2)));

        assertThat(minutes.parts(NOW.minus(Duration.ofHours(49)), NOW, NOW)).isNull();
        assertThat(minutes.parts(NOW.minus(Duration.ofDays(2)), NOW, NOW)).isNotNull();
    }
}
