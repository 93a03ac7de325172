package io.weir.log;

import io.weir.definition.StreamDefinition;
import io.weir.event.EntryId;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The durable log of accepted events. Thread-safe; nothing in it blocks. */
public interface EventLog extends AutoCloseable {
    /**
     * Appends items to a partition, all in one entry, possibly beside those of other callers.
     *
     * <p>Completes with the entry's ID once Redis has answered. Fails with {@link AppendFailure}.
     */
    CompletionStage<EntryId> append(StreamDefinition definition, int partition, List<LogItem> items);

    /** A reader of one partition on a connection of its own. One incarnation of a consumer uses one reader. */
    PartitionReader reader(StreamDefinition definition, int partition);

    /** Accepted and uncommitted events of a stream, as far as this process knows. */
    long depth(StreamDefinition definition);

    /** Completes with true when Redis answers in time; never fails. */
    CompletionStage<Boolean> isReachable();

    @Override
    void close();
}
