package io.weir.log;

import io.weir.event.EntryId;
import java.util.ArrayDeque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * How many events of a stream are accepted and not yet committed, as far as this process can know. For each partition
 *
 * <pre>depth = known + unanswered + answered behind the position + in doubt</pre>
 *
 * <p>Known is what entries up to a position hold, whoever appended them, and is not committed. Where the partition runs,
 * the position is the last entry that was read, or counted ahead of the reads while there is a backlog; elsewhere both are
 * what the node that runs it said last. Behind the position, this process knows what it appended itself.
 *
 * <p>Events are reserved before they are sent, so what this process takes never passes the limit; what others take
 * meanwhile is seen once it is counted. An unanswered event may be among the known, too, until its answer comes. What a
 * lost connection leaves open is in doubt until the consumer finds the partition empty, or another node says how much
 * there is.
 */
final class StreamDepth {
    /** Beyond so many answers behind the position, neighbours are taken for one entry: the later of the two. */
    private static final int MAX_ANSWERS = 4_096;

    private record Answer(EntryId id, long events) {}

    private static final class Partition {
        private boolean here;
        /** Whether a start has counted the log since the partition came here. */
        private boolean started;

        private long known;
        private EntryId position = EntryId.ZERO;
        private long unanswered;
        private long answered;
        private long inDoubt;
        private final ArrayDeque<Answer> behind = new ArrayDeque<>();
        private long eventsBehind;

        /** Whether the last look found nothing behind the position. */
        private boolean atEnd;

        private long depth() {
            return known + unanswered + eventsBehind + inDoubt;
        }
    }

    private final PerPartition<Partition> partitions = new PerPartition<>(partition -> new Partition());
    private long total;

    synchronized long total() {
        return total;
    }

    synchronized void runs(int partition, boolean here) {
        partitions.get(partition).here = here;
        partitions.get(partition).started = false;
    }

    synchronized boolean runsAny() {
        for (Partition partition : partitions.all()) {
            if (partition.here) {
                return true;
            }
        }
        return false;
    }

    /** Of the partitions that run in this process. */
    synchronized long totalHere() {
        long sum = 0;
        for (Partition partition : partitions.all()) {
            sum += partition.here ? partition.depth() : 0;
        }
        return sum;
    }

    /** What this process appended to a partition. */
    synchronized LogInspection.Appended tally(int partition) {
        return new LogInspection.Appended(partitions.get(partition).answered, partitions.get(partition).unanswered);
    }

    /** What others may know of the partition, with what was appended here behind the position; null before a start. */
    synchronized @Nullable Uncommitted uncommitted(int partition) {
        Partition state = partitions.get(partition);
        return state.here && state.started ? new Uncommitted(state.position, state.depth()) : null;
    }

    /** Takes room for events that are to be sent; false, and nothing is taken, when that would exceed {@code max}. */
    synchronized boolean reserve(int partition, int events, long max) {
        if (total + events > max) {
            return false;
        }
        partitions.get(partition).unanswered += events;
        total += events;
        return true;
    }

    /** Gives room back: the events are surely not in the log. */
    synchronized void release(int partition, int events) {
        partitions.get(partition).unanswered -= events;
        total -= events;
    }

    /** Redis has answered: the events are in the log. */
    synchronized void appended(int partition, int events, EntryId id) {
        Partition state = partitions.get(partition);
        state.unanswered -= events;
        state.answered += events;
        if (!id.isAfter(state.position)) {
            // it is among the known already
            total -= events;
            return;
        }
        state.behind.add(new Answer(id, events));
        state.eventsBehind += events;
        if (state.behind.size() > MAX_ANSWERS) {
            mergeNeighbours(state);
        }
    }

    /** No answer will come: the events may or may not be in the log. */
    synchronized void lost(int partition, int events) {
        partitions.get(partition).unanswered -= events;
        partitions.get(partition).inDoubt += events;
    }

    /** The events are committed. */
    synchronized void committed(int partition, int events) {
        Partition state = partitions.get(partition);
        setKnown(state, Math.max(0, state.known - events));
    }

    /** A start has counted what stands after the cursor, up to the end. */
    synchronized void started(int partition, long events, EntryId end) {
        Partition state = partitions.get(partition);
        clearDoubt(state);
        moveTo(state, end);
        setKnown(state, events);
        state.atEnd = false;
        state.started = true;
    }

    /** Where a count ahead of the reads goes on. */
    synchronized EntryId position(int partition) {
        return partitions.get(partition).position;
    }

    /** Entries were read, or counted, in order; those up to the position are known already. */
    synchronized void found(int partition, EntryId id, long events) {
        Partition state = partitions.get(partition);
        if (id.isAfter(state.position)) {
            setKnown(state, state.known + events);
            moveTo(state, id);
        }
        state.atEnd = false;
    }

    /** So many events stand between two entries; false, and nothing is changed, when reads have come further by now. */
    synchronized boolean counted(int partition, EntryId from, EntryId to, long events) {
        if (!partitions.get(partition).position.equals(from)) {
            return false;
        }
        found(partition, to, events);
        return true;
    }

    /** A read found nothing behind {@code end}. */
    synchronized void foundEnd(int partition, EntryId end) {
        Partition state = partitions.get(partition);
        // a count ahead of it may have seen what came since
        if (!state.position.isAfter(end)) {
            moveTo(state, end);
            state.atEnd = true;
        }
    }

    /** Sets the depth anew; up to the end that was found last, so many events are uncommitted. */
    synchronized void settle(int partition, long uncommitted) {
        Partition state = partitions.get(partition);
        if (state.atEnd) {
            clearDoubt(state);
            setKnown(state, uncommitted);
        }
    }

    /** The node that runs the partition says so; ignored where that is this one. */
    synchronized void elsewhere(int partition, Uncommitted said) {
        Partition state = partitions.get(partition);
        if (state.here) {
            return;
        }
        clearDoubt(state);
        moveTo(state, said.upTo());
        setKnown(state, said.events());
        state.atEnd = false;
    }

    private void setKnown(Partition state, long known) {
        total += known - state.known;
        state.known = known;
    }

    private void clearDoubt(Partition state) {
        total -= state.inDoubt;
        state.inDoubt = 0;
    }

    private void moveTo(Partition state, EntryId position) {
        state.position = position;
        for (Answer first = state.behind.peek();
                first != null && !first.id().isAfter(position);
                first = state.behind.peek()) {
            state.behind.remove();
            state.eventsBehind -= first.events();
            total -= first.events();
        }
    }

    private static void mergeNeighbours(Partition state) {
        ArrayDeque<Answer> merged = new ArrayDeque<>(MAX_ANSWERS);
        for (Iterator<Answer> answers = state.behind.iterator(); answers.hasNext(); ) {
            Answer one = answers.next();
            merged.add(answers.hasNext() ? merge(one, answers.next()) : one);
        }
        state.behind.clear();
        state.behind.addAll(merged);
    }

    private static Answer merge(Answer one, Answer later) {
        return new Answer(later.id(), one.events() + later.events());
    }
}
