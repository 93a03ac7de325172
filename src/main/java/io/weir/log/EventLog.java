package io.weir.log;

import io.weir.definition.StreamDefinition;
import io.weir.event.EntryId;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The durable log of accepted events. Thread-safe; nothing in it blocks. */
public interface EventLog extends AutoCloseable {
    /** In the place of an entry: the item is in no entry, and in the database already. */
    EntryId WRITTEN = EntryId.ZERO;

    /**
     * Appends items to a partition, all in one entry, possibly beside those of other callers.
     *
     * <p>Completes with the entry's ID once Redis has answered. Fails with {@link AppendFailure}.
     */
    CompletionStage<EntryId> append(StreamDefinition definition, int partition, List<LogItem> items);

    /**
     * Where an item is.
     *
     * @param entry the entry that holds it, from whose time on it is not counted again
     * @param repeated whether the entry was there before, or holds it for another item of the same key
     */
    record Place(EntryId entry, boolean repeated) {}

    /**
     * Appends those items whose key no entry of the stream's dedup time holds, in one step with the look for it, and those
     * without a key.
     *
     * <p>Completes with each item's place once Redis has answered. Fails with {@link AppendFailure}; as long as Redis keeps
     * what it has, appending an item again does no harm.
     *
     * @param definition one whose dedup is by fields
     */
    CompletionStage<List<Place>> appendOnce(StreamDefinition definition, int partition, List<LogItem> items);

    /** A reader of one partition on a connection of its own. One incarnation of a consumer uses one reader. */
    PartitionReader reader(StreamDefinition definition, int partition);

    /** Whether appends have a chance at this moment. */
    boolean isConnected();

    /** Accepted and uncommitted events of a stream, wherever its partitions run, as far as this process knows. */
    long depth(StreamDefinition definition);

    /** Completes with true when Redis answers in time; never fails. */
    CompletionStage<Boolean> isReachable();

    @Override
    void close();
}
