package io.weir.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.definition.RollupStep;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RangePartTest {
    private static final NavigableSet<RollupStep> ALL = new TreeSet<>(EnumSet.allOf(RollupStep.class));

    private static Instant at(String time) {
        return Instant.parse("2026-03-" + time + ":00Z");
    }

    @Test
    void daysInsideAndFinerBucketsAtTheEdges() {
        assertThat(RangePart.of(ALL, at("01T22:58"), at("04T01:02")))
                .containsExactly(
                        new RangePart(RollupStep.MINUTE, at("01T22:58"), at("01T23:00")),
                        new RangePart(RollupStep.HOUR, at("01T23:00"), at("02T00:00")),
                        new RangePart(RollupStep.DAY, at("02T00:00"), at("04T00:00")),
                        new RangePart(RollupStep.HOUR, at("04T00:00"), at("04T01:00")),
                        new RangePart(RollupStep.MINUTE, at("04T01:00"), at("04T01:02")));
    }

    @Test
    void aRangeWithinAnHourIsMinutes() {
        assertThat(RangePart.of(ALL, at("01T22:10"), at("01T22:50")))
                .containsExactly(new RangePart(RollupStep.MINUTE, at("01T22:10"), at("01T22:50")));
        assertThat(RangePart.of(ALL, at("01T22:10"), at("01T22:10"))).isEmpty();
    }

    @Test
    void aStepThatIsNotKeptIsLeftOut() {
        NavigableSet<RollupStep> steps = new TreeSet<>(EnumSet.of(RollupStep.MINUTE, RollupStep.DAY));
        assertThat(RangePart.of(steps, at("01T22:00"), at("03T00:01")))
                .containsExactly(
                        new RangePart(RollupStep.MINUTE, at("01T22:00"), at("02T00:00")),
                        new RangePart(RollupStep.DAY, at("02T00:00"), at("03T00:00")),
                        new RangePart(RollupStep.MINUTE, at("03T00:00"), at("03T00:01")));
        NavigableSet<RollupStep> days = new TreeSet<>(EnumSet.of(RollupStep.DAY));
        assertThatThrownBy(() -> RangePart.of(days, at("01T22:00"), at("01T23:00")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void partsFollowEachOtherWithoutAGap(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 200; i++) {
            Instant from = Instant.ofEpochSecond(60L * random.nextInt(100_000_000));
            Instant to = from.plus(Duration.ofMinutes(random.nextInt(200_000)));
            Instant next = from;
            long finer = 0;
            for (RangePart part : RangePart.of(ALL, from, to)) {
                assertThat(part.from()).isEqualTo(next);
                assertThat(part.step().floor(part.from())).isEqualTo(part.from());
                assertThat(part.step().floor(part.to())).isEqualTo(part.to());
                assertThat(part.beginnings()).hasSize((int) part.buckets()).startsWith(part.from());
                finer += part.step() == RollupStep.DAY ? 0 : part.buckets();
                next = part.to();
            }
            assertThat(next).isEqualTo(to);
            assertThat(finer).isLessThanOrEqualTo(2 * (59 + 23));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "MINUTE, 2026-03-01T10:17:00Z, 2026-03-01T10:18:00Z",
        "HOUR, 2026-03-01T10:00:00Z, 2026-03-01T11:00:00Z",
        "DAY, 2026-03-01T00:00:00Z, 2026-03-02T00:00:00Z"
    })
    void aMomentStandsInABucket(RollupStep step, Instant floor, Instant ceiling) {
        Instant moment = Instant.parse("2026-03-01T10:17:36.000001Z");
        assertThat(List.of(step.floor(moment), step.ceiling(moment))).containsExactly(floor, ceiling);
        assertThat(List.of(step.floor(floor), step.ceiling(floor))).containsExactly(floor, floor);
        assertThat(step.floor(Instant.parse("1969-12-31T23:59:59.9Z"))).isEqualTo(Instant.EPOCH.minus(step.length()));
    }
}
