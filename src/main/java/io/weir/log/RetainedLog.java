package io.weir.log;

import io.weir.definition.StreamDefinition;
import io.weir.event.EntryId;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** What Redis still holds of a partition, committed or not. Reading it takes nothing from anybody. */
public interface RetainedLog {
    /**
     * What there is.
     *
     * @param first the first entry; null when there is none
     * @param trimmed whether there ever was an earlier one
     */
    record Extent(@Nullable EntryId first, boolean trimmed) {}

    CompletionStage<Extent> extent(StreamDefinition definition, int partition);

    /** The next entries after one and up to another, at most so many. */
    CompletionStage<List<LogEntry>> read(
            StreamDefinition definition, int partition, EntryId after, EntryId upTo, int maxEntries);
}
