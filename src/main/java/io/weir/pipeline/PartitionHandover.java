package io.weir.pipeline;

import io.weir.definition.StreamDefinition;
import io.weir.definition.StreamLayout;
import io.weir.event.EntryId;
import io.weir.live.PartitionQuery;
import io.weir.live.Partitions;
import io.weir.log.PartitionSeals;
import io.weir.store.LayoutStore;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands a partition over to those that follow it once the stream is to have another number of them: seals it, has what it
 * holds committed and notes that, and says when it can be removed. Every step may be done again, so whoever runs the
 * partition next goes on with whatever was not finished.
 */
public final class PartitionHandover {
    sealed interface Command {}

    /**
     * What it works with.
     *
     * @param refresh has this process look at the layouts at once
     * @param interval how often it looks whether the stream changes
     */
    public record Tools(PartitionSeals seals, LayoutStore store, Runnable refresh, Duration interval) {}

    private record Sealed(@Nullable EntryId last) implements Command {}

    private record Drained(boolean complete) implements Command {}

    private record Noted(@Nullable Boolean drained) implements Command {}

    private record Removable(@Nullable Boolean removable) implements Command {}

    private enum Timer implements Command {
        LOOK,
        DRAIN_TIMEOUT
    }

    private static final Logger LOG = LoggerFactory.getLogger(PartitionHandover.class);

    /** What is drained is looked at less often. */
    private static final int LINGERING_INTERVALS = 10;

    /** Nodes that are late with their look at the layouts are told by the seal, so it stays for a moment. */
    private static final Duration LEAST_RETENTION = Duration.ofSeconds(5);

    private final ActorContext<Command> context;
    private final TimerScheduler<Command> timers;
    private final PartitionContext partition;
    private final Tools tools;
    private final Partitions directory;
    private final ActorRef<PartitionSupervisor.Command> supervisor;
    private final ActorRef<PartitionDaemon.Command> daemon;
    private final StreamDefinition definition;
    private final StreamLayout layout;
    private final Executor jdbcExecutor;
    private final ActorRef<PartitionSupervisor.Drained> drained;
    private EntryId last = EntryId.ZERO;
    /** Up to where it is noted as drained; null before. */
    private @Nullable EntryId drainedTo;

    private PartitionHandover(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            PartitionContext partition,
            Tools tools,
            Partitions directory,
            ActorRef<PartitionSupervisor.Command> supervisor,
            ActorRef<PartitionDaemon.Command> daemon) {
        this.context = context;
        this.timers = timers;
        this.partition = partition;
        this.tools = tools;
        this.directory = directory;
        this.supervisor = supervisor;
        this.daemon = daemon;
        this.definition = partition.definition();
        this.layout = definition.layout();
        this.jdbcExecutor =
                context.getSystem().dispatchers().lookup(DispatcherSelector.fromConfig("weir.jdbc-dispatcher"));
        this.drained = context.messageAdapter(PartitionSupervisor.Drained.class, all -> new Drained(all.complete()));
        lookLater();
    }

    /** One that runs as long as the partition does here. */
    static Behavior<Command> create(
            PartitionContext partition,
            Tools tools,
            Partitions directory,
            ActorRef<PartitionSupervisor.Command> supervisor,
            ActorRef<PartitionDaemon.Command> daemon) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            PartitionHandover handover =
                    new PartitionHandover(context, timers, partition, tools, directory, supervisor, daemon);
            return Behaviors.receive(Command.class)
                    .onAnyMessage(command -> {
                        handover.onMessage(command);
                        return Behaviors.same();
                    })
                    .build();
        }));
    }

    private void onMessage(Command command) {
        switch (command) {
            case Sealed found -> onSealed(found.last());
            case Drained all -> onDrained(all.complete());
            case Noted noted -> onNoted(noted.drained());
            case Removable removable -> onRemovable(removable.removable());
            case Timer timer -> onTimer(timer);
        }
    }

    private void onTimer(Timer timer) {
        switch (timer) {
            case LOOK -> look();
            // the partition may have started anew in between, and forgotten
            case DRAIN_TIMEOUT -> lookLater();
        }
    }

    private void lookLater() {
        timers.startSingleTimer(
                Timer.LOOK,
                layout.isReplaced(partition.partition())
                        ? tools.interval().multipliedBy(LINGERING_INTERVALS)
                        : tools.interval());
    }

    private void look() {
        if (!layout.isSuperseded(partition.partition())) {
            lookLater();
            return;
        }
        // Questions are handed on by now. Again even if it is sealed: Redis may have lost its tail, and the seal with
        // it
        context.pipeToSelf(
                tools.seals().seal(definition, partition.partition(), layout.after(partition.partition())),
                (end, failure) -> new Sealed(failure == null ? end : null));
    }

    private void onSealed(@Nullable EntryId sealedAt) {
        if (sealedAt == null) {
            lookLater();
            return;
        }
        last = sealedAt;
        if (drainedTo == null || last.isAfter(drainedTo)) {
            if (drainedTo != null && layout.isReplaced(partition.partition())) {
                onLateEntries();
            }
            timers.startSingleTimer(Timer.DRAIN_TIMEOUT, partition.settings().drainTimeout());
            supervisor.tell(new PartitionSupervisor.Drain(drained));
        } else if (layout.isReplaced(partition.partition())) {
            Duration retention =
                    definition.retention().compareTo(LEAST_RETENTION) > 0 ? definition.retention() : LEAST_RETENTION;
            context.pipeToSelf(
                    CompletableFuture.supplyAsync(
                            () -> Jdbc.call(
                                    () -> tools.store().removed(definition.name(), partition.partition(), retention)),
                            jdbcExecutor),
                    (removable, failure) -> new Removable(failure == null ? removable : null));
        } else {
            note();
        }
    }

    /** They are counted, but after what follows them was: somebody appended where Redis had lost the seal. */
    private void onLateEntries() {
        try (var _ = partition.logFields()) {
            LOG.error(
                    "{} got entries up to {} though it was sealed and drained up to {}; they are counted, and may be"
                            + " behind later events of their entities",
                    partition,
                    last,
                    drainedTo);
        }
        partition.count("weir.layout.late");
    }

    private void onDrained(boolean complete) {
        timers.cancel(Timer.DRAIN_TIMEOUT);
        if (complete) {
            note();
        } else {
            lookLater();
        }
    }

    private void note() {
        EntryId upTo = last;
        context.pipeToSelf(
                CompletableFuture.supplyAsync(
                        () -> Jdbc.call(() -> tools.store().drained(definition.name(), partition.partition(), upTo)),
                        jdbcExecutor),
                (noted, failure) -> new Noted(failure == null ? noted : null));
    }

    private void onNoted(@Nullable Boolean noted) {
        if (Boolean.TRUE.equals(noted)) {
            if (!last.equals(drainedTo)) {
                try (var _ = partition.logFields()) {
                    LOG.info("{} is sealed and drained up to {}", partition, last);
                }
            }
            if (layout.isReplaced(partition.partition())) {
                refreshCounts();
            }
            drainedTo = last;
            tools.refresh().run();
        }
        lookLater();
    }

    /** What came late was counted by another than those that hold the counts now. */
    private void refreshCounts() {
        for (int running : layout.running()) {
            ActorRef<PartitionQuery> ref = directory.find(definition.name(), running);
            if (ref != null) {
                ref.tell(new PartitionQuery.RefreshCounts());
            }
        }
    }

    private void onRemovable(@Nullable Boolean removable) {
        if (Boolean.TRUE.equals(removable)) {
            daemon.tell(new PartitionDaemon.Remove(last));
        } else {
            lookLater();
        }
    }
}
