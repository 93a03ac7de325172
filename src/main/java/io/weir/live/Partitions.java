package io.weir.live;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/** Where each partition of each stream can be asked. Thread-safe. */
public final class Partitions {
    private record Name(String stream, int partition) {}

    private final ConcurrentMap<Name, ActorRef<PartitionQuery>> refs = new ConcurrentHashMap<>();

    public void register(String stream, int partition, ActorRef<PartitionQuery> ref) {
        refs.put(new Name(stream, partition), ref);
    }

    /** The partition's address; null while it has none. */
    public @Nullable ActorRef<PartitionQuery> find(String stream, int partition) {
        return refs.get(new Name(stream, partition));
    }
}
