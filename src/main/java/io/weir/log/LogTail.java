package io.weir.log;

import io.weir.definition.StreamDefinition;
import io.weir.event.EntryId;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * The ends of partitions, for one who looks on. Reading takes nothing from anybody, and goes over connections of its own.
 * Failed stages hold a {@link ReaderFailure}; what is asked next tries anew.
 */
public interface LogTail extends AutoCloseable {
    /**
     * How far a partition has come.
     *
     * @param last its newest entry, though it may be gone; {@link EntryId#ZERO} when there never was one
     * @param added how many entries there ever were
     */
    record End(EntryId last, long added) {
        public static final End NOTHING = new End(EntryId.ZERO, 0);
    }

    CompletionStage<End> end(StreamDefinition definition, int partition);

    /** The newest entries after one and up to another, the newest first, at most so many. */
    CompletionStage<List<LogEntry>> newest(
            StreamDefinition definition, int partition, EntryId after, EntryId upTo, int maxEntries);

    /** Gives up the connections and waits for nothing. */
    @Override
    void close();
}
