package io.weir.pipeline;

import io.weir.event.EntryId;
import io.weir.live.PartitionAnswer.Committed;
import io.weir.live.PartitionQuery.AwaitCommit;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** Who waits for which entry to be committed. */
final class CommitWaiters {
    private final int limit;
    private final TreeMap<EntryId, List<AwaitCommit>> waiters = new TreeMap<>();
    private int size;

    CommitWaiters(int limit) {
        this.limit = limit;
    }

    /** Adds one, or answers false when there are too many; those time out. */
    boolean add(AwaitCommit waiter) {
        if (size >= limit) {
            return false;
        }
        waiters.computeIfAbsent(waiter.entry(), _ -> new ArrayList<>(1)).add(waiter);
        size++;
        return true;
    }

    /** Whether somebody waits. */
    boolean any() {
        return size > 0;
    }

    /** Whether somebody waits for an entry up to {@code last}. */
    boolean anyUpTo(EntryId last) {
        return !waiters.isEmpty() && waiters.firstKey().compareTo(last) <= 0;
    }

    /** Answers all who wait for an entry up to {@code cursor}. */
    void committed(EntryId cursor) {
        var done = waiters.headMap(cursor, true);
        for (List<AwaitCommit> entryWaiters : done.values()) {
            for (AwaitCommit waiter : entryWaiters) {
                waiter.replyTo().tell(new Committed(waiter.entry()));
            }
            size -= entryWaiters.size();
        }
        done.clear();
    }
}
