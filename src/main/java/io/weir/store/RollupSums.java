package io.weir.store;

import io.weir.definition.RollupStep;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What some events add to measures, by entity and bucket. Confined to one thread. */
final class RollupSums {
    /** Of one entity. Sorted as whoever else writes the same rows goes through them. */
    record Bucket(String entity, long start) implements Comparable<Bucket> {
        private static final Comparator<Bucket> ORDER =
                Comparator.comparing(Bucket::entity).thenComparingLong(Bucket::start);

        @Override
        public int compareTo(Bucket other) {
            return ORDER.compare(this, other);
        }
    }

    /** A row of a rollup, and by how much it grows: a {@link Long} or a {@link BigDecimal}. */
    record Growth(int measure, Bucket bucket, Number value) {}

    private final RollupStep step;
    private final int measures;
    private final Map<Bucket, @Nullable Number[]> sums = new HashMap<>();

    /** Sums of so many measures in buckets of this step. */
    RollupSums(RollupStep step, int measures) {
        this.step = step;
        this.measures = measures;
    }

    /** Adds to a measure, given by its position, what an event of this time brings. */
    void add(String entity, long timeMicros, int measure, Number value) {
        @Nullable
        Number[] bucket = sums.computeIfAbsent(
                new Bucket(entity, step.start(timeMicros)), absent -> new @Nullable Number[measures]);
        bucket[measure] = sum(bucket[measure], value);
    }

    /** The same in buckets of a coarser step. */
    RollupSums coarser(RollupStep coarserStep) {
        RollupSums coarser = new RollupSums(coarserStep, measures);
        sums.forEach((bucket, values) -> {
            for (int measure = 0; measure < measures; measure++) {
                Number value = values[measure];
                if (value != null) {
                    coarser.add(bucket.entity(), bucket.start(), measure, value);
                }
            }
        });
        return coarser;
    }

    /** By measure, entity and bucket, without what does not change anything. */
    List<Growth> sorted() {
        Map<Bucket, @Nullable Number[]> sorted = new TreeMap<>(sums);
        List<Growth> growths = new ArrayList<>(sums.size() * measures);
        for (int measure = 0; measure < measures; measure++) {
            for (Map.Entry<Bucket, @Nullable Number[]> bucket : sorted.entrySet()) {
                Number value = bucket.getValue()[measure];
                if (value != null && !isZero(value)) {
                    growths.add(new Growth(measure, bucket.getKey(), value));
                }
            }
        }
        return growths;
    }

    private static boolean isZero(Number value) {
        return value instanceof BigDecimal decimal ? decimal.signum() == 0 : value.longValue() == 0;
    }

    private static Number sum(@Nullable Number first, Number second) {
        if (first == null) {
            return second;
        }
        return first instanceof Long one && second instanceof Long other
                ? (Number) Math.addExact(one, other)
                : decimal(first).add(decimal(second));
    }

    private static BigDecimal decimal(Number value) {
        return value instanceof BigDecimal decimal ? decimal : BigDecimal.valueOf(value.longValue());
    }
}
