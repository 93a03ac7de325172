package io.weir.live;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/** Where one partition is. Thread-safe. */
final class PartitionPlace {
    /** What {@link #moved} completes with. */
    static final Object MOVED = new Object();

    private volatile @Nullable ActorRef<PartitionQuery> here;
    private volatile @Nullable ActorRef<PartitionQuery> elsewhere;
    private volatile CompletableFuture<Object> moved = new CompletableFuture<>();
    private volatile boolean seenElsewhere;
    private Set<ActorRef<PartitionQuery>> listed = Set.of();

    /** Its address in this process; null while it does not run here. */
    @Nullable
    ActorRef<PartitionQuery> here() {
        return here;
    }

    /** Its address; null while it has none. */
    @Nullable
    ActorRef<PartitionQuery> ref() {
        ActorRef<PartitionQuery> local = here;
        return local != null ? local : elsewhere;
    }

    /** Whether it has had an address in another process, be it only once. */
    boolean seenElsewhere() {
        return seenElsewhere;
    }

    /** Completes with {@link #MOVED} at the next change of its address. */
    CompletableFuture<Object> moved() {
        return moved;
    }

    void isHere(ActorRef<PartitionQuery> ref) {
        change(() -> here = ref);
    }

    void hasLeft(ActorRef<PartitionQuery> ref) {
        change(() -> {
            here = ref.equals(here) ? null : here;
            elsewhere = ref.equals(elsewhere) ? null : elsewhere;
        });
    }

    /** Of two addresses the one that was not there before is that of the successor. */
    void listed(Set<ActorRef<PartitionQuery>> refs) {
        if (refs.stream().anyMatch(ref -> ref.path().address().hasGlobalScope())) {
            seenElsewhere = true;
        }
        change(() -> {
            Set<ActorRef<PartitionQuery>> added = new HashSet<>(refs);
            added.removeAll(listed);
            if (!added.isEmpty()) {
                elsewhere = added.iterator().next();
            } else if (elsewhere == null || !refs.contains(elsewhere)) {
                elsewhere = refs.isEmpty() ? null : refs.iterator().next();
            }
            listed = Set.copyOf(refs);
        });
    }

    private void change(Runnable change) {
        CompletableFuture<Object> toComplete = null;
        synchronized (this) {
            ActorRef<PartitionQuery> before = ref();
            change.run();
            ActorRef<PartitionQuery> after = ref();
            if (after == null ? before != null : !after.equals(before)) {
                toComplete = moved;
                moved = new CompletableFuture<>();
            }
        }
        if (toComplete != null) {
            toComplete.complete(MOVED);
        }
    }
}
