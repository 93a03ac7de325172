package io.weir;

import io.weir.definition.StreamDefinition;
import io.weir.definition.StreamLayout;
import io.weir.live.PartitionFinder;
import io.weir.live.Partitions;
import io.weir.log.PartitionDepths;
import io.weir.pipeline.DeadLetterPublisher;
import io.weir.pipeline.DepthsElsewhere;
import io.weir.pipeline.LayoutKeeper;
import io.weir.pipeline.PartitionContexts;
import io.weir.pipeline.PartitionDaemon;
import io.weir.pipeline.PartitionHandover;
import io.weir.pipeline.RunningPartitions;
import io.weir.settings.ClusterSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.sharding.typed.ClusterShardingSettings;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.apache.pekko.cluster.sharding.typed.ShardingMessageExtractor;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.Entity;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.apache.pekko.cluster.typed.Cluster;

/**
 * Has the cluster run what it runs once: each partition of each stream, and the publisher of dead letters. Each has one
 * place among the nodes that are workers, and moves to another when its node goes.
 *
 * <p>They are known by their names, so that a stream may get others while all nodes run.
 */
final class Workers {
    /** Part of the paths of actors. */
    static final String NAME = "partitions";

    private static final String KEEP_ALIVE_NAME = "keep-alive-of-" + NAME;

    /** What starts them again and again on this node. */
    static final String KEEP_ALIVE = "/system/" + KEEP_ALIVE_NAME;

    /** No stream's name has such a letter. */
    private static final String PUBLISHER = "$dead-letters";

    private static final EntityTypeKey<PartitionDaemon.Command> TYPE =
            EntityTypeKey.create(PartitionDaemon.Command.class, NAME);

    private final ActorSystem<?> system;
    private final List<StreamDefinition> definitions;
    private final PartitionContexts contexts;
    private final PartitionHandover.Tools handover;
    private final Partitions partitions;
    private final RunningPartitions running;

    Workers(
            ActorSystem<?> system,
            List<StreamDefinition> definitions,
            PartitionContexts contexts,
            PartitionHandover.Tools handover,
            Partitions partitions,
            RunningPartitions running) {
        this.system = system;
        this.definitions = List.copyOf(definitions);
        this.contexts = contexts;
        this.handover = handover;
        this.partitions = partitions;
        this.running = running;
    }

    /** Begins, and goes on until the system ends. */
    void start(
            Behavior<DeadLetterPublisher.Command> publisher,
            PartitionDepths depths,
            LayoutKeeper layouts,
            ClusterSettings settings) {
        ActorRef<PartitionFinder.Find> finder =
                system.systemActorOf(PartitionFinder.create(partitions), "partition-finder", Props.empty());
        Runnable find = () -> definitions.forEach(definition -> finder.tell(
                new PartitionFinder.Find(definition.name(), definition.layout().live())));
        find.run();
        if (Cluster.get(system).selfMember().getRoles().contains(ClusterSettings.Role.WORKER.label())) {
            ActorRef<PartitionKeepAlive.Command> keepAlive = startDaemons(publisher);
            layouts.whenChanged(() -> {
                find.run();
                keepAlive.tell(PartitionKeepAlive.Look.LOOK);
            });
        } else {
            layouts.whenChanged(find);
        }
        var _ = DepthsElsewhere.start(definitions, partitions, depths, system, settings.depthInterval());
    }

    private ActorRef<PartitionKeepAlive.Command> startDaemons(Behavior<DeadLetterPublisher.Command> publisher) {
        ActorRef<ShardingEnvelope<PartitionDaemon.Command>> region = ClusterSharding.get(system)
                .init(Entity.of(TYPE, entity -> daemon(entity.getEntityId(), publisher))
                        .withRole(ClusterSettings.Role.WORKER.label())
                        // the nodes have them run, and nothing sends them messages
                        .withSettings(ClusterShardingSettings.create(system).withNoPassivationStrategy())
                        .withMessageExtractor(new ByName())
                        .withStopMessage(PartitionDaemon.Stop.STOP));
        Duration interval =
                system.settings().config().getDuration("pekko.cluster.sharded-daemon-process.keep-alive-interval");
        return system.systemActorOf(
                PartitionKeepAlive.create(region, this::daemons, interval), KEEP_ALIVE_NAME, Props.empty());
    }

    private List<String> daemons() {
        List<String> names = new ArrayList<>();
        for (StreamDefinition definition : definitions) {
            for (int partition : definition.layout().running()) {
                names.add(definition.name() + "/" + partition);
            }
        }
        names.add(PUBLISHER);
        return names;
    }

    private Behavior<PartitionDaemon.Command> daemon(String name, Behavior<DeadLetterPublisher.Command> publisher) {
        if (name.equals(PUBLISHER)) {
            return untilStopped(publisher);
        }
        int slash = name.indexOf('/');
        String stream = name.substring(0, slash);
        int partition = Integer.parseInt(name.substring(slash + 1));
        StreamDefinition definition = contexts.definition(stream);
        if (definition == null || !definition.layout().runs(partition)) {
            // a node that knows more has asked for it, and asks again
            return Behaviors.setup(context -> Behaviors.stopped());
        }
        return PartitionDaemon.create(contexts.of(stream, partition), handover, partitions, running);
    }

    private static Behavior<PartitionDaemon.Command> untilStopped(Behavior<DeadLetterPublisher.Command> publisher) {
        return Behaviors.setup(context -> {
            context.watch(context.spawn(publisher, "dead-letter-publisher"));
            return Behaviors.receiveMessage(stop -> Behaviors.stopped());
        });
    }

    /** Partitions of one index share a shard, so that a stream's new ones are spread over the nodes as its old ones were. */
    private static final class ByName
            extends ShardingMessageExtractor<ShardingEnvelope<PartitionDaemon.Command>, PartitionDaemon.Command> {
        @Override
        public String entityId(ShardingEnvelope<PartitionDaemon.Command> envelope) {
            return envelope.entityId();
        }

        @Override
        public String shardId(String name) {
            int slash = name.indexOf('/');
            return slash < 0
                    ? name
                    : name.substring(0, slash) + "." + StreamLayout.index(Integer.parseInt(name.substring(slash + 1)));
        }

        @Override
        public PartitionDaemon.Command unwrapMessage(ShardingEnvelope<PartitionDaemon.Command> envelope) {
            return envelope.message();
        }
    }
}
