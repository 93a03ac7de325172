package io.weir.live;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import io.weir.event.EntryId;
import org.apache.pekko.actor.typed.ActorRef;

/** What the edges may ask a partition. */
public sealed interface PartitionQuery extends WireMessage {
    /**
     * Asks for an entity's counts; answered with {@link LiveCounts}.
     *
     * @param upTo the counts contain at least the events up to this entry: the answer waits until it is read
     */
    record ReadCounts(
            @JsonSerialize(using = WireValue.Writer.class) @JsonDeserialize(using = WireValue.Reader.class)
            Object entity,

            EntryId upTo,
            ActorRef<LiveCounts> replyTo)
            implements PartitionQuery {}

    /** Asks to be told when an entry is committed; answered with {@link PartitionAnswer.Committed}. Closes its window early. */
    record AwaitCommit(EntryId entry, ActorRef<PartitionAnswer.Committed> replyTo) implements PartitionQuery {}

    /** Asks how many entities have events that are read and not committed; answered with {@link PartitionAnswer.Buffered}. */
    record ReadBuffered(ActorRef<PartitionAnswer.Buffered> replyTo) implements PartitionQuery {}

    /** Asks for the depth; answered with {@link PartitionAnswer.Depth}, or not at all before the partition has begun. */
    record ReadDepth(ActorRef<PartitionAnswer.Depth> replyTo) implements PartitionQuery {}

    /** Says that committed counts were changed by no window: those in memory are to be read again. Not answered. */
    record RefreshCounts() implements PartitionQuery {}
}
