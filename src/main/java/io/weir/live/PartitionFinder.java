package io.weir.live;

import java.util.Map;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;

/** Keeps {@link Partitions} up to date with the cluster: each partition announces itself under a key of its own. */
public final class PartitionFinder {
    private PartitionFinder() {}

    /** The key under which a partition announces itself, wherever it runs. */
    public static ServiceKey<PartitionQuery> key(String stream, int partition) {
        return ServiceKey.create(PartitionQuery.class, "weir-partition-" + stream + "-" + partition);
    }

    /**
     * A finder that runs until it is stopped.
     *
     * @param streams how many partitions each stream has, by its name
     */
    public static Behavior<Void> create(Map<String, Integer> streams, Partitions partitions) {
        return Behaviors.setup(context -> {
            streams.forEach((stream, count) -> {
                for (int partition = 0; partition < count; partition++) {
                    ServiceKey<PartitionQuery> key = key(stream, partition);
                    int number = partition;
                    ActorRef<Receptionist.Listing> subscriber =
                            context.spawnAnonymous(Behaviors.receiveMessage(listing -> {
                                Set<ActorRef<PartitionQuery>> found = listing.getServiceInstances(key);
                                partitions.listed(stream, number, found);
                                return Behaviors.same();
                            }));
                    context.getSystem().receptionist().tell(Receptionist.subscribe(key, subscriber));
                }
            });
            return Behaviors.empty();
        });
    }
}
