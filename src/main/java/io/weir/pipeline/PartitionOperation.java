package io.weir.pipeline;

import org.apache.pekko.actor.typed.ActorRef;

/** What an operator may have a partition do; each is answered with an {@link Outcome}. Not sent to other nodes. */
public sealed interface PartitionOperation {
    ActorRef<Outcome> replyTo();

    /** What concerns the consumer alone. */
    sealed interface OfConsumer extends PartitionOperation {}

    /** Read nothing more until {@link Resume}, or until this incarnation ends. What was read is committed as usual. */
    record Pause(ActorRef<Outcome> replyTo) implements OfConsumer {}

    /** Read on. */
    record Resume(ActorRef<Outcome> replyTo) implements OfConsumer {}

    /** Close the open window now; answered once all that was read by now is committed. */
    record Flush(ActorRef<Outcome> replyTo) implements OfConsumer {}

    /** End this incarnation; the next one begins at the cursor. Answered before that. */
    record Restart(ActorRef<Outcome> replyTo) implements PartitionOperation {}

    /**
     * What became of an operation.
     *
     * @param text for people
     */
    record Outcome(boolean done, String text) {}
}
