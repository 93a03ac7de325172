package io.weir;

import io.weir.live.Partitions;
import io.weir.pipeline.PartitionContext;
import io.weir.pipeline.StreamSupervisor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/** The root of the actors: one supervisor per stream. */
public final class Guardian {
    public sealed interface Command {}

    /**
     * Start every stream.
     *
     * @param partitions the partitions of each stream, by the stream's name
     */
    public record Start(Map<String, List<PartitionContext>> partitions) implements Command {}

    /** Commit all that the log holds, stop the pipeline, then answer; after {@code timeout} stop it all the same. */
    public record Drain(Duration timeout, ActorRef<Drained> replyTo) implements Command {}

    /**
     * The pipeline has stopped.
     *
     * @param unfinished the streams that may hold uncommitted events
     */
    public record Drained(List<String> unfinished) {}

    private record StreamDrained(StreamSupervisor.Drained drained) implements Command {}

    private enum Timer implements Command {
        DRAIN_TIMEOUT
    }

    private final ActorContext<Command> context;
    private final TimerScheduler<Command> timers;
    private final Partitions directory;
    private final Map<String, ActorRef<StreamSupervisor.Command>> streams = new LinkedHashMap<>();
    private final List<String> undrained = new ArrayList<>();
    private final List<ActorRef<Drained>> drainers = new ArrayList<>();

    private Guardian(ActorContext<Command> context, TimerScheduler<Command> timers, Partitions directory) {
        this.context = context;
        this.timers = timers;
        this.directory = directory;
    }

    /**
     * A root without streams.
     *
     * @param directory where each partition is registered for questions
     */
    public static Behavior<Command> create(Partitions directory) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            Guardian guardian = new Guardian(context, timers, directory);
            return Behaviors.receive(Command.class)
                    .onAnyMessage(guardian::onMessage)
                    .build();
        }));
    }

    private Behavior<Command> onMessage(Command command) {
        return switch (command) {
            case Start start -> onStart(start);
            case Drain drain -> onDrain(drain);
            case StreamDrained drained -> onStreamDrained(drained.drained());
            case Timer timer -> finishDrain();
        };
    }

    private Behavior<Command> onStart(Start start) {
        start.partitions()
                .forEach((stream, contexts) -> streams.put(
                        stream,
                        context.spawn(StreamSupervisor.create(stream, contexts, directory), "stream-" + stream)));
        return Behaviors.same();
    }

    private Behavior<Command> onDrain(Drain drain) {
        drainers.add(drain.replyTo());
        if (drainers.size() > 1) {
            return Behaviors.same();
        }
        undrained.addAll(streams.keySet());
        timers.startSingleTimer(Timer.DRAIN_TIMEOUT, drain.timeout());
        var adapter = context.messageAdapter(StreamSupervisor.Drained.class, StreamDrained::new);
        streams.values().forEach(stream -> stream.tell(new StreamSupervisor.Drain(adapter)));
        return undrained.isEmpty() ? finishDrain() : Behaviors.same();
    }

    private Behavior<Command> onStreamDrained(StreamSupervisor.Drained drained) {
        if (drained.complete()) {
            undrained.remove(drained.stream());
        }
        streams.remove(drained.stream());
        return streams.isEmpty() ? finishDrain() : Behaviors.same();
    }

    private Behavior<Command> finishDrain() {
        timers.cancel(Timer.DRAIN_TIMEOUT);
        context.getChildren().forEach(child -> context.stop(child));
        drainers.forEach(drainer -> drainer.tell(new Drained(List.copyOf(undrained))));
        drainers.clear();
        return Behaviors.same();
    }
}
