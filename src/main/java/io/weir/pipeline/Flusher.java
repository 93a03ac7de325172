package io.weir.pipeline;

import io.weir.event.EntityDelta;
import io.weir.logging.FailureText;
import io.weir.settings.PipelineSettings;
import io.weir.store.CommitOutcome;
import io.weir.store.WindowCommit;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.PreRestart;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.pattern.Patterns;
import org.apache.pekko.stream.BoundedSourceQueue;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;

/**
 * Joins a window with the deltas of its entities and writes it, one window at a time and in order.
 *
 * <p>A window that can be tried again is, for as long as the database is away; any other failure ends the incarnation,
 * and the next one finds out at the cursor what became of it.
 */
final class Flusher {
    sealed interface Command {}

    /** A closed window, whose {@code entities} deltas come apart from it, one per entity. */
    record Window(OpenWindow content, int entities, long epoch, ActorRef<StreamConsumer.Command> replyTo)
            implements Command {}

    record Delta(long window, EntityDelta delta) implements Command {}

    private record Flushed(Joined window, CommitOutcome.Committed outcome) implements Command {}

    private record Halted(String reason) implements Command {}

    private record StreamFailed(Throwable failure) implements Command {}

    private static final class Joined {
        private final Window window;
        private final List<EntityDelta> deltas;
        private long beganNanos;

        Joined(Window window) {
            this.window = window;
            this.deltas = new ArrayList<>(window.entities());
        }

        boolean isComplete() {
            return deltas.size() == window.entities();
        }

        WindowCommit commit() {
            return window.content().commit(window.epoch(), deltas);
        }
    }

    private static final int FIRST_RETRY_MILLIS = 100;
    private static final int CONFLICT_RETRY_MILLIS = 20;

    private final ActorContext<Command> context;
    private final PartitionContext partition;
    private final Executor jdbcExecutor;
    private final ActorRef<Trouble> supervisor;
    private final BoundedSourceQueue<Joined> queue;
    private final Deque<Joined> waiting = new ArrayDeque<>();
    private boolean writing;
    private volatile boolean stopped;

    private Flusher(
            ActorContext<Command> context,
            PartitionContext partition,
            Executor jdbcExecutor,
            ActorRef<Trouble> supervisor) {
        this.context = context;
        this.partition = partition;
        this.jdbcExecutor = jdbcExecutor;
        this.supervisor = supervisor;
        this.queue = startStream();
    }

    static Behavior<Command> create(PartitionContext partition, Executor jdbcExecutor, ActorRef<Trouble> supervisor) {
        return Behaviors.setup(context -> {
            Flusher flusher = new Flusher(context, partition, jdbcExecutor, supervisor);
            return Behaviors.receive(Command.class)
                    .onAnyMessage(flusher::onMessage)
                    .onSignal(PreRestart.class, signal -> flusher.onStop())
                    .onSignal(PostStop.class, signal -> flusher.onStop())
                    .build();
        });
    }

    private BoundedSourceQueue<Joined> startStream() {
        ActorRef<Command> self = context.getSelf();
        var running = Source.<Joined>queue(1)
                .mapAsync(1, joined -> write(joined, FIRST_RETRY_MILLIS).thenApply(next -> toMessage(joined, next)))
                .toMat(Sink.foreach(self::tell), Keep.both())
                .run(Materializer.createMaterializer(context));
        context.pipeToSelf(
                running.second(),
                (done, failure) -> new StreamFailed(
                        failure == null ? new IllegalStateException("the flush stream ended") : failure));
        return running.first();
    }

    private Behavior<Command> onMessage(Command command) {
        return switch (command) {
            case Window window -> onWindow(window);
            case Delta delta -> onDelta(delta);
            case Flushed flushed -> onFlushed(flushed);
            case Halted halted -> {
                partition.status().endedElsewhere();
                supervisor.tell(new Trouble.NeedsHelp(halted.reason()));
                yield Behaviors.same();
            }
            case StreamFailed failed -> {
                Throwable cause = FailureText.cause(failed.failure());
                if (cause instanceof PartitionFailure || cause instanceof TimeoutException) {
                    partition.status().endedElsewhere();
                }
                supervisor.tell(
                        new Trouble.Restart("a window was not written: " + Failures.describe(failed.failure())));
                yield Behaviors.same();
            }
        };
    }

    private Behavior<Command> onWindow(Window window) {
        waiting.addLast(new Joined(window));
        return tellWaiting(writeNext());
    }

    private Behavior<Command> onDelta(Delta delta) {
        for (Joined joined : waiting) {
            if (joined.window.content().number() == delta.window()) {
                joined.deltas.add(delta.delta());
                return joined.isComplete() ? writeNext() : Behaviors.same();
            }
        }
        throw new IllegalStateException("a delta of window " + delta.window() + ", which is not waited for");
    }

    private Behavior<Command> writeNext() {
        Joined first = waiting.peekFirst();
        if (!writing && first != null && first.isComplete()) {
            waiting.removeFirst();
            writing = true;
            first.beganNanos = System.nanoTime();
            if (!queue.offer(first).isEnqueued()) {
                supervisor.tell(new Trouble.Restart("the flush stream takes no windows"));
            }
        }
        return Behaviors.same();
    }

    private Behavior<Command> onFlushed(Flushed flushed) {
        writing = false;
        Window window = flushed.window().window;
        partition
                .status()
                .flusher()
                .wrote(
                        window.content().size(),
                        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - flushed.window().beganNanos));
        window.replyTo().tell(new StreamConsumer.WindowFlushed(window.content(), flushed.outcome()));
        return tellWaiting(writeNext());
    }

    private Behavior<Command> tellWaiting(Behavior<Command> next) {
        partition.status().flusher().waiting(waiting.size() + (writing ? 1 : 0));
        return next;
    }

    private Behavior<Command> onStop() {
        stopped = true;
        return Behaviors.same();
    }

    private CompletionStage<AfterCommit> write(Joined joined, long retryMillis) {
        PipelineSettings settings = partition.settings();
        return CompletableFuture.supplyAsync(() -> partition.store().commit(joined.commit()), jdbcExecutor)
                .orTimeout(settings.commitTimeout().toNanos(), TimeUnit.NANOSECONDS)
                .thenCompose(outcome -> AfterCommit.of(outcome) instanceof AfterCommit.TryAgain again
                        ? retry(joined, again.outcome(), retryMillis)
                        : CompletableFuture.completedStage(AfterCommit.of(outcome)));
    }

    private CompletionStage<AfterCommit> retry(Joined joined, CommitOutcome.RetryLater later, long retryMillis) {
        if (stopped) {
            return CompletableFuture.failedStage(new PartitionFailure("stopped while waiting to write again"));
        }
        if (later.databaseAway() && retryMillis == FIRST_RETRY_MILLIS) {
            // once per episode: what follows is the same news
            try (var _ = partition.logFields().window(joined.window.content().number())) {
                context.getSystem().log().warn("{}: the database is away, windows wait: {}", partition, later.reason());
            }
        }
        partition.count("weir.pipeline.retries");
        partition.status().flusher().retries(later.databaseAway());
        long delay = later.databaseAway()
                ? retryMillis
                : 1 + ThreadLocalRandom.current().nextLong(CONFLICT_RETRY_MILLIS);
        long nextDelay = later.databaseAway()
                ? Math.min(2 * retryMillis, partition.settings().maxBackoff().toMillis())
                : retryMillis;
        return Patterns.after(
                Duration.ofMillis(delay), context.getSystem().classicSystem(), () -> write(joined, nextDelay));
    }

    private static Command toMessage(Joined joined, AfterCommit next) {
        return switch (next) {
            case AfterCommit.GoOn goOn -> new Flushed(joined, goOn.outcome());
            case AfterCommit.AskForHelp help -> new Halted(help.reason());
            case AfterCommit.StartAnew anew -> throw new PartitionFailure(anew.reason());
            case AfterCommit.BlameAnEvent blame -> throw new EventFailure(blame.reason());
            case AfterCommit.TryAgain again -> throw new IllegalStateException("not retried: " + again.outcome());
        };
    }
}
