package io.weir;

import io.micrometer.core.instrument.Gauge;
import io.weir.definition.StreamDefinition;
import io.weir.http.OperationsHandlers;
import io.weir.http.Routes;
import io.weir.ops.Liveness;
import io.weir.ops.Readiness;
import io.weir.ops.Room;
import io.weir.pipeline.PartitionStatus;
import io.weir.settings.ProbeSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What balancers ask, {@code GET /ready}, and what those ask who replace processes, {@code GET /alive}. */
final class Probes {
    private static final Logger log = LoggerFactory.getLogger(Probes.class);

    private final ActorSystem<?> system;
    private final ProbeSettings settings;
    private final Readiness readiness;
    private final Liveness liveness;
    /** Answers as soon as it gets a thread. */
    private final ActorRef<ActorRef<Done>> pulse;

    /**
     * Builds them.
     *
     * @param statuses of all partitions, whichever node runs them
     */
    Probes(ServerParts parts, List<PartitionStatus> statuses) {
        this.system = parts.system();
        this.settings = ProbeSettings.from(parts.weir());
        this.readiness = new Readiness(
                () -> starting(parts, statuses),
                List.of(
                        room("weir.log.max-waiting-events", parts.eventLog()::waitingEventsShare),
                        room("weir.log.max-waiting-bytes", parts.eventLog()::waitingBytesShare),
                        room("max-depth of the stream with the most room", () -> emptiestStream(parts))));
        this.pulse = system.systemActorOf(
                Behaviors.<ActorRef<Done>>receiveMessage(replyTo -> {
                    replyTo.tell(Done.done());
                    return Behaviors.same();
                }),
                "pulse",
                Props.empty());
        this.liveness = new Liveness(
                Map.of(
                        "actors", this::askActor,
                        "default-dispatcher", () -> run(DispatcherSelector.defaultDispatcher()),
                        "internal-dispatcher",
                                () -> run(DispatcherSelector.fromConfig("pekko.actor.internal-dispatcher")),
                        "pipeline-dispatcher", () -> run(DispatcherSelector.fromConfig("weir.pipeline-dispatcher"))),
                settings.aliveTimeout());
        Gauge.builder("weir.ready", readiness, ready -> ready.report().isGood() ? 1 : 0)
                .description("1 while requests should be sent to this node")
                .register(parts.meters());
    }

    void addTo(Routes.Builder routes) {
        routes.add(
                        "GET",
                        "/ready",
                        OperationsHandlers.probe(() -> CompletableFuture.completedFuture(readiness.report())))
                .add("GET", "/alive", OperationsHandlers.probe(liveness::report));
    }

    /** From the beginning of a stop on the node is not ready; requests are taken for the drain delay as before. */
    void drainBeforeUnbind() {
        CoordinatedShutdown.get(system)
                .addTask(CoordinatedShutdown.PhaseBeforeServiceUnbind(), "tell-that-it-stops", this::drain);
    }

    private CompletionStage<Done> drain() {
        readiness.drain();
        Duration delay = settings.drainDelay();
        if (delay.isZero()) {
            return CompletableFuture.completedFuture(Done.done());
        }
        log.info("stopping: /ready is 503, and requests are taken for {} more", delay);
        return new CompletableFuture<Done>().completeOnTimeout(Done.done(), delay.toMillis(), TimeUnit.MILLISECONDS);
    }

    private Room room(String name, DoubleSupplier share) {
        return new Room(name, share, settings.fullAt(), settings.roomAt());
    }

    private static double emptiestStream(ServerParts parts) {
        return parts.definitions().stream()
                .mapToDouble(definition -> (double) parts.eventLog().depth(definition) / definition.maxDepth())
                .min()
                .orElse(0);
    }

    /** Those that have begun to read neither here nor, as far as is known, on another node. */
    private static List<String> starting(ServerParts parts, List<PartitionStatus> statuses) {
        return statuses.stream()
                .filter(status -> !status.hasRun())
                .filter(status -> isToRun(parts, status))
                .filter(status -> !parts.partitions().wasSeenElsewhere(status.stream(), status.partition()))
                .map(status -> status.stream() + "/" + status.partition()
                        + (status.trouble() == null ? "" : " (" + status.trouble() + ")"))
                .toList();
    }

    /** One that its stream has no more is not waited for. */
    private static boolean isToRun(ServerParts parts, PartitionStatus status) {
        StreamDefinition definition = parts.contexts().definition(status.stream());
        return definition != null && definition.layout().runs(status.partition());
    }

    private CompletionStage<Done> askActor() {
        return AskPattern.<ActorRef<Done>, Done>ask(
                pulse, replyTo -> replyTo, settings.aliveTimeout(), system.scheduler());
    }

    private CompletionStage<Void> run(DispatcherSelector dispatcher) {
        Executor executor = system.dispatchers().lookup(dispatcher);
        return CompletableFuture.runAsync(() -> {}, executor);
    }
}
