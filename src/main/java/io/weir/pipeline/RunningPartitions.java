package io.weir.pipeline;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Scheduler;
import org.apache.pekko.actor.typed.javadsl.AskPattern;

/** The partitions that run in this process. Thread-safe. */
public final class RunningPartitions {
    /** Who is told which partitions begin and end here. Called on the threads of their actors, one call at a time. */
    public interface Watcher {
        void began(RunningPartition partition);

        void ended(RunningPartition partition);
    }

    private static final Watcher NOBODY = new Watcher() {
        @Override
        public void began(RunningPartition partition) {}

        @Override
        public void ended(RunningPartition partition) {}
    };

    private final ConcurrentMap<String, RunningPartition> running = new ConcurrentHashMap<>();
    private Watcher watcher = NOBODY;

    synchronized void add(PartitionContext partition, ActorRef<PartitionDaemon.Command> daemon) {
        RunningPartition added = new RunningPartition(partition, daemon);
        RunningPartition before = running.put(partition.toString(), added);
        if (before != null) {
            watcher.ended(before);
        }
        watcher.began(added);
    }

    synchronized void remove(PartitionContext partition, ActorRef<PartitionDaemon.Command> daemon) {
        RunningPartition removed = new RunningPartition(partition, daemon);
        if (running.remove(partition.toString(), removed)) {
            watcher.ended(removed);
        }
    }

    /** Tells of those that run by now, and of all changes from now on. There is one watcher. */
    public synchronized void watch(Watcher newWatcher) {
        watcher = newWatcher;
        running.values().forEach(watcher::began);
    }

    /** Their names, as {@code stream/partition}. */
    public SortedSet<String> names() {
        return new TreeSet<>(running.keySet());
    }

    /**
     * Has each commit what its log holds by now.
     *
     * @return completes with those that may hold more of it, sorted; never fails
     */
    public CompletionStage<List<String>> drain(Duration timeout, Scheduler scheduler) {
        Map<String, CompletableFuture<Boolean>> drains = new TreeMap<>();
        running.forEach((partition, one) -> drains.put(
                partition,
                AskPattern.<PartitionDaemon.Command, PartitionDaemon.Drained>ask(
                                one.daemon(), PartitionDaemon.Drain::new, timeout, scheduler)
                        .thenApply(PartitionDaemon.Drained::complete)
                        .exceptionally(late -> false)
                        .toCompletableFuture()));
        return CompletableFuture.allOf(drains.values().toArray(CompletableFuture[]::new))
                .thenApply(all -> {
                    List<String> unfinished = new ArrayList<>();
                    drains.forEach((partition, complete) -> {
                        if (!complete.join()) {
                            unfinished.add(partition);
                        }
                    });
                    return unfinished;
                });
    }
}
