package io.weir.store;

import java.util.ArrayList;
import java.util.List;

/**
 * The rows of a window in the portions that one statement each writes.
 *
 * <p>A server that shares Weir's processors works on a statement without a pause, and what answers requests there waits for it
 * up to the scheduler's next tick, some milliseconds. Between two statements it waits for the next one, and they go first.
 */
final class Portions {
    /** Everything at once. */
    static final Portions WHOLE = new Portions(Integer.MAX_VALUE);

    /** A window of more portions comes from a backlog, where throughput counts, and is not divided. */
    private static final int MOST = 40;

    private final int rows;

    Portions(int rows) {
        this.rows = rows;
    }

    <T> List<List<T>> of(List<T> all) {
        if (all.isEmpty()) {
            return List.of();
        }
        if (all.size() <= rows || all.size() > (long) MOST * rows) {
            return List.of(all);
        }
        List<List<T>> portions = new ArrayList<>(Math.ceilDiv(all.size(), rows));
        for (int from = 0; from < all.size(); from += rows) {
            portions.add(all.subList(from, Math.min(all.size(), from + rows)));
        }
        return portions;
    }
}
