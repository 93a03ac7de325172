package io.weir.log;

import io.weir.event.EntryId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Reads one partition for one incarnation of its consumer, through a consumer group of its own. Calls are made one
 * after the other. A failed stage of {@link #begin} or {@link #read} ends the incarnation: entries may have been
 * delivered into the void, and only a new group at the cursor finds them again.
 */
public interface PartitionReader extends AutoCloseable {
    /**
     * What was found at the start.
     *
     * @param depth events after the cursor, counted
     * @param predecessorPending entries that earlier groups had delivered and not seen acknowledged
     * @param tailLost whether Redis had gone back behind the cursor; its last ID is raised above it by now
     */
    record Begun(long depth, long predecessorPending, boolean tailLost) {}

    /**
     * Creates this incarnation's group, reading on after {@code readFrom}, and destroys every earlier one.
     *
     * @param cursor the last committed entry
     * @param readFrom where to read on; the cursor, or before it to rewind
     */
    CompletionStage<Begun> begin(long epoch, EntryId cursor, EntryId readFrom);

    /**
     * Whether Redis lost entries up to the cursor, so that new ones may stand below it. True for a stream that was trimmed
     * beyond the cursor by others, too.
     *
     * @param checksum of what the entry at the cursor held; 0 where nobody noted it
     */
    CompletionStage<Boolean> isBehind(EntryId cursor, long checksum);

    /** The next entries, in order; an empty list when none came within {@code block}, zero for not waiting at all. */
    CompletionStage<List<LogEntry>> read(int maxEntries, Duration block);

    /** Acknowledges committed entries and takes their events off the depth. */
    CompletionStage<Void> acknowledge(List<EntryId> entries, int events);

    /** Removes entries below {@code minimum} from Redis, about. */
    CompletionStage<Void> trim(EntryId minimum);

    /** Says that nothing is left unread: the depth is what was read and not yet committed. */
    void caughtUp(long uncommittedEvents);

    /** Counts what stands in the log and is not read yet into the depth, in small steps. Never fails. */
    CompletionStage<Void> countAhead();

    /** The last entry that the log holds now; null when it holds none. */
    CompletionStage<@Nullable EntryId> lastEntry();

    @Override
    void close();
}
