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
    /** Read first, and looked up at once, beyond the answer's length. */
    private static final int MORE_THAN_LIMIT = 8;

    private static final double LEAST_GROWTH = 0.25;
    private static final double LARGEST_GROWTH = 3;

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
    private final int[] groupSizes;
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
        IntStream groups = IntStream.range(0, lists.size()).map(lists::group);
        this.groupSizes = new int[groups.max().orElse(-1) + 1];
        for (int list = 0; list < lists.size(); list++) {
            groupSizes[lists.group(list)]++;
        }
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
        List<SortedLists.Section> toRead = firstSections();
        while (!toRead.isEmpty()) {
            if (!read(toRead)) {
                return null;
            }
            BigDecimal threshold = threshold();
            if (!resolve(threshold)) {
                return null;
            }
            if (greatest.size() == limit && least().compareTo(threshold) >= 0) {
                break;
            }
            toRead = nextSections(threshold);
        }
        return greatest.stream().sorted(RankedEntity.GREATEST_FIRST).toList();
    }

    /**
     * The fewest entries whose bounds are together what the first after the last of the answer probably has, if values fall with
     * their rank as by Zipf's law: a list of weight w ends at w / d when d were read, so d has to grow with the root of w.
     */
    private List<SortedLists.Section> firstSections() {
        double weights = 0;
        double roots = 0;
        for (int list = 0; list < lists.size(); list++) {
            weights += lists.weight(list);
            roots += Math.sqrt(lists.weight(list));
        }
        List<SortedLists.Section> sections = new ArrayList<>();
        for (int list = 0; list < lists.size(); list++) {
            double depth = (limit + MORE_THAN_LIMIT) * Math.sqrt(lists.weight(list)) * roots / weights;
            sections.add(new SortedLists.Section(list, 0, (int) Math.ceil(depth)));
        }
        return sections;
    }

    private BigDecimal least() {
        RankedEntity least = greatest.peek();
        return least == null ? BigDecimal.ZERO : least.value();
    }

    /** Reads on in the lists; false when that is too much. */
    private boolean read(List<SortedLists.Section> sections) throws X {
        if (reads + sections.stream().mapToLong(SortedLists.Section::count).sum() > maxReads) {
            return false;
        }
        int[] got = new int[bounds.length];
        List<SortedLists.Entry> entries = lists.read(sections);
        reads += entries.size();
        for (SortedLists.Entry entry : entries) {
            int list = entry.list();
            BigDecimal bound = entry.value().max(BigDecimal.ZERO);
            bounds[list] = got[list]++ == 0 ? bound : bounds[list].min(bound);
            candidates.computeIfAbsent(entry.entity(), Candidate::new).seen.add(entry);
        }
        for (SortedLists.Section section : sections) {
            int list = section.list();
            depths[list] += got[list];
            ended[list] = got[list] < section.count();
            if (ended[list]) {
                bounds[list] = BigDecimal.ZERO;
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
        int batch = limit + MORE_THAN_LIMIT;
        for (int from = 0; from < open.size(); from += batch) {
            List<Candidate> likely = new ArrayList<>(batch);
            for (Candidate candidate : open.subList(from, Math.min(open.size(), from + batch))) {
                if (greatest.size() < limit || candidate.bound.compareTo(least()) > 0) {
                    likely.add(candidate);
                }
            }
            if (likely.isEmpty()) {
                return true;
            }
            if (!lookUp(likely)) {
                return false;
            }
            if (canReadOn && (greatest.size() < limit || least().compareTo(threshold) < 0)) {
                // who was not seen may be among them, so the lists are read on, and bounds get closer
                return true;
            }
        }
        return true;
    }

    /** Ranks entities; false when that is too much. What was read of all lists of a group need not be looked up. */
    private boolean lookUp(List<Candidate> some) throws X {
        Map<Integer, List<String>> unknown = new TreeMap<>();
        Map<String, BigDecimal> sums = new HashMap<>();
        int[] openLists = openLists();
        for (Candidate candidate : some) {
            int[] missing = openLists.clone();
            BigDecimal known = BigDecimal.ZERO;
            for (SortedLists.Entry entry : candidate.seen) {
                missing[lists.group(entry.list())] -= ended[entry.list()] ? 0 : 1;
            }
            for (SortedLists.Entry entry : candidate.seen) {
                if (missing[lists.group(entry.list())] == 0) {
                    known = known.add(entry.value());
                }
            }
            for (int group = 0; group < missing.length; group++) {
                if (missing[group] > 0) {
                    unknown.computeIfAbsent(group, none -> new ArrayList<>()).add(candidate.entity);
                    reads += groupSizes[group];
                }
            }
            sums.put(candidate.entity, known);
            candidate.isResolved = true;
            candidate.seen.clear();
        }
        if (reads > maxReads) {
            return false;
        }
        if (!unknown.isEmpty()) {
            lists.sums(unknown).forEach((entity, sum) -> sums.merge(entity, sum, BigDecimal::add));
        }
        sums.forEach(this::rank);
        return true;
    }

    /** By group, how many of its lists were not read to their ends: in those that were, who was not seen has nothing. */
    private int[] openLists() {
        int[] open = new int[groupSizes.length];
        for (int list = 0; list < ended.length; list++) {
            open[lists.group(list)] += ended[list] ? 0 : 1;
        }
        return open;
    }

    private void rank(String entity, BigDecimal total) {
        greatest.add(new RankedEntity(entity, total));
        if (greatest.size() > limit) {
            greatest.remove();
        }
    }

    /** Of those that have a fair part in the threshold, without any threshold of all that have not ended. */
    private List<SortedLists.Section> nextSections(BigDecimal threshold) {
        int open = 0;
        for (boolean hasEnded : ended) {
            open += hasEnded ? 0 : 1;
        }
        double growth = growth(threshold);
        List<SortedLists.Section> sections = new ArrayList<>();
        for (int list = 0; list < ended.length; list++) {
            BigDecimal share = bounds[list].multiply(BigDecimal.valueOf(2L * open));
            if (!ended[list] && (threshold.signum() == 0 || share.compareTo(threshold) >= 0)) {
                int count = (int) Math.min((double) maxReads, Math.ceil(depths[list] * growth));
                sections.add(new SortedLists.Section(list, depths[list], Math.max(1, count)));
            }
        }
        return sections;
    }

    /** How much is read next beside what was read: as much as Zipf's law wants, and some more. */
    private double growth(BigDecimal threshold) {
        if (greatest.size() < limit || least().signum() <= 0) {
            return LARGEST_GROWTH;
        }
        double missing = threshold.doubleValue() / least().doubleValue() - 1;
        return Math.clamp(2 * missing, LEAST_GROWTH, LARGEST_GROWTH);
    }
}
