package io.weir.pipeline;

import io.weir.definition.StreamDefinition;
import io.weir.event.EntryId;
import io.weir.event.Partitioner;
import io.weir.live.LiveCounts;
import io.weir.live.PartitionFinder;
import io.weir.live.PartitionQuery;
import io.weir.live.Partitions;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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

    /** What an operator wants of the partition, while it runs here. */
    record Operate(PartitionOperation operation) implements Command {}

    /** All that the partition held is committed and past its retention: take it out of the log, and end. */
    record Remove(EntryId last) implements Command {}

    private record SupervisorEnded(EntryId last) implements Command {}

    private record RemoveNow(EntryId last) implements Command {}

    private record Removed() implements Command {}

    private record SupervisorDrained(boolean complete) implements Command {}

    private enum Timer implements Command {
        DRAIN_TIMEOUT
    }

    private static final Logger LOG = LoggerFactory.getLogger(PartitionDaemon.class);

    /** So that what a consumer sent last has arrived. */
    private static final Duration REMOVAL_DELAY = Duration.ofSeconds(1);

    /** Beyond any patience of who asks. */
    private static final Duration HANDED_ON_TIMEOUT = Duration.ofSeconds(10);

    private final ActorContext<Command> context;
    private final ActorSystem<?> system;
    private final TimerScheduler<Command> timers;
    private final PartitionContext partition;
    private final PartitionHandover.Tools tools;
    private final Partitions directory;
    private final RunningPartitions running;
    private final ActorRef<PartitionSupervisor.Command> supervisor;
    private final ActorRef<PartitionQuery> questions;
    private final ActorRef<PartitionHandover.Command> handover;
    private final ActorRef<PartitionSupervisor.Drained> drained;
    private ActorRef<Drained> drainer;
    private boolean stopping;
    private boolean mayStop;

    private PartitionDaemon(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            PartitionContext partition,
            PartitionHandover.Tools tools,
            Partitions directory,
            RunningPartitions running) {
        this.context = context;
        this.system = context.getSystem();
        this.timers = timers;
        this.partition = partition;
        this.tools = tools;
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
                    if (!(query instanceof PartitionQuery.ReadCounts read && handedOn(read))) {
                        supervisor.tell(new PartitionSupervisor.Query(query));
                    }
                    return Behaviors.same();
                }),
                "questions");
        this.handover = context.spawn(
                PartitionHandover.create(partition, tools, directory, supervisor, context.getSelf()), "handover");
        this.drained =
                context.messageAdapter(PartitionSupervisor.Drained.class, all -> new SupervisorDrained(all.complete()));
        directory.register(stream, partition.partition(), questions);
        running.add(partition, context.getSelf());
        context.getSystem()
                .receptionist()
                .tell(Receptionist.register(PartitionFinder.key(stream, partition.partition()), questions));
    }

    /**
     * A partition that runs until the cluster stops it.
     *
     * @param tools for its handover, when the stream is to have another number of partitions
     * @param directory where it is registered for questions
     * @param running where it is registered to be drained
     */
    public static Behavior<Command> create(
            PartitionContext partition,
            PartitionHandover.Tools tools,
            Partitions directory,
            RunningPartitions running) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            PartitionDaemon daemon = new PartitionDaemon(context, timers, partition, tools, directory, running);
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
            case Operate operate -> {
                supervisor.tell(new PartitionSupervisor.Operate(operate.operation()));
                yield Behaviors.same();
            }
            case Remove remove -> onRemove(remove.last());
            case SupervisorEnded ended -> {
                timers.startSingleTimer(new RemoveNow(ended.last()), REMOVAL_DELAY);
                yield Behaviors.same();
            }
            case RemoveNow now -> removeNow(now.last());
            case Removed removed -> stop();
            case Timer timer -> onDrained(false);
        };
    }

    private Behavior<Command> onDrain(ActorRef<Drained> replyTo) {
        drainer = replyTo;
        beginToDrain(partition.settings().drainTimeout());
        return Behaviors.same();
    }

    private Behavior<Command> onStop() {
        if (mayStop) {
            return stop();
        }
        if (!stopping) {
            stopping = true;
            // whoever runs it next goes on at the cursor, but not before this one has let go
            beginToDrain(partition.settings().moveTimeout());
        }
        return Behaviors.same();
    }

    /** Counts are told by those that follow this one: from before it is sealed on it does not know all of them. */
    private boolean handedOn(PartitionQuery.ReadCounts read) {
        StreamDefinition definition = partition.definition();
        if (!definition.layout().isSuperseded(partition.partition())) {
            return false;
        }
        int follower = Partitioner.newestPartitionOf(definition, read.entity());
        // of what it held, nothing is uncommitted once they begin
        var _ = directory
                .<LiveCounts>askAndFollow(
                        definition.name(),
                        follower,
                        replyTo -> new PartitionQuery.ReadCounts(read.entity(), EntryId.ZERO, replyTo),
                        HANDED_ON_TIMEOUT,
                        system.scheduler())
                .whenComplete((counts, failure) -> read.replyTo()
                        .tell(
                                counts != null
                                        ? counts
                                        : new LiveCounts.Unavailable("the stream's partitions change at the moment")));
        return true;
    }

    private Behavior<Command> onRemove(EntryId last) {
        // a consumer would bring the key into being again
        context.unwatch(supervisor);
        context.watchWith(supervisor, new SupervisorEnded(last));
        context.stop(supervisor);
        context.stop(handover);
        return Behaviors.same();
    }

    private Behavior<Command> removeNow(EntryId last) {
        String stream = partition.definition().name();
        Executor jdbcExecutor = system.dispatchers().lookup(DispatcherSelector.fromConfig("weir.jdbc-dispatcher"));
        context.pipeToSelf(
                tools.seals()
                        .remove(partition.definition(), partition.partition(), last)
                        .thenApplyAsync(
                                removed -> {
                                    if (!removed) {
                                        // what came since is to be counted
                                        Jdbc.call(() -> {
                                            tools.store().notRemoved(stream, partition.partition());
                                            return true;
                                        });
                                    }
                                    return removed;
                                },
                                jdbcExecutor),
                (removed, failure) -> {
                    // what is left is found by the look for late entries
                    boolean done = failure == null && removed;
                    try (var _ = partition.logFields()) {
                        LOG.info("{} was {} from Redis", partition, done ? "removed" : "not removed");
                    }
                    tools.refresh().run();
                    return new Removed();
                });
        return Behaviors.same();
    }

    private void beginToDrain(Duration timeout) {
        context.stop(handover);
        timers.startSingleTimer(Timer.DRAIN_TIMEOUT, timeout);
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
        running.remove(partition, context.getSelf());
        partition.depths().runs(partition.definition(), partition.partition(), false);
        partition.status().left();
        return Behaviors.same();
    }
}
