package io.weir.query;

import io.weir.definition.RollupStep;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;

/**
 * Buckets of one step, one after another.
 *
 * @param from the beginning of the first
 * @param to the end of the last
 */
public record RangePart(RollupStep step, Instant from, Instant to) {
    /** How many buckets it is. */
    public long buckets() {
        return (to.getEpochSecond() - from.getEpochSecond()) / step.length().toSeconds();
    }

    /** The beginnings of its buckets. */
    public List<Instant> beginnings() {
        List<Instant> beginnings = new ArrayList<>();
        for (Instant at = from; at.isBefore(to); at = at.plus(step.length())) {
            beginnings.add(at);
        }
        return beginnings;
    }

    /**
     * A range as few buckets: whole ones of the coarsest step inside, and finer ones at the edges.
     *
     * @param steps those that are kept, at least one
     * @param from a multiple of the finest of them, as {@code to} is
     */
    public static List<RangePart> of(NavigableSet<RollupStep> steps, Instant from, Instant to) {
        List<RangePart> parts = new ArrayList<>();
        divide(steps, from, to, parts);
        return parts;
    }

    private static void divide(NavigableSet<RollupStep> steps, Instant from, Instant to, List<RangePart> parts) {
        if (!from.isBefore(to)) {
            return;
        }
        RollupStep coarsest = steps.last();
        NavigableSet<RollupStep> finer = steps.headSet(coarsest, false);
        Instant begin = coarsest.ceiling(from);
        Instant end = coarsest.floor(to);
        if (!begin.isBefore(end)) {
            if (finer.isEmpty()) {
                throw new IllegalArgumentException(from + " to " + to + " is no range of whole buckets");
            }
            divide(finer, from, to, parts);
            return;
        }
        if (!finer.isEmpty()) {
            divide(finer, from, begin, parts);
        }
        parts.add(new RangePart(coarsest, begin, end));
        if (!finer.isEmpty()) {
            divide(finer, end, to, parts);
        }
    }
}
