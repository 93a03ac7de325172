package io.weir.store;

import io.weir.event.EntryId;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** One partition's cursor and effects in PostgreSQL. Every method blocks: call it on the JDBC dispatcher. */
public interface PartitionStore {
    /**
     * What an incarnation begins with.
     *
     * @param cursor the last entry whose window is committed
     */
    record Started(long epoch, EntryId cursor) {}

    /**
     * An entity's committed counters and the cursor, read in one snapshot.
     *
     * @param values by counter and column; a counter without a row has null in each column
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Counts(@Nullable Object[][] values, EntryId cursor) {}

    /** Raises the epoch, which fences every earlier incarnation, and answers where to go on. */
    Started start(String owner) throws SQLException;

    /** Whether the cursor belongs to the incarnation of this epoch and stands at {@code cursor} or after it. */
    boolean confirms(long epoch, EntryId cursor) throws SQLException;

    /** Writes a window in one transaction. Fails with no exception: each failure is an outcome. */
    CommitOutcome commit(WindowCommit window);

    /** Reads what is committed for an entity. */
    Counts readCounts(Object entity) throws SQLException;
}
