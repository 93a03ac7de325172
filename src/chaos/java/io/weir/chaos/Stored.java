package io.weir.chaos;

import io.weir.definition.RollupStep;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/**
 * What PostgreSQL holds of a stream.
 *
 * @param rows how many rows each event has, of the events that were asked for and of any that must not exist
 * @param dead how many dead letters each event has, of all events
 * @param rowTotals sums over all rows, by entity
 * @param counters what Weir counted, by entity
 * @param rollups the sums over all buckets of each step, by entity
 */
record Stored(
        Map<Long, Integer> rows,
        Map<Long, Integer> dead,
        Map<Integer, Totals> rowTotals,
        Map<Integer, Totals> counters,
        Map<RollupStep, Map<Integer, Totals>> rollups) {
    /** How many events an entity has, and the sum of their amounts. */
    record Totals(long events, long amount) {
        static final Totals NONE = new Totals(0, 0);

        Totals plus(long moreEvents, long moreAmount) {
            return new Totals(events + moreEvents, amount + moreAmount);
        }
    }

    Stored() {
        this(new HashMap<>(), new HashMap<>(), new HashMap<>(), new HashMap<>(), new EnumMap<>(RollupStep.class));
    }

    boolean has(long event) {
        return rows.containsKey(event) || dead.containsKey(event);
    }
}
