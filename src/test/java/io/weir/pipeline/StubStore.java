package io.weir.pipeline;

import io.weir.event.EntityDelta;
import io.weir.event.EntryId;
import io.weir.event.Event;
import io.weir.store.CommitOutcome;
import io.weir.store.DirectOutcome;
import io.weir.store.PartitionStore;
import io.weir.store.WindowCommit;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** A store in memory with the cursor's compare-and-set, one sum per entity, and outcomes that a test can order. */
final class StubStore implements PartitionStore {
    final List<WindowCommit> commits = new CopyOnWriteArrayList<>();
    final BlockingQueue<CommitOutcome> ordered = new LinkedBlockingQueue<>();
    final List<List<Event>> direct = new CopyOnWriteArrayList<>();
    volatile DirectOutcome directOutcome = new DirectOutcome.Written(Set.of(), Map.of());
    private final Map<Object, Long> sums = new HashMap<>();
    private @Nullable CountDownLatch gate;
    private long epoch;
    private EntryId cursor = EntryId.ZERO;
    private long windows;

    /** Holds every commit until {@link #open}. */
    synchronized void close() {
        gate = new CountDownLatch(1);
    }

    synchronized void open() {
        if (gate != null) {
            gate.countDown();
        }
    }

    synchronized void setCursor(EntryId entry) {
        cursor = entry;
    }

    /** A standby that lagged takes over. */
    synchronized void undoWindow(EntryId before) {
        cursor = before;
        windows--;
    }

    synchronized long sum(Object entity) {
        return sums.getOrDefault(entity, 0L);
    }

    synchronized long epoch() {
        return epoch;
    }

    /** A commit that happens behind the back of the actor under test. */
    synchronized void apply(Object entity, long sum, EntryId to) {
        sums.merge(entity, sum, Long::sum);
        cursor = to;
        windows++;
    }

    @Override
    public synchronized Started start(String owner) {
        epoch++;
        return new Started(epoch, cursor, 0, windows);
    }

    @Override
    public synchronized boolean confirms(long confirmed, long committed) {
        return confirmed == epoch && windows >= committed;
    }

    @Override
    public DirectOutcome writeDirect(List<Event> events) {
        direct.add(List.copyOf(events));
        return directOutcome;
    }

    @Override
    public CommitOutcome commit(WindowCommit window) {
        CountDownLatch latch;
        synchronized (this) {
            latch = gate;
        }
        if (latch != null) {
            try {
                latch.await();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                return new CommitOutcome.Unknown("interrupted");
            }
        }
        CommitOutcome outcome = ordered.poll();
        return outcome != null ? outcome : apply(window);
    }

    private synchronized CommitOutcome apply(WindowCommit window) {
        if (window.epoch() != epoch || !window.from().equals(cursor) || window.number() != windows) {
            return new CommitOutcome.Fenced("epoch " + window.epoch() + ", cursor " + cursor);
        }
        cursor = window.to();
        windows++;
        Map<Object, @Nullable Object[][]> totals = new HashMap<>();
        for (EntityDelta delta : window.deltas()) {
            Long value = (Long) delta.value(0, 0);
            long sum = sums.merge(delta.entity(), value == null ? 0 : value, Long::sum);
            totals.put(delta.entity(), new @Nullable Object[][] {{sum}});
        }
        commits.add(window);
        return new CommitOutcome.Committed(
                totals, window.events().size(), 0, window.deadLetters().size());
    }

    @Override
    public synchronized Counts readCounts(Object entity) throws SQLException {
        return new Counts(new @Nullable Object[][] {{sums.get(entity)}}, windows);
    }

    @Override
    public Suspicion suspicion(long ofEpoch, boolean blamed) {
        return Suspicion.NONE;
    }

    @Override
    public boolean countStart(long ofEpoch) {
        return true;
    }

    @Override
    public boolean noteSuspect(long ofEpoch, EntryId entry, int index) {
        return true;
    }

    @Override
    public void noteReason(long ofEpoch, String reason) {}

    @Override
    public void rehearse(Event event) {}

    /** The number of events of each committed window. */
    List<Integer> windowSizes() {
        List<Integer> sizes = new ArrayList<>();
        commits.forEach(commit -> sizes.add(commit.events().size()));
        return sizes;
    }
}
