package io.weir.store;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What became of a window. */
public sealed interface CommitOutcome {
    /**
     * The window is in the database.
     *
     * @param totals each touched entity's counter columns as they now are, by counter and column; null where there is
     *     no row. Types as in {@link io.weir.definition.FieldType}.
     * @param applied events whose effects were written
     * @param deduplicated keyed events that had been written before
     * @param deadLettered events kept as dead letters
     */
    record Committed(Map<Object, @Nullable Object[][]> totals, int applied, int deduplicated, int deadLettered)
            implements CommitOutcome {}

    /** Nothing was written, and the same window may go through later: a conflict, or the database is away. */
    record RetryLater(String reason, @Nullable String sqlState, boolean databaseAway) implements CommitOutcome {}

    /** Nothing was written: another incarnation owns the partition, or the cursor stands elsewhere. */
    record Fenced(String detail) implements CommitOutcome {}

    /** The connection was lost at COMMIT; only a new start can tell. */
    record Unknown(String detail) implements CommitOutcome {}

    /** Nothing was written, for a reason that is none of the database's: an event of the window may be the cause. */
    record Failed(String reason) implements CommitOutcome {}

    /** Nothing was written, and no retry can help until a person acts (SQLSTATE 42*, a missing table or right). */
    record Stopped(String reason, @Nullable String sqlState) implements CommitOutcome {}
}
