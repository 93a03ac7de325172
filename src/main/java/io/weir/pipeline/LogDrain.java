package io.weir.pipeline;

import io.weir.event.EntryId;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/** How a consumer commits what the log holds when it is asked to, and says so. Others may append meanwhile. */
final class LogDrain {
    private @Nullable ActorRef<StreamConsumer.Drained> asker;
    /** What comes behind this is the successor's; null while it is not known, and only an empty log is the end. */
    private @Nullable EntryId upTo;

    private boolean logIsEmpty;

    void begin(ActorRef<StreamConsumer.Drained> replyTo) {
        asker = replyTo;
    }

    boolean isUnderWay() {
        return asker != null;
    }

    /** Notes the log's last entry when the drain began; zero when it held none, null when it is not known. */
    void endsWith(@Nullable EntryId last) {
        upTo = isUnderWay() ? last : null;
    }

    /** Notes a read, and whether it would have waited for an entry. */
    void read(boolean foundNothing, boolean waited) {
        logIsEmpty = foundNothing && isUnderWay() && !waited;
    }

    /** Whether nothing is to be read any more. */
    boolean foundTheEnd() {
        return logIsEmpty;
    }

    /** Answers when all of it is committed. The consumer goes on until it is stopped. */
    boolean endsNow(PartitionWindows windows) {
        ActorRef<StreamConsumer.Drained> waiting = asker;
        if (waiting == null || !((logIsEmpty && windows.isIdle()) || isCommitted(windows))) {
            return false;
        }
        waiting.tell(new StreamConsumer.Drained(true));
        asker = null;
        upTo = null;
        logIsEmpty = false;
        return true;
    }

    private boolean isCommitted(PartitionWindows windows) {
        return upTo != null && !upTo.isAfter(windows.cursor()) && windows.isSettled();
    }
}
