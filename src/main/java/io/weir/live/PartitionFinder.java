package io.weir.live;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
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

    /** Look for these partitions, too; for those that are looked for already nothing changes. */
    public record Find(String stream, List<Integer> partitions) {}

    /** A finder that runs until it is stopped. */
    public static Behavior<Find> create(Partitions partitions) {
        return Behaviors.setup(context -> {
            Set<ServiceKey<PartitionQuery>> known = new HashSet<>();
            return Behaviors.receiveMessage(find -> {
                for (int partition : find.partitions()) {
                    ServiceKey<PartitionQuery> key = key(find.stream(), partition);
                    if (known.add(key)) {
                        find(context, partitions, key, find.stream(), partition);
                    }
                }
                return Behaviors.same();
            });
        });
    }

    private static void find(
            ActorContext<Find> context,
            Partitions partitions,
            ServiceKey<PartitionQuery> key,
            String stream,
            int partition) {
        ActorRef<Receptionist.Listing> subscriber = context.spawnAnonymous(Behaviors.receiveMessage(listing -> {
            Set<ActorRef<PartitionQuery>> found = listing.getServiceInstances(key);
            partitions.listed(stream, partition, found);
            return Behaviors.same();
        }));
        context.getSystem().receptionist().tell(Receptionist.subscribe(key, subscriber));
    }
}
