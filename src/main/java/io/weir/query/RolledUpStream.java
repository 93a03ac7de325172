package io.weir.query;

import io.weir.definition.RollupStep;
import io.weir.definition.StreamDefinition;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a stream over time.
 *
 * @param retention the lengths of its buckets, at least one, with how long each bucket stays; {@link #FOR_EVER} where it is
 *     never removed
 * @param measures the names of its sums and counts, at least one
 * @param uniques the name of its sketches of different values; null where none are kept
 */
public record RolledUpStream(
        StreamDefinition definition,
        NavigableMap<RollupStep, Duration> retention,
        List<String> measures,
        @Nullable String uniques) {
    /** Longer than there are times. */
    public static final Duration FOR_EVER = Duration.ofDays(4_000_000);

    public RolledUpStream {
        retention = Collections.unmodifiableNavigableMap(new TreeMap<>(retention));
        measures = List.copyOf(measures);
    }

    /** The lengths of its buckets. */
    public NavigableSet<RollupStep> steps() {
        return retention.navigableKeySet();
    }

    /** When the first bucket of a step that is surely still there begins, or before. */
    public Instant keptFrom(RollupStep step, Instant now) {
        return now.minus(retention.getOrDefault(step, Duration.ZERO));
    }

    /**
     * Buckets that hold a range: it begins and ends where a bucket of the finest step does that is still there at that time.
     *
     * @return null when it begins before all that is kept
     */
    public @Nullable List<RangePart> parts(Instant from, Instant to, Instant now) {
        RollupStep first = finestAt(from, now);
        RollupStep last = finestAt(to, now);
        return first == null || last == null ? null : RangePart.of(steps(), first.floor(from), last.ceiling(to));
    }

    /** The finest step whose buckets are there from the beginning of the coarser one on that holds the edge. */
    private @Nullable RollupStep finestAt(Instant edge, Instant now) {
        for (Map.Entry<RollupStep, Duration> kept : retention.entrySet()) {
            RollupStep step = kept.getKey();
            RollupStep coarser = retention.higherKey(step);
            Instant needed = coarser == null ? step.floor(edge).plus(step.length()) : coarser.floor(edge);
            if (!needed.isBefore(keptFrom(step, now))) {
                return step;
            }
        }
        return null;
    }
}
