package io.weir.pipeline;

import io.weir.event.Event;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.jspecify.annotations.Nullable;

/**
 * A consumer's aggregators, the least recently used first. One without unflushed windows is idle: it may be stopped, or
 * taken over for another entity, for where entities come and go, starting and stopping an actor for each is most of the work.
 */
final class Aggregators {
    /** An aggregator and what keeps it busy. */
    private static final class Entry {
        private final ActorRef<EntityAggregator.Command> ref;
        /** Whether its entity has events in the window being filled. */
        private boolean open;

        private int unflushedWindows;
        private long lastUsedTick;

        Entry(ActorRef<EntityAggregator.Command> ref) {
            this.ref = ref;
        }

        boolean isIdle() {
            return !open && unflushedWindows == 0;
        }
    }

    private final ActorContext<?> context;
    private final PartitionContext partition;
    private final Executor jdbcExecutor;
    private final long idleTicks;
    /** Windows are committed in order, so where any is idle, the first is. */
    private final LinkedHashMap<Object, Entry> entries = new LinkedHashMap<>();

    private int busy;
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

    /** How many have events that are not committed; those of the window being filled among them. */
    int buffered() {
        return busy;
    }

    /** Has all of them read their committed counts again. */
    void refresh() {
        entries.values().forEach(entry -> entry.ref.tell(new EntityAggregator.Refresh()));
    }

    void tick() {
        tick++;
        stopIdle();
    }

    /** Sends each entity its share of what was added to the window being filled since the last call. */
    void sendShares(OpenWindow window) {
        for (Map.Entry<Object, List<Event>> share : window.takeShares().entrySet()) {
            Entry entry = use(share.getKey());
            if (entry.isIdle()) {
                busy++;
            }
            entry.open = true;
            entry.ref.tell(new EntityAggregator.Share(window.number(), share.getValue()));
        }
    }

    /** Has the entities of the window that was being filled, and whose shares are sent, answer with what it adds. */
    void closed(OpenWindow window, EntityAggregator.Barrier barrier) {
        for (Object entity : window.touched()) {
            Entry entry = known(entity);
            entry.open = false;
            entry.unflushedWindows++;
            entry.ref.tell(barrier);
        }
    }

    /** Tells the entities of a window that it is in the database, and what their counters are now. */
    void flushed(OpenWindow window, Map<Object, @Nullable Object[][]> totals) {
        for (Object entity : window.touched()) {
            Entry entry = known(entity);
            entry.unflushedWindows--;
            entry.lastUsedTick = tick;
            if (entry.isIdle()) {
                busy--;
            }
            entry.ref.tell(new EntityAggregator.WindowCommitted(window.number(), totals.get(entity)));
        }
    }

    private Entry known(Object entity) {
        Entry entry = entries.get(entity);
        if (entry == null) {
            throw new IllegalStateException("no aggregator for an entity with an unflushed window");
        }
        return entry;
    }

    /** The entity's aggregator: its own, or one that has been idle for long, or a new one. */
    private Entry use(Object entity) {
        Entry entry = entries.get(entity);
        if (entry == null) {
            entry = takeOver(entity);
            if (entry == null) {
                entry = start(entity);
            }
        }
        entries.putLast(entity, entry);
        entry.lastUsedTick = tick;
        return entry;
    }

    private @Nullable Entry takeOver(Object entity) {
        if (entries.size() < partition.settings().maxIdleAggregators()) {
            return null;
        }
        Entry eldest = eldest();
        if (eldest == null || !eldest.isIdle()) {
            return null;
        }
        entries.pollFirstEntry();
        eldest.ref.tell(new EntityAggregator.TakeOver(entity));
        return eldest;
    }

    private Entry start(Object entity) {
        ActorRef<EntityAggregator.Command> ref = context.spawnAnonymous(
                EntityAggregator.create(partition.definition(), entity, partition.store(), jdbcExecutor),
                DispatcherSelector.sameAsParent());
        context.watch(ref);
        return new Entry(ref);
    }

    /** Stops those that had nothing to do for the idle timeout, and as many of the rest as stand over the limit. */
    private void stopIdle() {
        int excess = entries.size() - busy - partition.settings().maxIdleAggregators();
        for (Entry eldest = eldest(); eldest != null && eldest.isIdle(); eldest = eldest()) {
            boolean expired = tick - eldest.lastUsedTick >= idleTicks;
            if (excess <= 0 && !expired) {
                return;
            }
            entries.pollFirstEntry();
            context.unwatch(eldest.ref);
            context.stop(eldest.ref);
            excess--;
        }
    }

    private @Nullable Entry eldest() {
        Map.Entry<Object, Entry> eldest = entries.firstEntry();
        return eldest == null ? null : eldest.getValue();
    }
}
