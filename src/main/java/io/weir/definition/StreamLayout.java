package io.weir.definition;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Which partitions a stream has at this moment, as far as this process knows: what a definition says of their number, until
 * that is changed while Weir runs. Thread-safe; asking it costs one volatile read.
 *
 * <p>A change begins a new generation of partitions. Each partition of the one before is sealed at a moment of its own; an
 * entity's events go to its earlier partition until that is sealed, and to its new one from then on, so they stay in order.
 */
public final class StreamLayout {
    /** The most partitions that a stream may have. */
    public static final int MAX_PARTITIONS = 256;

    /**
     * One moment of it.
     *
     * @param all every generation there has been, the oldest first
     * @param current the newest that is active
     * @param next the one that follows it; null while nothing changes
     * @param sealed which of the current partitions are known to be sealed, by their index; never changed
     * @param live the partitions of all generations that are not removed from the log
     */
    private record View(
            List<Generation> all,
            Generation current,
            @Nullable Generation next,
            BitSet sealed,
            Set<Integer> removed,
            List<Integer> live) {
        static View of(List<Generation> all, Set<Integer> removed, BitSet sealed) {
            Generation newest = all.getLast();
            Generation current = newest.active() ? newest : all.get(all.size() - 2);
            List<Integer> live = new ArrayList<>();
            for (Generation generation : all) {
                for (int partition : generation.all()) {
                    if (!removed.contains(partition)) {
                        live.add(partition);
                    }
                }
            }
            return new View(
                    List.copyOf(all),
                    current,
                    newest.active() ? null : newest,
                    sealed,
                    Set.copyOf(removed),
                    List.copyOf(live));
        }
    }

    private volatile View view;
    private volatile Runnable whenUnknown = StreamLayout::doNothing;
    private CompletableFuture<Void> changed = new CompletableFuture<>();

    /** A stream that has had so many partitions from its beginning. */
    public StreamLayout(int partitions) {
        this.view = View.of(List.of(new Generation(0, partitions, true)), Set.of(), new BitSet());
    }

    /** Takes what the database says: every generation, the oldest first, and the partitions that are removed. */
    public void update(List<Generation> all, Set<Integer> removed) {
        CompletableFuture<Void> toComplete;
        synchronized (this) {
            View before = view;
            Generation current = View.of(all, removed, before.sealed()).current();
            boolean sameGeneration = current.number() == before.current().number();
            View after = View.of(all, removed, sameGeneration ? before.sealed() : new BitSet());
            if (after.equals(before)) {
                return;
            }
            view = after;
            toComplete = changed;
            changed = new CompletableFuture<>();
        }
        toComplete.complete(null);
    }

    /** Has this called when a partition turns out to be sealed and it is not known what follows it. */
    public void whenUnknown(Runnable action) {
        whenUnknown = action;
    }

    /** Where an event belongs whose entity, or key, has this hash. */
    public int partitionOf(int hash) {
        View now = view;
        int partitions = now.current().partitions();
        int index = partitions == 1 ? 0 : Integer.remainderUnsigned(hash, partitions);
        Generation next = now.next();
        return next != null && now.sealed().get(index)
                ? next.partition(Integer.remainderUnsigned(hash, next.partitions()))
                : now.current().partition(index);
    }

    /** Where the same event belongs that is written past the log. */
    public int activePartitionOf(int hash) {
        Generation current = view.current();
        return current.partition(Integer.remainderUnsigned(hash, current.partitions()));
    }

    /** Where it belongs once a change that is under way has come to its end. */
    public int newestPartitionOf(int hash) {
        Generation newest = view.all().getLast();
        return newest.partition(Integer.remainderUnsigned(hash, newest.partitions()));
    }

    /** The only partition that there is to choose; -1 when it depends on the event. */
    public int only() {
        View now = view;
        return now.next() == null && now.current().partitions() == 1
                ? now.current().partition(0)
                : -1;
    }

    /** Where an event belongs that has neither an entity nor a key: anywhere. */
    public int any() {
        return partitionOf(ThreadLocalRandom.current().nextInt());
    }

    /** The newest generation that is active. */
    public Generation current() {
        return view.current();
    }

    /** The generation that a change under way leads to; null when none is. */
    public @Nullable Generation next() {
        return view.next();
    }

    /** Every generation there has been, the oldest first. */
    public List<Generation> generations() {
        return view.all();
    }

    /** The partitions that the log may hold something of, those of older generations first. */
    public List<Integer> live() {
        return view.live();
    }

    /** Those that were removed from the log: all they held was committed, and is past its retention. */
    public Set<Integer> removed() {
        return view.removed();
    }

    /** Those of {@link #live} that are to be run: not what waits for earlier ones. */
    public List<Integer> running() {
        View now = view;
        Generation next = now.next();
        return next == null
                ? now.live()
                : now.live().stream().filter(partition -> !next.has(partition)).toList();
    }

    /** Whether a partition is to be run. */
    public boolean runs(int partition) {
        return running().contains(partition);
    }

    /** Whether a generation follows that of the partition. */
    public boolean isSuperseded(int partition) {
        return Generation.of(partition) < view.all().getLast().number();
    }

    /** The generation that follows that of a superseded partition. */
    public Generation after(int partition) {
        return view.all().get(Generation.of(partition) + 1);
    }

    /** Whether a generation that follows that of the partition is active: all that the partition held is committed. */
    public boolean isReplaced(int partition) {
        return Generation.of(partition) < view.current().number();
    }

    /** The log refused an entry of this partition for good. */
    public void sealed(int partition) {
        Runnable action = StreamLayout::doNothing;
        synchronized (this) {
            View now = view;
            if (now.current().has(partition)) {
                if (now.next() == null) {
                    action = whenUnknown;
                }
                int index = partition % Generation.SIZE;
                if (!now.sealed().get(index)) {
                    BitSet sealed = (BitSet) now.sealed().clone();
                    sealed.set(index);
                    view = new View(now.all(), now.current(), now.next(), sealed, now.removed(), now.live());
                }
            }
        }
        action.run();
    }

    /** Completes once it is known where the events of a sealed partition go now; fails when that takes too long. */
    public CompletionStage<Void> successorKnown(int partition, long timeoutMillis) {
        CompletableFuture<Void> change;
        synchronized (this) {
            if (isSuperseded(partition)) {
                return CompletableFuture.completedStage(null);
            }
            change = changed;
        }
        return change.copy().orTimeout(timeoutMillis, TimeUnit.MILLISECONDS);
    }

    /** Completes once a generation after this one is active; fails when that takes too long. */
    public CompletionStage<Void> activeAfter(int generation, long timeoutMillis) {
        CompletableFuture<Void> change;
        synchronized (this) {
            if (view.current().number() > generation) {
                return CompletableFuture.completedStage(null);
            }
            change = changed;
        }
        long began = System.nanoTime();
        whenUnknown.run();
        return change.copy()
                .orTimeout(timeoutMillis, TimeUnit.MILLISECONDS)
                .thenCompose(changed -> activeAfter(
                        generation,
                        Math.max(1, timeoutMillis - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began))));
    }

    /** The partition's place among those that share the load: how it is placed on nodes. */
    public static int index(int partition) {
        return partition % Generation.SIZE;
    }

    /** The Redis key of a partition. A braced number is its hash tag, so that its keys share a cluster slot. */
    String key(String redisKey, int partition) {
        int generation = Generation.of(partition);
        int index = index(partition);
        if (generation > 0) {
            return redisKey + ":g" + generation + ":{" + index + "}";
        }
        return view.all().getFirst().partitions() == 1 ? redisKey : redisKey + ":{" + index + "}";
    }

    private static void doNothing() {}
}
