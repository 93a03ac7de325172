package io.weir;

import io.weir.cluster.ClusterNode;
import io.weir.pipeline.RunningPartitions;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.PoisonPill;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a node does before it goes, in this order: take no request any more, finish those that there are, commit what the
 * logs of its partitions hold, hand them over, leave the cluster, close what is open.
 */
final class Leaving {
    private static final Logger log = LoggerFactory.getLogger(Leaving.class);
    private static final Duration REQUESTS_DEADLINE = Duration.ofSeconds(5);

    private final ActorSystem<?> system;
    private final CoordinatedShutdown shutdown;
    private final CompletableFuture<Done> closed = new CompletableFuture<>();

    Leaving(ActorSystem<?> system) {
        this.system = system;
        this.shutdown = CoordinatedShutdown.get(system);
    }

    void finishRequests(ServerBinding binding) {
        shutdown.addTask(
                CoordinatedShutdown.PhaseServiceUnbind(),
                "unbind-http",
                () -> binding.unbind().thenApply(unbound -> Done.done()));
        shutdown.addTask(
                CoordinatedShutdown.PhaseServiceRequestsDone(),
                "finish-requests",
                () -> binding.terminate(REQUESTS_DEADLINE).thenApply(terminated -> Done.done()));
    }

    /** Before sharding hands the partitions over. */
    void drain(RunningPartitions running, Duration timeout) {
        shutdown.addTask(CoordinatedShutdown.PhaseServiceStop(), "drain", () -> drainNow(running, timeout));
    }

    /** The process may end as soon as the phases have, so what must be closed is closed within them. */
    void close(Runnable closeAll) {
        shutdown.addTask(
                CoordinatedShutdown.PhaseBeforeActorSystemTerminate(),
                "close",
                () -> CompletableFuture.runAsync(closeAll).thenApply(done -> {
                    closed.complete(Done.done());
                    return Done.done();
                }));
    }

    /**
     * Returns when the actors have ended, or everything else has and they had their time: remoting that can't reach the
     * other nodes may never end, and a process that is to be started anew must not stay for that.
     */
    void awaitEnd() {
        long deadlineMillis = system.settings()
                .config()
                .getDuration("pekko.coordinated-shutdown.phases.actor-system-terminate.timeout")
                .toMillis();
        CompletableFuture<Done> givenUp = closed.thenApplyAsync(
                done -> done, CompletableFuture.delayedExecutor(deadlineMillis, TimeUnit.MILLISECONDS));
        CompletableFuture.anyOf(system.getWhenTerminated().toCompletableFuture(), givenUp)
                .join();
    }

    private CompletionStage<Done> drainNow(RunningPartitions running, Duration timeout) {
        // it would ask for the partitions that are being handed over, and the region waits until such questions are
        // answered
        system.classicSystem().actorSelection(Workers.KEEP_ALIVE).tell(PoisonPill.getInstance(), ActorRef.noSender());
        if (ClusterNode.wasDowned(system)) {
            log.warn("stopping: this node was cut off from its cluster, or was taken for dead; its partitions are with"
                    + " other nodes now, and what it had not committed is in Redis");
            return CompletableFuture.completedFuture(Done.done());
        }
        log.info("stopping: committing what was accepted, for at most {}", timeout);
        return running.drain(timeout, system.scheduler()).thenApply(unfinished -> {
            if (unfinished.isEmpty()) {
                log.info("everything that was accepted by now is committed");
            } else {
                log.warn(
                        "uncommitted events may be left in {}; they are in Redis and are committed by the node that"
                                + " takes over, or after the next start",
                        unfinished);
            }
            return Done.done();
        });
    }
}
