package io.weir;

import io.weir.pipeline.PartitionDaemon;
import java.time.Duration;
import java.util.Collection;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.apache.pekko.cluster.sharding.typed.javadsl.StartEntity;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.SelfUp;
import org.apache.pekko.cluster.typed.Subscribe;

/**
 * Has each daemon started wherever the cluster places it, and again when it is not running any more. Every worker does, so
 * that it does not matter which of them go.
 */
final class PartitionKeepAlive {
    sealed interface Command {}

    /** Which daemons are to run may have changed. */
    enum Look implements Command {
        LOOK
    }

    private record Joined() implements Command {}

    private PartitionKeepAlive() {}

    static Behavior<Command> create(
            ActorRef<ShardingEnvelope<PartitionDaemon.Command>> region,
            Supplier<Collection<String>> daemons,
            Duration interval) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            Cluster.get(context.getSystem())
                    .subscriptions()
                    .tell(Subscribe.create(context.messageAdapter(SelfUp.class, up -> new Joined()), SelfUp.class));
            return Behaviors.receive(Command.class)
                    .onMessage(Joined.class, joined -> {
                        timers.startTimerWithFixedDelay(Look.LOOK, Duration.ZERO, interval);
                        return Behaviors.same();
                    })
                    .onMessage(Look.class, look -> {
                        if (timers.isTimerActive(Look.LOOK)) {
                            daemons.get()
                                    .forEach(daemon ->
                                            region.tell(StartEntity.create(PartitionDaemon.Command.class, daemon)));
                        }
                        return Behaviors.same();
                    })
                    .build();
        }));
    }
}
