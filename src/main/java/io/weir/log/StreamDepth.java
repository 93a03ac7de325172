package io.weir.log;

import io.weir.event.EntryId;
import java.util.ArrayDeque;

/**
 * How many events of a stream are accepted and not yet committed, as far as this process can know.
 *
 * <p>Events are reserved before they are sent, so the limit is strict, and leave when they are committed or surely not
 * appended. Such a sum drifts when answers are lost and when others append, so it is set anew whenever the consumer
 * finds the partition empty. At such a moment
 *
 * <pre>depth = read and uncommitted + unanswered + answered, with an ID behind what was read</pre>
 *
 * <p>Unanswered XADDs of this process may or may not be among what was read. They are all added, and one that is
 * answered later with an ID that had been read by then was counted twice: it is taken off with its answer. What a
 * lost connection leaves open stays in until the next time.
 */
final class StreamDepth {
    private record Answer(EntryId id, int events) {}

    private static final class Partition {
        private long depth;
        private long unanswered;
        private long answered;

        // a look at the log, from the question to its answer; what is answered meanwhile may or may not be in it
        private boolean looking;
        private final ArrayDeque<Answer> answeredMeanwhile = new ArrayDeque<>();

        // the last look that found nothing more
        private boolean atEnd;
        private EntryId end = EntryId.ZERO;
        private long answeredBehindEnd;

        private EntryId settledAt = EntryId.ZERO;
    }

    private final Partition[] partitions;
    private long total;

    StreamDepth(int partitions) {
        this.partitions = new Partition[partitions];
        for (int partition = 0; partition < partitions; partition++) {
            this.partitions[partition] = new Partition();
        }
    }

    synchronized long total() {
        return total;
    }

    /** What this process appended to a partition. */
    synchronized LogInspection.Appended tally(int partition) {
        return new LogInspection.Appended(partitions[partition].answered, partitions[partition].unanswered);
    }

    /** Takes room for events that are to be sent; false, and nothing is taken, when that would exceed {@code max}. */
    synchronized boolean reserve(int partition, int events, long max) {
        if (total + events > max) {
            return false;
        }
        partitions[partition].unanswered += events;
        add(partitions[partition], events);
        return true;
    }

    /** Gives room back: the events are surely not in the log. */
    synchronized void release(int partition, int events) {
        partitions[partition].unanswered -= events;
        add(partitions[partition], -events);
    }

    /** Redis has answered: the events are in the log. */
    synchronized void appended(int partition, int events, EntryId id) {
        Partition state = partitions[partition];
        state.unanswered -= events;
        state.answered += events;
        if (!id.isAfter(state.settledAt)) {
            add(state, -events);
            return;
        }
        if (state.looking) {
            state.answeredMeanwhile.add(new Answer(id, events));
        }
        if (state.atEnd && id.isAfter(state.end)) {
            state.answeredBehindEnd += events;
        }
    }

    /** No answer will come: the events may or may not be in the log. */
    synchronized void lost(int partition, int events) {
        partitions[partition].unanswered -= events;
    }

    /** The events are committed. */
    synchronized void committed(int partition, int events) {
        Partition state = partitions[partition];
        add(state, -Math.min(events, state.depth - state.unanswered));
    }

    /** A question is about to be sent to Redis: what is behind the last entry that was seen? */
    synchronized void look(int partition) {
        Partition state = partitions[partition];
        state.looking = true;
        state.answeredMeanwhile.clear();
    }

    /** The answer: something. */
    synchronized void foundMore(int partition) {
        Partition state = partitions[partition];
        state.looking = false;
        state.atEnd = false;
        state.answeredMeanwhile.clear();
    }

    /** The answer: nothing behind {@code end}. */
    synchronized void foundEnd(int partition, EntryId end) {
        Partition state = partitions[partition];
        state.looking = false;
        state.atEnd = true;
        state.end = end;
        state.answeredBehindEnd = 0;
        for (Answer answer : state.answeredMeanwhile) {
            if (answer.id().isAfter(end)) {
                state.answeredBehindEnd += answer.events();
            }
        }
        state.answeredMeanwhile.clear();
    }

    /** Sets the depth anew; up to the end that was found last, so many events are uncommitted. */
    synchronized void settle(int partition, long uncommitted) {
        Partition state = partitions[partition];
        if (state.atEnd) {
            add(state, uncommitted + state.unanswered + state.answeredBehindEnd - state.depth);
            state.settledAt = state.end;
        }
    }

    /** Nobody looks any more. */
    synchronized void stopLooking(int partition) {
        foundMore(partition);
    }

    private void add(Partition state, long events) {
        state.depth += events;
        total += events;
    }
}
