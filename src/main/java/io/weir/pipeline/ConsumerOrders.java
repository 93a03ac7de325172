package io.weir.pipeline;

import io.weir.event.EntryId;
import io.weir.pipeline.PartitionOperation.Outcome;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * What an operator has told a consumer: not to read for the time being, and to commit what it has read. It is forgotten
 * with the incarnation. Confined to the consumer.
 */
final class ConsumerOrders {
    private record Flush(EntryId upTo, ActorRef<Outcome> replyTo) {}

    private static final int MAX_FLUSHES = 100;

    private final PartitionStatus status;
    private final Deque<Flush> flushes = new ArrayDeque<>();

    ConsumerOrders(PartitionStatus status) {
        this.status = status;
    }

    boolean isPaused() {
        return status.isPaused();
    }

    /** Takes an order; what follows from it for the next read and the open window is the consumer's. */
    void take(PartitionOperation.OfConsumer operation, PartitionWindows windows, boolean draining) {
        switch (operation) {
            case PartitionOperation.Pause pause -> pause(pause.replyTo(), draining);
            case PartitionOperation.Resume resume -> {
                resume.replyTo().tell(new Outcome(true, status.isPaused() ? "reads on" : "was not paused"));
                status.paused(false);
            }
            case PartitionOperation.Flush flush -> flush(flush.replyTo(), windows);
        }
    }

    private void pause(ActorRef<Outcome> replyTo, boolean draining) {
        if (draining) {
            replyTo.tell(new Outcome(false, "it is being drained, for it is about to stop or to move"));
        } else {
            status.paused(true);
            replyTo.tell(new Outcome(true, "paused: what was read is committed, nothing more is read"));
        }
    }

    private void flush(ActorRef<Outcome> replyTo, PartitionWindows windows) {
        if (windows.isIdle()) {
            replyTo.tell(new Outcome(true, "nothing was waiting"));
        } else if (flushes.size() >= MAX_FLUSHES) {
            replyTo.tell(new Outcome(false, "too many flushes are under way"));
        } else {
            flushes.addLast(new Flush(windows.open().to(), replyTo));
        }
    }

    /** Whether a flush waits for the window that is being filled. */
    boolean wantCommitOf(OpenWindow open) {
        Flush last = flushes.peekLast();
        return last != null && !open.isEmpty() && last.upTo().isAfter(open.from());
    }

    /** Answers the flushes that all is committed for. */
    void committed(EntryId cursor) {
        for (Flush first = flushes.peekFirst();
                first != null && !first.upTo().isAfter(cursor);
                first = flushes.peekFirst()) {
            first.replyTo().tell(new Outcome(true, "committed up to " + cursor));
            flushes.removeFirst();
        }
    }
}
