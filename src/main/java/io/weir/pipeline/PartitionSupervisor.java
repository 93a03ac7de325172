package io.weir.pipeline;

import io.weir.live.LiveCounts;
import io.weir.live.PartitionQuery;
import io.weir.settings.PipelineSettings;
import java.util.concurrent.Executor;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Keeps one partition going: when its consumer, an aggregator or its flusher fails, all of them start anew at the
 * cursor, with backoff. When only a person can help, it stops them, says why, and looks again now and then.
 */
public final class PartitionSupervisor {
    public sealed interface Command {}

    /** A question from the edges. */
    public record Query(PartitionQuery query) implements Command {}

    /** Commit what the log holds by now, then answer. */
    public record Drain(ActorRef<Drained> replyTo) implements Command {}

    /** What an operator wants. */
    public record Operate(PartitionOperation operation) implements Command {}

    /** What the log held is committed, or the partition is paused or waits for a person and can't go on. */
    public record Drained(boolean complete) {}

    private record InTrouble(Trouble trouble) implements Command {}

    private record ConsumerDrained(ActorRef<Drained> replyTo, boolean complete) implements Command {}

    private enum Timer implements Command {
        LOOK_AGAIN
    }

    private static final double BACKOFF_JITTER = 0.3;

    private final ActorContext<Command> context;
    private final TimerScheduler<Command> timers;
    private final PartitionContext partition;
    private final ActorRef<Flusher.Command> flusher;
    private final ActorRef<StreamConsumer.Command> consumer;

    private PartitionSupervisor(
            ActorContext<Command> context, TimerScheduler<Command> timers, PartitionContext partition) {
        this.context = context;
        this.timers = timers;
        this.partition = partition;
        Executor jdbcExecutor =
                context.getSystem().dispatchers().lookup(DispatcherSelector.fromConfig("weir.jdbc-dispatcher"));
        // children's failures are not handled here, so each of them fails this actor, and all start anew together
        // children of the last incarnation may still be stopping, so names don't come back
        int incarnation = partition.status().startIncarnation();
        ActorRef<Trouble> self = context.messageAdapter(Trouble.class, InTrouble::new);
        DispatcherSelector dispatcher = DispatcherSelector.fromConfig("weir.pipeline-dispatcher");
        this.flusher =
                context.spawn(Flusher.create(partition, jdbcExecutor, self), "flusher-" + incarnation, dispatcher);
        this.consumer = context.spawn(
                StreamConsumer.create(partition, flusher, self, jdbcExecutor), "consumer-" + incarnation, dispatcher);
        context.watch(flusher);
        context.watch(consumer);
    }

    /** A partition that runs until it is stopped. */
    public static Behavior<Command> create(PartitionContext partition) {
        PipelineSettings settings = partition.settings();
        Behavior<Command> run = Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            partition.count("weir.pipeline.starts");
            return new PartitionSupervisor(context, timers, partition).running();
        }));
        return Behaviors.supervise(run)
                .onFailure(
                        Exception.class,
                        SupervisorStrategy.restartWithBackoff(
                                        settings.minBackoff(), settings.maxBackoff(), BACKOFF_JITTER)
                                .withResetBackoffAfter(settings.maxBackoff().multipliedBy(2))
                                .withStashCapacity(settings.maxCommitWaiters())
                                // said once per episode, by restart()
                                .withLoggingEnabled(false));
    }

    private Behavior<Command> running() {
        return Behaviors.receive(Command.class)
                .onAnyMessage(command -> switch (command) {
                    case Query query -> {
                        consumer.tell(new StreamConsumer.Query(query.query()));
                        yield Behaviors.same();
                    }
                    case Drain drain -> {
                        consumer.tell(new StreamConsumer.Drain(context.messageAdapter(
                                StreamConsumer.Drained.class,
                                drained -> new ConsumerDrained(drain.replyTo(), drained.complete()))));
                        yield Behaviors.same();
                    }
                    case Operate operate ->
                        switch (operate.operation()) {
                            case PartitionOperation.OfConsumer forConsumer -> {
                                consumer.tell(new StreamConsumer.Operate(forConsumer));
                                yield Behaviors.same();
                            }
                            case PartitionOperation.Restart restart -> throw restart(restart);
                        };
                    case ConsumerDrained drained -> {
                        drained.replyTo().tell(new Drained(drained.complete()));
                        yield Behaviors.same();
                    }
                    case InTrouble trouble ->
                        switch (trouble.trouble()) {
                            case Trouble.Restart restart -> throw restart(restart.reason());
                            case Trouble.NeedsHelp help -> stop(help.reason());
                        };
                    case Timer timer -> Behaviors.same();
                })
                .build();
    }

    /** No event is to blame for it. */
    private PartitionFailure restart(PartitionOperation.Restart restart) {
        partition.status().endedElsewhere();
        partition.operated("start anew");
        restart.replyTo().tell(new PartitionOperation.Outcome(true, "starts anew at its cursor"));
        return new PartitionFailure("an operator has it start anew");
    }

    private PartitionFailure restart(String reason) {
        if (partition.status().inTrouble(reason)) {
            try (var _ = partition.logFields()) {
                context.getLog().warn("{} starts anew: {}", partition, reason);
            }
        }
        return new PartitionFailure(reason);
    }

    private Behavior<Command> stop(String reason) {
        try (var _ = partition.logFields()) {
            context.getLog()
                    .error(
                            "{} is stopped and looks again in {}; its events stay in Redis: {}",
                            partition,
                            partition.settings().stoppedRetry(),
                            reason);
        }
        partition.count("weir.pipeline.stopped");
        partition.status().stopped(reason);
        context.unwatch(flusher);
        context.unwatch(consumer);
        context.stop(flusher);
        context.stop(consumer);
        timers.startSingleTimer(Timer.LOOK_AGAIN, partition.settings().stoppedRetry());
        return Behaviors.receive(Command.class)
                .onAnyMessage(command -> switch (command) {
                    case Query query -> {
                        if (query.query() instanceof PartitionQuery.ReadCounts read) {
                            read.replyTo().tell(new LiveCounts.Unavailable(reason));
                        }
                        yield Behaviors.same();
                    }
                    case Drain drain -> {
                        drain.replyTo().tell(new Drained(false));
                        yield Behaviors.same();
                    }
                    case Operate operate ->
                        switch (operate.operation()) {
                            case PartitionOperation.OfConsumer refused -> {
                                refused.replyTo()
                                        .tell(new PartitionOperation.Outcome(
                                                false,
                                                "it waits for a person; a restart has it look again: " + reason));
                                yield Behaviors.same();
                            }
                            case PartitionOperation.Restart restart -> throw restart(restart);
                        };
                    case Timer timer -> throw new PartitionFailure("looks again");
                    case ConsumerDrained late -> Behaviors.same();
                    case InTrouble again -> Behaviors.same();
                })
                .build();
    }
}
