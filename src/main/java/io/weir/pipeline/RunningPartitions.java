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
    private final ConcurrentMap<String, ActorRef<PartitionDaemon.Command>> running = new ConcurrentHashMap<>();

    void add(String partition, ActorRef<PartitionDaemon.Command> daemon) {
        running.put(partition, daemon);
    }

    void remove(String partition, ActorRef<PartitionDaemon.Command> daemon) {
        running.remove(partition, daemon);
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
        running.forEach((partition, daemon) -> drains.put(
                partition,
                AskPattern.<PartitionDaemon.Command, PartitionDaemon.Drained>ask(
                                daemon, PartitionDaemon.Drain::new, timeout, scheduler)
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
