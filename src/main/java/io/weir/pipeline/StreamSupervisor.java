package io.weir.pipeline;

import io.weir.live.PartitionQuery;
import io.weir.live.Partitions;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Runs the partitions of one stream. */
public final class StreamSupervisor {
    public sealed interface Command {}

    /** Commit all that the log holds of the stream, then answer. */
    public record Drain(ActorRef<Drained> replyTo) implements Command {}

    /**
     * Every partition has answered.
     *
     * @param complete whether nothing uncommitted was left
     */
    public record Drained(String stream, boolean complete) {}

    private record PartitionDrained(PartitionSupervisor.Drained drained) implements Command {}

    private final ActorContext<Command> context;
    private final String stream;
    private final List<ActorRef<PartitionSupervisor.Command>> partitions = new ArrayList<>();
    private final List<ActorRef<Drained>> drainers = new ArrayList<>();
    private int drainsExpected;
    private boolean drainComplete = true;

    private StreamSupervisor(ActorContext<Command> context, String stream) {
        this.context = context;
        this.stream = stream;
    }

    /**
     * A stream that runs until it is stopped.
     *
     * @param contexts its partitions, in order
     * @param directory where each partition is registered for questions
     */
    public static Behavior<Command> create(String stream, List<PartitionContext> contexts, Partitions directory) {
        return Behaviors.setup(context -> {
            StreamSupervisor supervisor = new StreamSupervisor(context, stream);
            for (PartitionContext partition : contexts) {
                supervisor.start(partition, directory);
            }
            return Behaviors.receive(Command.class)
                    .onAnyMessage(supervisor::onMessage)
                    .build();
        });
    }

    private void start(PartitionContext partition, Partitions directory) {
        var ref = context.spawn(PartitionSupervisor.create(partition), "partition-" + partition.partition());
        partitions.add(ref);
        ActorRef<PartitionQuery> questions = context.spawn(
                Behaviors.receiveMessage(query -> {
                    ref.tell(new PartitionSupervisor.Query(query));
                    return Behaviors.same();
                }),
                "questions-" + partition.partition());
        directory.register(stream, partition.partition(), questions);
    }

    private Behavior<Command> onMessage(Command command) {
        return switch (command) {
            case Drain drain -> onDrain(drain.replyTo());
            case PartitionDrained drained -> onPartitionDrained(drained.drained());
        };
    }

    private Behavior<Command> onDrain(ActorRef<Drained> replyTo) {
        drainers.add(replyTo);
        if (drainers.size() == 1) {
            drainsExpected = partitions.size();
            var adapter = context.messageAdapter(PartitionSupervisor.Drained.class, PartitionDrained::new);
            partitions.forEach(partition -> partition.tell(new PartitionSupervisor.Drain(adapter)));
        }
        return Behaviors.same();
    }

    private Behavior<Command> onPartitionDrained(PartitionSupervisor.Drained drained) {
        drainComplete &= drained.complete();
        drainsExpected--;
        if (drainsExpected == 0) {
            drainers.forEach(drainer -> drainer.tell(new Drained(stream, drainComplete)));
            drainers.clear();
        }
        return Behaviors.same();
    }
}
