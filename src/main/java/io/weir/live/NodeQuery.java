package io.weir.live;

import org.apache.pekko.actor.typed.ActorRef;

/** What a node may be asked as a whole. */
public sealed interface NodeQuery extends WireMessage {
    /** Asks what it does; answered with {@link NodeFigures}. */
    record ReadFigures(ActorRef<NodeFigures> replyTo) implements NodeQuery {}
}
