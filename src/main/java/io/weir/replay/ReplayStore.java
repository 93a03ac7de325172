package io.weir.replay;

import io.weir.definition.StreamDefinition;
import io.weir.event.EntityDelta;
import io.weir.event.EntryId;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/** What replay and backfill ask of the database. Every method blocks; failures are {@link ReplayFailure}. */
public interface ReplayStore {
    /** The last committed entry of a partition; 0-0 when it never started. */
    EntryId cursor(StreamDefinition definition, int partition);

    /** Which of these keys the table holds that decides about a keyed stream's events. */
    Set<String> known(StreamDefinition definition, Collection<String> keys);

    /**
     * Where a counter's column was first counted.
     *
     * @param after entries up to this one were committed without it
     * @param known whether that is so: false for one that was there before notes were taken, or was away for a while
     * @param backfilled whether those were added since
     */
    record ColumnStart(EntryId after, boolean known, boolean backfilled) {}

    /** What is noted about a column; unknown where nothing is. */
    ColumnStart columnStart(StreamDefinition definition, int partition, CounterTarget target);

    /** Events of a partition that became dead letters, as {@code entry/index}, up to an entry. */
    Set<String> deadLettered(StreamDefinition definition, int partition, EntryId upTo);

    /**
     * Adds deltas to a column and notes that it is backfilled, in one transaction.
     *
     * @return false, and nothing is added, when it was backfilled before
     */
    boolean addOnce(
            StreamDefinition definition, int partition, CounterTarget target, List<EntityDelta> deltas, Duration limit);

    /**
     * What a backfill from rows did.
     *
     * @param rows events that the table holds
     * @param changed entities whose counter stood elsewhere
     */
    record RowsResult(String table, long rows, long entities, long changed) {}

    /**
     * Sets columns to the aggregates over the rows, all in one transaction, with every window of the stream kept waiting
     * meanwhile.
     *
     * @param rowsAreComplete whether to trust the caller and not the number of rows
     * @return a result for each target
     */
    List<RowsResult> setFromRows(
            StreamDefinition definition, List<CounterTarget> targets, boolean rowsAreComplete, Duration limit);
}
