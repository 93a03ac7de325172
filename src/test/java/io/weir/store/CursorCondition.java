package io.weir.store;

import io.weir.event.EntryId;

/**
 * On what a window moves the cursor: the WHERE clause of the statement that PostgreSQL gets, read by a model of it. So
 * the model compares what the statement compares, and nothing else.
 */
public final class CursorCondition {
    private static final boolean COMPARES_EPOCH;
    private static final boolean COMPARES_ENTRY;
    private static final boolean COMPARES_WINDOWS;

    static {
        boolean epoch = false;
        boolean entry = false;
        boolean windows = false;
        String sql = CursorStatements.advanceSql();
        for (String term : sql.substring(sql.lastIndexOf("WHERE") + 5).split(" AND ", -1)) {
            switch (term.strip()) {
                case "stream = ?", "partition = ?" -> {}
                case "epoch = ?" -> epoch = true;
                case "entry = ?" -> entry = true;
                case "windows = ?" -> windows = true;
                // a comparison that was taken out keeps its parameter
                case "?::bigint IS NOT NULL", "?::text IS NOT NULL" -> {}
                default -> throw new IllegalStateException("the model of the cursor does not know: " + term);
            }
        }
        COMPARES_EPOCH = epoch;
        COMPARES_ENTRY = entry;
        COMPARES_WINDOWS = windows;
    }

    private CursorCondition() {}

    /** Whether the statement finds the row of a cursor that stands so. */
    public static boolean holds(WindowCommit window, long epoch, EntryId entry, long windows) {
        return (!COMPARES_EPOCH || window.epoch() == epoch)
                && (!COMPARES_ENTRY || window.from().equals(entry))
                && (!COMPARES_WINDOWS || window.number() == windows);
    }
}
