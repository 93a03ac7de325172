package io.weir.live;

import io.weir.event.EntryId;
import org.apache.pekko.actor.typed.ActorRef;

/** What the edges may ask a partition. */
public sealed interface PartitionQuery {
    /**
     * Asks for an entity's counts; answered with {@link LiveCounts}.
     *
     * @param upTo the counts contain at least the events up to this entry: the answer waits until it is read
     */
    record ReadCounts(Object entity, EntryId upTo, ActorRef<LiveCounts> replyTo) implements PartitionQuery {}

    /** Asks to be told when an entry is committed; answered with {@link Committed}. Closes its window early. */
    record AwaitCommit(EntryId entry, ActorRef<Committed> replyTo) implements PartitionQuery {}

    /** Asks how many entities have events that are read and not committed; answered with {@link Buffered}. */
    record ReadBuffered(ActorRef<Buffered> replyTo) implements PartitionQuery {}

    /** Entities with events that are read and not committed. */
    record Buffered(int entities) {}

    /** Says that committed counts were changed by no window: those in memory are to be read again. Not answered. */
    record RefreshCounts() implements PartitionQuery {}

    /** The entry is committed. */
    record Committed(EntryId entry) {}
}
