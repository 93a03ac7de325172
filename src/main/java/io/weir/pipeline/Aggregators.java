package io.weir.pipeline;

import io.weir.event.Event;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.jspecify.annotations.Nullable;

/** A consumer's aggregators, the least recently used first. One without unflushed windows may be stopped. */
final class Aggregators {
    /** An aggregator and what keeps it alive. */
    static final class Entry {
        private final ActorRef<EntityAggregator.Command> ref;
        private int unflushedWindows;
        private long lastUsedTick;

        Entry(ActorRef<EntityAggregator.Command> ref) {
            this.ref = ref;
        }
    }

    private final ActorContext<?> context;
    private final PartitionContext partition;
    private final Executor jdbcExecutor;
    private final long idleTicks;
    private final LinkedHashMap<Object, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);
    private long tick;

    Aggregators(ActorContext<?> context, PartitionContext partition, Executor jdbcExecutor) {
        this.context = context;
        this.partition = partition;
        this.jdbcExecutor = jdbcExecutor;
        this.idleTicks = Math.ceilDiv(
                partition.settings().aggregatorIdleTimeout().toNanos(),
                partition.settings().trimInterval().toNanos());
    }

    /** The entity's aggregator; null when it has no traffic. */
    @Nullable
    ActorRef<EntityAggregator.Command> find(Object entity) {
        Entry entry = entries.get(entity);
        return entry == null ? null : entry.ref;
    }

    /** The entity's aggregator, started when there is none. */
    ActorRef<EntityAggregator.Command> get(Object entity) {
        Entry entry = entries.get(entity);
        if (entry == null) {
            ActorRef<EntityAggregator.Command> ref = context.spawnAnonymous(
                    EntityAggregator.create(partition.definition(), entity, partition.store(), jdbcExecutor),
                    DispatcherSelector.sameAsParent());
            context.watch(ref);
            entry = new Entry(ref);
            entries.put(entity, entry);
        }
        entry.lastUsedTick = tick;
        return entry.ref;
    }

    void windowClosed(Object entity) {
        entry(entity).unflushedWindows++;
    }

    void windowFlushed(Object entity) {
        entry(entity).unflushedWindows--;
    }

    /**
     * Stops those that had nothing to do for the idle timeout, and as many of the rest as stand over the limit.
     *
     * @param open the window being filled, whose entities are in use
     */
    void stopIdle(OpenWindow open) {
        int excess = entries.size() - partition.settings().maxIdleAggregators();
        Iterator<Map.Entry<Object, Entry>> oldestFirst = entries.entrySet().iterator();
        while (oldestFirst.hasNext()) {
            Map.Entry<Object, Entry> candidate = oldestFirst.next();
            Entry entry = candidate.getValue();
            boolean expired = tick - entry.lastUsedTick >= idleTicks;
            if (excess <= 0 && !expired) {
                return;
            }
            if (entry.unflushedWindows == 0 && !open.touched().contains(candidate.getKey())) {
                context.unwatch(entry.ref);
                context.stop(entry.ref);
                oldestFirst.remove();
                excess--;
            }
        }
    }

    /** How many have events that are not committed; those of the window being filled among them. */
    int buffered(OpenWindow open) {
        int buffered = open.touched().size();
        for (Map.Entry<Object, Entry> entry : entries.entrySet()) {
            if (entry.getValue().unflushedWindows > 0 && !open.touched().contains(entry.getKey())) {
                buffered++;
            }
        }
        return buffered;
    }

    /** Has all of them read their committed counts again. */
    void refresh() {
        entries.values().forEach(entry -> entry.ref.tell(new EntityAggregator.Refresh()));
    }

    void tick() {
        tick++;
    }

    private Entry entry(Object entity) {
        Entry entry = entries.get(entity);
        if (entry == null) {
            throw new IllegalStateException("no aggregator for an entity with an unflushed window");
        }
        return entry;
    }

    /** Sends each entity its share of what was added to the window since the last call. */
    void sendShares(OpenWindow window) {
        for (Map.Entry<Object, List<Event>> share : window.takeShares().entrySet()) {
            get(share.getKey()).tell(new EntityAggregator.Share(window.number(), share.getValue()));
        }
    }

    /** Tells the entities of a window that it is in the database, and what their counters are now. */
    void flushed(OpenWindow window, Map<Object, @Nullable Object[][]> totals) {
        for (Object entity : window.touched()) {
            windowFlushed(entity);
            get(entity).tell(new EntityAggregator.WindowCommitted(window.number(), totals.get(entity)));
        }
    }
}
