package io.weir.query;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.datasketches.hll.HllSketch;
import org.apache.datasketches.hll.TgtHllType;
import org.junit.jupiter.api.Test;

class UniquesTest {
    private static byte[] sketch(int from, int to) {
        HllSketch sketch = new HllSketch(12, TgtHllType.HLL_4);
        for (int i = from; i < to; i++) {
            sketch.update("visitor-" + i);
        }
        return sketch.toCompactByteArray();
    }

    @Test
    void ofNothingThereIsNothing() {
        assertThat(Uniques.of(List.of())).isEqualTo(new Uniques(0, 0, 0));
    }

    @Test
    void whatIsInSeveralSketchesCountsOnce() {
        Uniques both = Uniques.of(List.of(sketch(0, 60_000), sketch(40_000, 100_000)));

        // three standard errors
        assertThat(both.estimate()).isBetween(95_000L, 105_000L);
        assertThat(both.lower()).isBetween(90_000L, both.estimate());
        assertThat(both.upper()).isBetween(both.estimate(), 110_000L);
    }

    /** Of 200 different sets each, in 95 of 100 the true number stands between the bounds; some luck is allowed for. */
    @Test
    void theTruthIsAsOftenBetweenTheBoundsAsIsSaid() {
        for (int size : new int[] {10, 1_000, 20_000}) {
            List<Uniques> outside = new ArrayList<>();
            for (int trial = 0; trial < 200; trial++) {
                Uniques uniques = Uniques.of(List.of(sketch(trial * 1_000_000, trial * 1_000_000 + size)));
                if (uniques.lower() > size || uniques.upper() < size) {
                    outside.add(uniques);
                }
                assertThat(Math.abs(uniques.estimate() - size)).isLessThanOrEqualTo(Math.ceilDiv(size, 12));
            }
            assertThat(outside).as("%d values", size).hasSizeLessThan(20);
        }
    }
}
