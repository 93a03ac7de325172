package io.weir.log;

import io.weir.definition.Generation;
import io.weir.definition.StreamDefinition;
import io.weir.event.EntryId;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Closes partitions for good, when others are to follow them. Stages fail with {@link ReaderFailure}; what depends on
 * them must not block. Thread-safe.
 */
public interface PartitionSeals {
    /** The last ID that Redis can give: a stream that has given it takes no entry any more. */
    EntryId LAST_POSSIBLE = new EntryId(-1, -1);

    /**
     * Has Redis refuse every further entry of a partition, whoever appends it, in one step with the look for its last one.
     * Doing it again changes nothing.
     *
     * @param successor what follows it, which Redis keeps beside the seal
     * @return the last entry that it will ever hold; {@link EntryId#ZERO} where it holds none
     */
    CompletionStage<EntryId> seal(StreamDefinition definition, int partition, Generation successor);

    /** What follows a sealed partition, as Redis kept it; null for one that was not sealed. */
    CompletionStage<@Nullable Generation> successor(StreamDefinition definition, int partition);

    /**
     * Removes a sealed partition from Redis.
     *
     * @param last what {@link #seal} answered
     * @return false, and nothing is removed, when it is not sealed or holds something else
     */
    CompletionStage<Boolean> remove(StreamDefinition definition, int partition, EntryId last);

    /** Whether Redis holds anything under the partition's key. */
    CompletionStage<Boolean> exists(StreamDefinition definition, int partition);
}
