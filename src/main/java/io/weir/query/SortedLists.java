package io.weir.query;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

/**
 * Numbered lists of entities with values, each list sorted from the greatest value to the smallest, as one moment shows them.
 * An entity stands in a list at most once, and counts as 0 where it does not.
 *
 * @param <X> what reading may fail with
 */
public interface SortedLists<X extends Exception> {
    /** An entity in a list. */
    record Entry(int list, String entity, BigDecimal value) {}

    /**
     * Some entries of a list, one after another.
     *
     * @param skip how many stand before them
     * @param count how many they are; fewer only where the list ends
     */
    record Section(int list, int skip, int count) {}

    /** How many lists there are. */
    int size();

    /**
     * About how much a list holds beside the others, from which follows how much of it is read first. Nothing but the time
     * that it takes depends on it.
     */
    double weight(int list);

    /** The entries of some sections, each of another list. */
    List<Entry> read(List<Section> sections) throws X;

    /** Which group a list belongs to, from 0: an entity's sum over the lists of a group is looked up at once. */
    int group(int list);

    /** For each entity, its sum over those groups in which it is asked for. */
    Map<String, BigDecimal> sums(Map<Integer, List<String>> entitiesByGroup) throws X;
}
