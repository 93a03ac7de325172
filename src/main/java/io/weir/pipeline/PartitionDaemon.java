package io.weir.pipeline;

import io.weir.live.PartitionFinder;
import io.weir.live.PartitionQuery;
import io.weir.live.Partitions;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.actor.typed.receptionist.Receptionist;

/**
 * A partition on the node that the cluster has chosen for it: announces where it can be asked, and commits what its log
 * holds before it goes. What runs it, and starts it anew, is its supervisor.
 */
public final class PartitionDaemon {
    public sealed interface Command {}

    /** The cluster places the partition elsewhere, or this node leaves. */
    public enum Stop implements Command {
        STOP
    }

    /** Commit what the log holds by now, then answer; {@link Stop} then stops at once. Goes on until then. */
    public record Drain(ActorRef<Drained> replyTo) implements Command {}

    /**
     * What the log held is committed, as far as the partition was able to.
     *
     * @param complete whether nothing uncommitted was left
     */
    public record Drained(String partition, boolean complete) {}

    private record SupervisorDrained(boolean complete) implements Command {}

    private enum Timer implements Command {
        DRAIN_TIMEOUT
    }

    private final ActorContext<Command> context;
    private final TimerScheduler<Command> timers;
    private final PartitionContext partition;
    private final Partitions directory;
    private final RunningPartitions running;
    private final ActorRef<PartitionSupervisor.Command> supervisor;
    private final ActorRef<PartitionQuery> questions;
    private final ActorRef<PartitionSupervisor.Drained> drained;
    private ActorRef<Drained> drainer;
    private boolean stopping;
    private boolean mayStop;

    private PartitionDaemon(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            PartitionContext partition,
            Partitions directory,
            RunningPartitions running) {
        this.context = context;
        this.timers = timers;
        this.partition = partition;
        this.directory = directory;
        this.running = running;
        this.drainer = context.getSystem().ignoreRef();
        String stream = partition.definition().name();
        partition.depths().runs(partition.definition(), partition.partition(), true);
        this.supervisor = context.spawn(PartitionSupervisor.create(partition), stream + "-" + partition.partition());
        // without a supervisor this one ends, too, and the cluster starts both anew
        context.watch(supervisor);
        this.questions = context.spawn(
                Behaviors.receiveMessage(query -> {
                    supervisor.tell(new PartitionSupervisor.Query(query));
                    return Behaviors.same();
                }),
                "questions");
        this.drained =
                context.messageAdapter(PartitionSupervisor.Drained.class, all -> new SupervisorDrained(all.complete()));
        directory.register(stream, partition.partition(), questions);
        running.add(partition.toString(), context.getSelf());
        context.getSystem()
                .receptionist()
                .tell(Receptionist.register(PartitionFinder.key(stream, partition.partition()), questions));
    }

    /**
     * A partition that runs until the cluster stops it.
     *
     * @param directory where it is registered for questions
     * @param running where it is registered to be drained
     */
    public static Behavior<Command> create(
            PartitionContext partition, Partitions directory, RunningPartitions running) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            PartitionDaemon daemon = new PartitionDaemon(context, timers, partition, directory, running);
            return Behaviors.receive(Command.class)
                    .onAnyMessage(daemon::onMessage)
                    .onSignal(PostStop.class, signal -> daemon.left())
                    .build();
        }));
    }

    private Behavior<Command> onMessage(Command command) {
        return switch (command) {
            case Drain drain -> onDrain(drain.replyTo());
            case Stop stop -> onStop();
            case SupervisorDrained all -> onDrained(all.complete());
            case Timer timer -> onDrained(false);
        };
    }

    private Behavior<Command> onDrain(ActorRef<Drained> replyTo) {
        drainer = replyTo;
        beginToDrain();
        return Behaviors.same();
    }

    private Behavior<Command> onStop() {
        if (mayStop) {
            return stop();
        }
        if (!stopping) {
            stopping = true;
            beginToDrain();
        }
        return Behaviors.same();
    }

    private void beginToDrain() {
        timers.startSingleTimer(Timer.DRAIN_TIMEOUT, partition.settings().drainTimeout());
        supervisor.tell(new PartitionSupervisor.Drain(drained));
    }

    /** Who asks from now on waits for the successor. */
    private Behavior<Command> stop() {
        directory.unregister(partition.definition().name(), partition.partition(), questions);
        return Behaviors.stopped();
    }

    private Behavior<Command> onDrained(boolean complete) {
        mayStop = true;
        drainer.tell(new Drained(partition.toString(), complete));
        return stopping ? stop() : Behaviors.same();
    }

    private Behavior<Command> left() {
        directory.unregister(partition.definition().name(), partition.partition(), questions);
        running.remove(partition.toString(), context.getSelf());
        partition.depths().runs(partition.definition(), partition.partition(), false);
        partition.status().left();
        return Behaviors.same();
    }
}
