package io.weir.query;

import java.math.BigDecimal;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Numbered lists of entities with values, each list sorted from the greatest value to the smallest, as one moment shows them.
 * An entity stands in a list at most once, and counts as 0 where it does not.
 *
 * @param <X> what reading may fail with
 */
public interface SortedLists<X extends Exception> {
    /**
     * An entity in a list.
     *
     * @param value what it has there, or somewhat more: lists are sorted by that, and {@link #totals} are exact
     */
    record Entry(int list, String entity, BigDecimal value) {}

    /** How many lists there are. */
    int size();

    /**
     * The next entries of some lists.
     *
     * @param lists their numbers
     * @param skip how many entries of each were read before
     * @param count how many of each to read; fewer only where a list ends
     */
    List<Entry> next(List<Integer> lists, int skip, int count) throws X;

    /** The sums of these entities over all lists. */
    Map<String, BigDecimal> totals(Collection<String> entities) throws X;
}
