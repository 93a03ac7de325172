package io.weir.live;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Scheduler;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.jspecify.annotations.Nullable;

/** Where each partition of each stream can be asked, in this process or another. Thread-safe. */
public final class Partitions {
    private static final Object TIMED_OUT = new Object();

    private record Name(String stream, int partition) {}

    private final ConcurrentMap<Name, PartitionPlace> places = new ConcurrentHashMap<>();

    /** Notes that the partition runs in this process. */
    public void register(String stream, int partition, ActorRef<PartitionQuery> ref) {
        place(stream, partition).isHere(ref);
    }

    /** Notes that it does so no longer. */
    public void unregister(String stream, int partition, ActorRef<PartitionQuery> ref) {
        place(stream, partition).hasLeft(ref);
    }

    /** Notes where in the cluster the partition can be reached: usually one address, for a moment none or two. */
    public void listed(String stream, int partition, Set<ActorRef<PartitionQuery>> refs) {
        place(stream, partition).listed(refs);
    }

    /** The partition's address; null while it has none. */
    public @Nullable ActorRef<PartitionQuery> find(String stream, int partition) {
        return place(stream, partition).ref();
    }

    /** Whether the partition runs in this process. */
    public boolean isHere(String stream, int partition) {
        return place(stream, partition).here() != null;
    }

    /** Whether the partition has been seen to run in another process since this one began. */
    public boolean wasSeenElsewhere(String stream, int partition) {
        return place(stream, partition).seenElsewhere();
    }

    /**
     * Asks a partition, wherever it runs. While it has no address the question waits for one.
     *
     * @param question must do no harm when it is asked twice
     * @param timeout for all of it; fails with {@link TimeoutException}
     */
    public <T> CompletionStage<T> ask(
            String stream,
            int partition,
            Function<ActorRef<T>, PartitionQuery> question,
            Duration timeout,
            Scheduler scheduler) {
        PartitionPlace place = place(stream, partition);
        ActorRef<PartitionQuery> here = place.here();
        return here != null
                ? AskPattern.ask(here, question::apply, timeout, scheduler)
                : askWherever(place, question, System.nanoTime() + timeout.toNanos(), scheduler);
    }

    /** The same for what may take long: a partition that moves before it has answered is asked again at its new place. */
    public <T> CompletionStage<T> askAndFollow(
            String stream,
            int partition,
            Function<ActorRef<T>, PartitionQuery> question,
            Duration timeout,
            Scheduler scheduler) {
        return askWherever(place(stream, partition), question, System.nanoTime() + timeout.toNanos(), scheduler);
    }

    private static <T> CompletionStage<T> askWherever(
            PartitionPlace place,
            Function<ActorRef<T>, PartitionQuery> question,
            long deadlineNanos,
            Scheduler scheduler) {
        long remaining = deadlineNanos - System.nanoTime();
        if (remaining <= 0) {
            return CompletableFuture.failedFuture(new TimeoutException("the partition is not running anywhere"));
        }
        CompletableFuture<Object> moved = place.moved();
        // after moved: a change in between only asks again
        ActorRef<PartitionQuery> ref = place.ref();
        CompletableFuture<?> reply = ref == null
                ? moved(moved, deadlineNanos)
                : AskPattern.<PartitionQuery, T>ask(ref, question::apply, Duration.ofNanos(remaining), scheduler)
                        .toCompletableFuture();
        return CompletableFuture.anyOf(reply, moved)
                .exceptionallyCompose(unreachable -> moved(moved, deadlineNanos))
                .thenCompose(first -> {
                    if (PartitionPlace.MOVED.equals(first) || TIMED_OUT.equals(first)) {
                        return askWherever(place, question, deadlineNanos, scheduler);
                    }
                    @SuppressWarnings("unchecked") // it came from the reply
                    T answer = (T) first;
                    return CompletableFuture.completedFuture(answer);
                });
    }

    /** Completes once the partition's address changes, or it is too late. */
    private static CompletableFuture<Object> moved(CompletableFuture<Object> moved, long deadlineNanos) {
        long remaining = Math.max(0, deadlineNanos - System.nanoTime());
        return CompletableFuture.anyOf(
                moved, new CompletableFuture<>().completeOnTimeout(TIMED_OUT, remaining, TimeUnit.NANOSECONDS));
    }

    private PartitionPlace place(String stream, int partition) {
        return places.computeIfAbsent(new Name(stream, partition), name -> new PartitionPlace());
    }
}
