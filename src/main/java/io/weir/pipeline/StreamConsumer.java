package io.weir.pipeline;

import io.weir.event.EntryId;
import io.weir.fault.Failpoint;
import io.weir.fault.Failpoints;
import io.weir.live.PartitionQuery;
import io.weir.log.LogEntry;
import io.weir.log.PartitionReader;
import io.weir.logging.FailureText;
import io.weir.store.CommitOutcome;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.PreRestart;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.StashBuffer;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.jspecify.annotations.Nullable;

/**
 * Reads one partition in order, cuts what it reads into windows, and says what is done with once a window is committed.
 * Holds no counts. Reads on only while fewer than two windows are unflushed, so that a slow database makes the depth
 * grow in Redis and not the heap here.
 */
final class StreamConsumer {
    sealed interface Command {}

    /** The window is in the database. */
    record WindowFlushed(OpenWindow window, CommitOutcome.Committed outcome) implements Command {}

    record Query(PartitionQuery query) implements Command {}

    /** Commit what the log holds by now, then answer. */
    record Drain(ActorRef<Drained> replyTo) implements Command {}

    /** What an operator wants. */
    record Operate(PartitionOperation.OfConsumer operation) implements Command {}

    /** All that the log held is committed, unless the partition is paused. */
    record Drained(boolean complete) {}

    private record Started(ConsumerStart.Position position) implements Command {}

    private record Fetched(List<LogEntry> entries, int asked, boolean waited) implements Command {}

    private record LastEntry(@Nullable EntryId id) implements Command {}

    private record Trimmed(boolean confirmed) implements Command {}

    private record Failed(String doing, Throwable cause) implements Command {}

    private enum Timer implements Command {
        WINDOW_DUE,
        TICK,
        READ_ON
    }

    private final ActorContext<Command> context;
    private final TimerScheduler<Command> timers;
    private final PartitionContext partition;
    private final ActorRef<Flusher.Command> flusher;
    private final ActorRef<Trouble> supervisor;
    private final Executor jdbcExecutor;
    private final PartitionReader reader;
    private final Aggregators aggregators;
    private final PartitionWindows windows;
    private final ReadSize readSize;
    private final CursorHistory history;
    private final CommitWaiters waiters;
    private final CountReaders counts;
    private final ConsumerQueries queries;
    private final ConsumerOrders orders;
    private final LogDrain draining = new LogDrain();
    private long epoch;
    /** Also while what was read is held back. */
    private boolean reading;

    /** What came while the partition was paused; null when nothing did. */
    private @Nullable Fetched held;

    private StreamConsumer(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            PartitionContext partition,
            ActorRef<Flusher.Command> flusher,
            ActorRef<Trouble> supervisor,
            Executor jdbcExecutor) {
        this.context = context;
        this.timers = timers;
        this.partition = partition;
        this.flusher = flusher;
        this.supervisor = supervisor;
        this.jdbcExecutor = jdbcExecutor;
        this.reader = partition.openReader();
        this.aggregators = new Aggregators(context, partition, jdbcExecutor);
        this.windows = new PartitionWindows(
                partition.definition(),
                partition.eventReader(),
                partition.settings().maxWindowBytes(),
                System::nanoTime);
        this.readSize = new ReadSize(partition.settings().maxReadEntries());
        this.history = new CursorHistory(
                partition.definition().retention(), partition.settings().trimInterval());
        this.waiters = new CommitWaiters(partition.settings().maxCommitWaiters());
        this.counts = new CountReaders(aggregators, partition, jdbcExecutor);
        this.orders = new ConsumerOrders(partition.status());
        this.queries = new ConsumerQueries(partition, reader, windows, aggregators, counts, waiters);
    }

    static Behavior<Command> create(
            PartitionContext partition,
            ActorRef<Flusher.Command> flusher,
            ActorRef<Trouble> supervisor,
            Executor jdbcExecutor) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> Behaviors.withStash(
                partition.settings().maxCommitWaiters(),
                stash -> new StreamConsumer(context, timers, partition, flusher, supervisor, jdbcExecutor)
                        .start(stash))));
    }

    private Behavior<Command> start(StashBuffer<Command> stash) {
        context.pipeToSelf(
                StartRecord.start(partition, reader, jdbcExecutor),
                (position, failure) -> failure == null ? new Started(position) : new Failed("start", failure));
        return Behaviors.receive(Command.class)
                .onAnyMessage(command -> switch (command) {
                    case Started started -> {
                        begin(started.position());
                        yield stash.unstashAll(running());
                    }
                    case Failed failed -> onFailed(failed);
                    case Query query -> stashOrDrop(stash, query);
                    case Drain drain -> stashOrDrop(stash, drain);
                    case Operate operate -> stashOrDrop(stash, operate);
                    case WindowFlushed _, Fetched _, LastEntry _, Trimmed _ ->
                        throw new IllegalStateException(command.getClass().getSimpleName() + " before the start");
                    case Timer timer -> Behaviors.same();
                })
                .onSignal(PreRestart.class, signal -> release())
                .onSignal(PostStop.class, signal -> release())
                .build();
    }

    /** A query that finds no room is not answered and runs into its sender's timeout. */
    private Behavior<Command> stashOrDrop(StashBuffer<Command> stash, Command command) {
        if (stash.isFull()) {
            partition.count("weir.pipeline.queries.dropped");
        } else {
            stash.stash(command);
        }
        return Behaviors.same();
    }

    private void begin(ConsumerStart.Position position) {
        partition.status().running();
        epoch = position.epoch();
        windows.begin(position);
        timers.startTimerWithFixedDelay(Timer.TICK, partition.settings().trimInterval());
        readOn();
    }

    private Behavior<Command> running() {
        return Behaviors.receive(Command.class)
                .onAnyMessage(this::onMessage)
                .onSignal(PreRestart.class, signal -> release())
                .onSignal(PostStop.class, signal -> release())
                .build();
    }

    private Behavior<Command> onMessage(Command command) {
        return switch (command) {
            case Fetched fetched -> onFetched(fetched);
            case LastEntry last -> {
                draining.endsWith(last.id());
                yield afterChange();
            }
            case Trimmed trimmed -> onTrimmed(trimmed);
            case WindowFlushed flushed -> onFlushed(flushed.window(), flushed.outcome());
            case Timer timer ->
                switch (timer) {
                    case WINDOW_DUE -> onDue();
                    case TICK -> onTick();
                    case READ_ON -> onReadOn();
                };
            case Query query -> onQuery(query.query());
            case Drain drain -> onDrain(drain.replyTo());
            case Operate operate -> onOperate(operate.operation());
            case Failed failed -> onFailed(failed);
            case Started started -> throw new IllegalStateException("started twice");
        };
    }

    private Behavior<Command> onFetched(Fetched fetched) {
        if (orders.isPaused()) {
            // nobody else gets these, so they wait here, and no other read begins meanwhile
            held = fetched;
            return Behaviors.same();
        }
        reading = false;
        List<LogEntry> entries = fetched.entries();
        windows.read(entries.size(), fetched.asked());
        readSize.observe(entries);
        partition.delays().read(entries);
        if (entries.isEmpty()) {
            reader.caughtUp(partition.status().uncommittedEvents());
        }
        draining.read(entries.isEmpty(), fetched.waited());
        // the next read is under way while this one is decoded
        if (entries.isEmpty() || !pause()) {
            readOn();
        }
        for (LogEntry entry : entries) {
            add(entry);
        }
        partition.status().oldestUncommitted(windows.oldest());
        aggregators.sendShares(windows.open());
        counts.read(windows.open().to());
        closeIfDue();
        return afterChange();
    }

    private void add(LogEntry entry) {
        int added = windows.add(entry);
        OpenWindow open = windows.open();
        if (open.size() == added && !open.isEmpty()) {
            timers.startSingleTimer(
                    Timer.WINDOW_DUE, partition.definition().window().delayFrom(System.currentTimeMillis()));
        }
        partition.status().addUncommitted(added);
        handOver(windows.closeIfFull());
    }

    private void closeIfDue() {
        handOver(windows.closeIf(
                draining.isUnderWay() || waiters.anyUpTo(windows.open().to()) || orders.wantCommitOf(windows.open())));
    }

    private void handOver(@Nullable OpenWindow closed) {
        if (closed == null) {
            return;
        }
        Failpoints.reach(Failpoint.BEFORE_BARRIER);
        aggregators.sendShares(closed);
        timers.cancel(Timer.WINDOW_DUE);
        flusher.tell(new Flusher.Window(closed, closed.touched().size(), epoch, context.getSelf()));
        aggregators.closed(closed, new EntityAggregator.Barrier(closed.number(), flusher));
        Failpoints.reach(Failpoint.AFTER_BARRIER);
    }

    private Behavior<Command> onFlushed(OpenWindow flushed, CommitOutcome.Committed outcome) {
        windows.flushed(flushed);
        partition.wrote(flushed, outcome);
        aggregators.flushed(flushed, outcome.totals());
        partition.status().addUncommitted(-flushed.size());
        partition.status().oldestUncommitted(windows.oldest());
        // the cursor decides what is done; a failure here only leaves the group's pending list longer
        reader.acknowledge(flushed.entries(), flushed.size());
        waiters.committed(windows.cursor());
        orders.committed(windows.cursor());
        partition.status().committed(windows.cursor(), windows.committed());
        closeIfDue();
        readOn();
        return afterChange();
    }

    private Behavior<Command> onDue() {
        windows.due();
        closeIfDue();
        return Behaviors.same();
    }

    private Behavior<Command> onReadOn() {
        readOn();
        return Behaviors.same();
    }

    private Behavior<Command> onTick() {
        aggregators.tick();
        EntryId trimmable = history.tick(windows.cursor(), windows.isSettled());
        if (trimmable != null) {
            context.pipeToSelf(
                    ConsumerTrim.run(trimmable, epoch, windows.committed(), partition.store(), reader, jdbcExecutor),
                    // while the database is away, nothing is trimmed
                    (confirmed, failure) -> new Trimmed(failure != null || confirmed));
        }
        return Behaviors.same();
    }

    private Behavior<Command> onTrimmed(Trimmed trimmed) {
        if (!trimmed.confirmed()) {
            supervisor.tell(new Trouble.Restart("the cursor was moved by somebody else"));
        }
        return Behaviors.same();
    }

    private Behavior<Command> onQuery(PartitionQuery query) {
        if (queries.answer(query)) {
            readOn();
            closeIfDue();
        }
        return Behaviors.same();
    }

    private Behavior<Command> onOperate(PartitionOperation.OfConsumer operation) {
        boolean wasPaused = orders.isPaused();
        orders.take(operation, windows, draining.isUnderWay());
        if (orders.isPaused() != wasPaused) {
            partition.operated(wasPaused ? "read on" : "pause");
        }
        closeIfDue();
        Fetched waiting = held;
        if (waiting != null && !orders.isPaused()) {
            held = null;
            return onFetched(waiting);
        }
        readOn();
        return Behaviors.same();
    }

    private Behavior<Command> onDrain(ActorRef<Drained> replyTo) {
        if (orders.isPaused()) {
            replyTo.tell(new Drained(false));
            return Behaviors.same();
        }
        draining.begin(replyTo);
        // where the log holds nothing, nothing is waited for: least of all a read that waits for the first entry
        context.pipeToSelf(
                reader.lastEntry().thenApply(last -> last == null ? EntryId.ZERO : last),
                (last, failure) -> new LastEntry(failure == null ? last : null));
        closeIfDue();
        return afterChange();
    }

    private Behavior<Command> afterChange() {
        if (draining.endsNow(windows)) {
            readOn();
        }
        return Behaviors.same();
    }

    private void readOn() {
        if (reading || orders.isPaused() || draining.foundTheEnd() || !windows.mayRead()) {
            return;
        }
        reading = true;
        int asked = readSize.entriesFor(windows.target());
        boolean waits = !draining.isUnderWay();
        context.pipeToSelf(
                reader.read(asked, waits ? partition.settings().readBlock() : Duration.ZERO),
                (entries, failure) ->
                        failure == null ? new Fetched(entries, asked, waits) : new Failed("read", failure));
    }

    /**
     * Reads on a little later where nobody loses by it: a read, and a share for each entity in it, cost about the same for
     * ten events as for one.
     */
    private boolean pause() {
        Duration pause = partition.settings().readPause();
        if (pause.isZero() || windows.behind() || draining.isUnderWay() || waiters.any() || counts.any()) {
            return false;
        }
        timers.startSingleTimer(Timer.READ_ON, pause);
        return true;
    }

    private Behavior<Command> onFailed(Failed failed) {
        if (failed.doing().equals("read")) {
            partition.status().endedElsewhere();
        }
        String reason = "could not " + failed.doing() + ": " + Failures.describe(failed.cause());
        supervisor.tell(
                FailureText.cause(failed.cause()) instanceof NeedsHelp
                        ? new Trouble.NeedsHelp(reason)
                        : new Trouble.Restart(reason));
        return Behaviors.same();
    }

    private Behavior<Command> release() {
        if (epoch > 0) {
            partition.ended(windows.cursor());
        }
        reader.close();
        return Behaviors.same();
    }
}
