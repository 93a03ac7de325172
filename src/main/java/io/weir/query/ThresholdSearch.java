package io.weir.query;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the entities with the greatest sums over sorted lists without reading the lists to their ends: the threshold algorithm
 * of Fagin, Lotem and Naor ("Optimal aggregation algorithms for middleware", 2003). What was read last of each list bounds
 * what stands behind it, so the sum of these bounds is more than any entity has that was not seen. Sums are looked up only
 * for entities whose own bound says that they may be among the greatest.
 *
 * <p>Values may be negative: an entity that is not in a list has 0 there, so no bound is below 0. Once fewer entities than
 * asked for have 0 or more, only lists that were read to their ends tell who has the least of a loss; then they are.
 */
public final class ThresholdSearch<X extends Exception> {
    private static final int GROWTH = 3;

    /** What is known of an entity whose sum was not looked up: the sum of its values less the bounds of the lists they came from. */
    private static final class Candidate {
        private final String entity;
        private final List<SortedLists.Entry> seen = new ArrayList<>(2);
        private boolean isResolved;
        private BigDecimal bound = BigDecimal.ZERO;

        Candidate(String entity) {
            this.entity = entity;
        }
    }

    private final SortedLists<X> lists;
    private final int limit;
    private final long maxReads;
    private final BigDecimal[] bounds;
    private final boolean[] ended;
    private final int[] depths;
    private final Map<String, Candidate> candidates = new HashMap<>();
    /** The greatest sums so far, the least of them first. */
    private final PriorityQueue<RankedEntity> greatest = new PriorityQueue<>(RankedEntity.GREATEST_FIRST.reversed());

    private long reads;

    private ThresholdSearch(SortedLists<X> lists, int limit, long maxReads) {
        this.lists = lists;
        this.limit = limit;
        this.maxReads = maxReads;
        this.bounds = new BigDecimal[lists.size()];
        this.ended = new boolean[lists.size()];
        this.depths = new int[lists.size()];
    }

    /**
     * The entities with the greatest sums, the greatest first. Of those that are equal at the end, any may be left out.
     *
     * @param maxReads entries and values looked up that it may take
     * @return null when it would take more
     */
    public static <X extends Exception> @Nullable List<RankedEntity> find(
            SortedLists<X> lists, int limit, long maxReads) throws X {
        return new ThresholdSearch<>(lists, limit, maxReads).run();
    }

    private @Nullable List<RankedEntity> run() throws X {
        List<Integer> toRead = new ArrayList<>();
        for (int list = 0; list < lists.size(); list++) {
            toRead.add(list);
        }
        int count = limit + 8;
        while (!toRead.isEmpty()) {
            if (!read(toRead, count)) {
                return null;
            }
            BigDecimal threshold = threshold();
            if (!resolve(threshold)) {
                return null;
            }
            if (greatest.size() == limit && least().compareTo(threshold) >= 0) {
                break;
            }
            toRead = worthReading(threshold);
            count *= GROWTH;
        }
        return greatest.stream().sorted(RankedEntity.GREATEST_FIRST).toList();
    }

    private BigDecimal least() {
        RankedEntity least = greatest.peek();
        return least == null ? BigDecimal.ZERO : least.value();
    }

    /** Reads on in each of the lists; false when that is too much. */
    private boolean read(List<Integer> toRead, int count) throws X {
        // lists that were left out of a round stand at another depth
        Map<Integer, List<Integer>> byDepth = new TreeMap<>();
        toRead.forEach(list ->
                byDepth.computeIfAbsent(depths[list], none -> new ArrayList<>()).add(list));
        for (Map.Entry<Integer, List<Integer>> group : byDepth.entrySet()) {
            if (reads + (long) group.getValue().size() * count > maxReads) {
                return false;
            }
            int[] got = new int[bounds.length];
            List<SortedLists.Entry> entries = lists.next(group.getValue(), group.getKey(), count);
            reads += entries.size();
            for (SortedLists.Entry entry : entries) {
                int list = entry.list();
                BigDecimal bound = entry.value().max(BigDecimal.ZERO);
                bounds[list] = got[list]++ == 0 ? bound : bounds[list].min(bound);
                candidates.computeIfAbsent(entry.entity(), Candidate::new).seen.add(entry);
            }
            for (int list : group.getValue()) {
                depths[list] += got[list];
                ended[list] = got[list] < count;
                if (ended[list]) {
                    bounds[list] = BigDecimal.ZERO;
                }
            }
        }
        return true;
    }

    private BigDecimal threshold() {
        BigDecimal sum = BigDecimal.ZERO;
        for (BigDecimal bound : bounds) {
            sum = sum.add(bound);
        }
        return sum;
    }

    /**
     * Looks up the sums of all who may be among the greatest, the likeliest first, or only of some where the lists have to be
     * read on anyway; false when that is too much.
     */
    private boolean resolve(BigDecimal threshold) throws X {
        boolean canReadOn = IntStream.range(0, ended.length).anyMatch(list -> !ended[list]);
        List<Candidate> open = new ArrayList<>();
        for (Candidate candidate : candidates.values()) {
            if (!candidate.isResolved) {
                BigDecimal bound = threshold;
                for (SortedLists.Entry entry : candidate.seen) {
                    bound = bound.add(entry.value()).subtract(bounds[entry.list()]);
                }
                candidate.bound = bound;
                open.add(candidate);
            }
        }
        open.sort(Comparator.comparing((Candidate candidate) -> candidate.bound).reversed());
        int batch = limit + 8;
        for (int from = 0; from < open.size(); from += batch) {
            List<String> entities = new ArrayList<>(batch);
            for (Candidate candidate : open.subList(from, Math.min(open.size(), from + batch))) {
                if (greatest.size() < limit || candidate.bound.compareTo(least()) > 0) {
                    candidate.isResolved = true;
                    candidate.seen.clear();
                    entities.add(candidate.entity);
                }
            }
            if (entities.isEmpty()) {
                return true;
            }
            reads += (long) entities.size() * lists.size();
            if (reads > maxReads) {
                return false;
            }
            lists.totals(entities).forEach(this::rank);
            if (canReadOn && (greatest.size() < limit || least().compareTo(threshold) < 0)) {
                // who was not seen may be among them, so the lists are read on, and bounds get closer
                return true;
            }
        }
        return true;
    }

    private void rank(String entity, BigDecimal total) {
        greatest.add(new RankedEntity(entity, total));
        if (greatest.size() > limit) {
            greatest.remove();
        }
    }

    /** Those that have a fair part in the threshold; without any threshold all that have not ended. */
    private List<Integer> worthReading(BigDecimal threshold) {
        int open = 0;
        for (boolean hasEnded : ended) {
            open += hasEnded ? 0 : 1;
        }
        List<Integer> worth = new ArrayList<>();
        for (int list = 0; list < ended.length; list++) {
            BigDecimal share = bounds[list].multiply(BigDecimal.valueOf(2L * open));
            if (!ended[list] && (threshold.signum() == 0 || share.compareTo(threshold) >= 0)) {
                worth.add(list);
            }
        }
        return worth;
    }
}
