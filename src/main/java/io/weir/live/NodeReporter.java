package io.weir.live;

import java.util.function.Supplier;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;

/** Answers for this node, to whichever node asks. */
public final class NodeReporter {
    static final ServiceKey<NodeQuery> KEY = ServiceKey.create(NodeQuery.class, "weir-node");

    private NodeReporter() {}

    /**
     * One that can be found until it is stopped.
     *
     * @param figures must not block
     */
    public static Behavior<NodeQuery> create(Supplier<NodeFigures> figures) {
        return Behaviors.setup(context -> {
            context.getSystem().receptionist().tell(Receptionist.register(KEY, context.getSelf()));
            return Behaviors.receiveMessage(query -> switch (query) {
                case NodeQuery.ReadFigures read -> {
                    read.replyTo().tell(figures.get());
                    yield Behaviors.same();
                }
            });
        });
    }
}
