package io.weir.pipeline;

import io.weir.definition.StreamDefinition;
import io.weir.event.EntityDelta;
import io.weir.event.Event;
import io.weir.live.LiveCounts;
import io.weir.store.PartitionStore;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.jspecify.annotations.Nullable;

/**
 * Folds one entity's events into the deltas of the windows that are not yet committed, and knows its live counts.
 *
 * <p>Its life is the consumer's to end, or to give to another entity: it alone knows when nothing is unflushed.
 */
final class EntityAggregator {
    sealed interface Command {}

    /** The entity's share of what was read for a window. */
    record Share(long window, List<Event> events) implements Command {}

    /** The window holds nothing more; its delta is wanted. */
    record Barrier(long window, ActorRef<Flusher.Command> replyTo) implements Command {}

    /** The window is in the database, and the counters are now {@code totals}. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record WindowCommitted(long window, @Nullable Object @Nullable [][] totals) implements Command {}

    record ReadCounts(ActorRef<LiveCounts> replyTo) implements Command {}

    /** The committed counts were changed by no window. */
    record Refresh() implements Command {}

    /** From here on it is about another entity. Nothing of the last is unflushed. */
    record TakeOver(Object entity) implements Command {}

    private record CountsLoaded(
            int generation,
            PartitionStore.@Nullable Counts counts,
            @Nullable Throwable failure) implements Command {}

    private static final class UnflushedWindow {
        private final long number;
        private final EntityDelta delta;

        UnflushedWindow(long number, EntityDelta delta) {
            this.number = number;
            this.delta = delta;
        }
    }

    private final ActorContext<Command> context;
    private final StreamDefinition definition;
    private final PartitionStore store;
    private final Executor jdbcExecutor;
    private final Deque<UnflushedWindow> unflushed = new ArrayDeque<>(2);
    private final List<ActorRef<LiveCounts>> readers = new ArrayList<>(0);
    private Object entity;
    private @Nullable Object @Nullable [][] committed;
    /** How many windows {@link #committed} contains, with those of earlier incarnations. */
    private long committedWindows;

    private Instant committedAt = Instant.EPOCH;
    /** Grows with each refresh and each other entity: what was asked before may be what was there before. */
    private int generation;
    /** Windows up to this one may have been committed before the refresh, and what they said then is not trusted. */
    private long refreshedBehind = -1;

    private EntityAggregator(
            ActorContext<Command> context,
            StreamDefinition definition,
            Object entity,
            PartitionStore store,
            Executor jdbcExecutor) {
        this.context = context;
        this.definition = definition;
        this.entity = entity;
        this.store = store;
        this.jdbcExecutor = jdbcExecutor;
    }

    static Behavior<Command> create(
            StreamDefinition definition, Object entity, PartitionStore store, Executor jdbcExecutor) {
        return Behaviors.setup(context -> {
            EntityAggregator aggregator = new EntityAggregator(context, definition, entity, store, jdbcExecutor);
            return Behaviors.receiveMessage(aggregator::onMessage);
        });
    }

    private Behavior<Command> onMessage(Command command) {
        return switch (command) {
            case Share share -> onShare(share);
            case Barrier barrier -> onBarrier(barrier);
            case WindowCommitted windowCommitted -> onWindowCommitted(windowCommitted);
            case ReadCounts read -> onReadCounts(read.replyTo());
            case CountsLoaded loaded -> onCountsLoaded(loaded);
            case Refresh refresh -> onRefresh();
            case TakeOver takeOver -> onTakeOver(takeOver.entity());
        };
    }

    private Behavior<Command> onShare(Share share) {
        UnflushedWindow window = unflushed.peekLast();
        if (window == null || window.number != share.window()) {
            window = new UnflushedWindow(share.window(), new EntityDelta(definition.counters(), entity));
            unflushed.addLast(window);
        }
        for (Event event : share.events()) {
            window.delta.add(event);
        }
        return Behaviors.same();
    }

    private Behavior<Command> onBarrier(Barrier barrier) {
        UnflushedWindow window = unflushed.peekLast();
        if (window == null || window.number != barrier.window()) {
            throw new IllegalStateException("barrier of window " + barrier.window() + " without a share of it");
        }
        barrier.replyTo().tell(new Flusher.Delta(barrier.window(), window.delta));
        return Behaviors.same();
    }

    private Behavior<Command> onWindowCommitted(WindowCommitted message) {
        UnflushedWindow window = unflushed.peekFirst();
        if (window == null || window.number != message.window()) {
            throw new IllegalStateException("window " + message.window() + " was committed out of order");
        }
        unflushed.removeFirst();
        if (message.window() <= refreshedBehind) {
            committed = null;
        } else if (message.totals() != null) {
            committed = message.totals();
        } else {
            // the window wrote nothing of it: what was known before is still so
            committedWindows = Math.max(committedWindows, message.window() + 1);
            return Behaviors.same();
        }
        committedWindows = message.window() + 1;
        committedAt = Instant.now();
        return Behaviors.same();
    }

    private Behavior<Command> onReadCounts(ActorRef<LiveCounts> replyTo) {
        if (committed != null) {
            replyTo.tell(found(committed));
            return Behaviors.same();
        }
        readers.add(replyTo);
        if (readers.size() == 1) {
            load();
        }
        return Behaviors.same();
    }

    private void load() {
        int asked = generation;
        context.pipeToSelf(
                CompletableFuture.supplyAsync(() -> Jdbc.call(() -> store.readCounts(entity)), jdbcExecutor),
                (counts, failure) -> new CountsLoaded(asked, counts, failure));
    }

    private Behavior<Command> onRefresh() {
        generation++;
        committed = null;
        UnflushedWindow last = unflushed.peekLast();
        refreshedBehind = last == null ? refreshedBehind : last.number;
        return Behaviors.same();
    }

    private Behavior<Command> onTakeOver(Object next) {
        if (!unflushed.isEmpty()) {
            throw new IllegalStateException("another entity while windows of the last are unflushed");
        }
        for (ActorRef<LiveCounts> reader : readers) {
            var _ = StoredCounts.read(store, entity, jdbcExecutor).thenAccept(reader::tell);
        }
        readers.clear();
        entity = next;
        generation++;
        committed = null;
        committedWindows = 0;
        committedAt = Instant.EPOCH;
        refreshedBehind = -1;
        return Behaviors.same();
    }

    /** A commit may have overtaken the query; what the commit said is then the newer. */
    private Behavior<Command> onCountsLoaded(CountsLoaded loaded) {
        if (readers.isEmpty()) {
            // who asked was told something newer, or of the entity before
            return Behaviors.same();
        }
        if (loaded.generation() != generation && committed == null) {
            load();
            return Behaviors.same();
        }
        PartitionStore.Counts counts = loaded.counts();
        if (committed == null && counts != null) {
            committed = counts.values();
            committedWindows = counts.windows();
            committedAt = Instant.now();
        }
        LiveCounts answer = committed == null
                ? new LiveCounts.Unavailable("the database could not be asked: " + loaded.failure())
                : found(committed);
        readers.forEach(reader -> reader.tell(answer));
        readers.clear();
        return Behaviors.same();
    }

    private LiveCounts found(@Nullable Object[][] values) {
        EntityDelta pending = new EntityDelta(definition.counters(), entity);
        for (UnflushedWindow window : unflushed) {
            // what was read from the database may hold windows whose commit has not been announced here yet
            if (window.number >= committedWindows) {
                pending.add(window.delta);
            }
        }
        return new LiveCounts.Found(values, pending.values(), committedAt);
    }
}
