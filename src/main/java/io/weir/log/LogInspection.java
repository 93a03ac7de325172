package io.weir.log;

import io.weir.definition.StreamDefinition;
import io.weir.event.EntryId;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** What the log says about itself to those who compare and don't consume. Thread-safe; nothing in it blocks. */
public interface LogInspection {
    /**
     * A partition at one moment.
     *
     * @param entriesAdded entries that Redis has ever taken into it, also those that are gone
     * @param entriesAfter entries after the cursor that was asked about
     * @param eventsAfter what these hold
     * @param firstAfter the first of these
     * @param lastAfter the last of them
     */
    record Standing(
            long entriesAdded,
            long entriesAfter,
            long eventsAfter,
            @Nullable EntryId firstAfter,
            @Nullable EntryId lastAfter) {}

    /**
     * What this process appended.
     *
     * @param answered events that Redis has answered for
     * @param unanswered events that were sent, or are about to be, and may be in the log already
     */
    record Appended(long answered, long unanswered) {}

    /** Counts a partition's entries after a cursor, in small steps. Fails with {@link ReaderFailure}. */
    CompletionStage<Standing> standing(StreamDefinition definition, int partition, EntryId cursor);

    /** What this process appended to a partition since it began. */
    Appended appended(StreamDefinition definition, int partition);
}
