package io.weir.pipeline;

import io.weir.definition.StreamDefinition;
import io.weir.event.EntryId;
import io.weir.log.EventLog;
import io.weir.log.LogEntry;
import io.weir.log.LogItem;
import io.weir.log.PartitionDepths;
import io.weir.log.PartitionReader;
import io.weir.log.Uncommitted;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A log in memory whose readers begin after what they are told and wait, as Redis does, until there is more. */
final class StubLog implements EventLog, PartitionDepths {
    final List<EntryId> trimmed = new CopyOnWriteArrayList<>();
    final List<EntryId> acknowledged = new CopyOnWriteArrayList<>();
    final List<EntryId> readFrom = new CopyOnWriteArrayList<>();
    /** Why nothing is ever appended. */
    volatile Throwable appendFailure = new UnsupportedOperationException("the pipeline appends nothing");

    private final List<LogEntry> entries = new ArrayList<>();
    private boolean behind;
    private int reads;
    private @Nullable Reader current;

    synchronized void put(LogEntry... added) {
        entries.addAll(List.of(added));
        if (current != null) {
            current.serve();
        }
    }

    synchronized void loseTail() {
        behind = true;
    }

    synchronized int reads() {
        return reads;
    }

    /** Ends the read under way as a lost connection does. */
    synchronized void breakConnection() {
        if (current != null) {
            current.fail();
        }
    }

    /** Ends the read under way as an elapsed BLOCK does. */
    synchronized void endBlock() {
        if (current != null) {
            current.serveEmpty();
        }
    }

    @Override
    public CompletionStage<EntryId> append(StreamDefinition definition, int partition, List<LogItem> items) {
        return CompletableFuture.failedFuture(appendFailure);
    }

    @Override
    public CompletionStage<List<Place>> appendOnce(StreamDefinition definition, int partition, List<LogItem> items) {
        return CompletableFuture.failedFuture(appendFailure);
    }

    @Override
    public synchronized PartitionReader reader(StreamDefinition definition, int partition) {
        current = new Reader();
        return current;
    }

    @Override
    public boolean isConnected() {
        return true;
    }

    @Override
    public long depth(StreamDefinition definition) {
        return 0;
    }

    @Override
    public CompletionStage<Boolean> isReachable() {
        return CompletableFuture.completedStage(true);
    }

    @Override
    public void close() {}

    @Override
    public void runs(StreamDefinition definition, int partition, boolean here) {}

    @Override
    public boolean runsAny(StreamDefinition definition) {
        return true;
    }

    @Override
    public long depthHere(StreamDefinition definition) {
        return 0;
    }

    @Override
    public Uncommitted uncommitted(StreamDefinition definition, int partition) {
        return new Uncommitted(EntryId.ZERO, 0);
    }

    @Override
    public void uncommittedElsewhere(StreamDefinition definition, int partition, Uncommitted known) {}

    private final class Reader implements PartitionReader {
        private int next;
        private int wanted;
        private @Nullable CompletableFuture<List<LogEntry>> waiting;

        @Override
        public CompletionStage<Boolean> isBehind(EntryId cursor, long checksum) {
            return CompletableFuture.completedStage(behind);
        }

        @Override
        public CompletionStage<Begun> begin(long epoch, EntryId cursor, EntryId from) {
            synchronized (StubLog.this) {
                readFrom.add(from);
                while (next < entries.size() && !entries.get(next).id().isAfter(from)) {
                    next++;
                }
                return CompletableFuture.completedStage(new Begun(0, 0, behind));
            }
        }

        @Override
        public CompletionStage<List<LogEntry>> read(int maxEntries, Duration block) {
            synchronized (StubLog.this) {
                reads++;
                wanted = maxEntries;
                CompletableFuture<List<LogEntry>> answer = new CompletableFuture<>();
                waiting = answer;
                if (block.isZero() && next == entries.size()) {
                    serveEmpty();
                } else {
                    serve();
                }
                return answer;
            }
        }

        @Override
        public CompletionStage<Void> countAhead() {
            return CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<@Nullable EntryId> lastEntry() {
            synchronized (StubLog.this) {
                return CompletableFuture.completedStage(
                        entries.isEmpty() ? null : entries.getLast().id());
            }
        }

        void serve() {
            if (waiting != null && next < entries.size()) {
                int end = Math.min(entries.size(), next + wanted);
                List<LogEntry> batch = List.copyOf(entries.subList(next, end));
                next = end;
                complete(batch);
            }
        }

        void serveEmpty() {
            if (waiting != null) {
                complete(List.of());
            }
        }

        void fail() {
            if (waiting != null) {
                waiting.completeExceptionally(new IOException("connection lost"));
                waiting = null;
            }
        }

        private void complete(List<LogEntry> batch) {
            CompletableFuture<List<LogEntry>> answered = waiting;
            waiting = null;
            if (answered != null) {
                answered.complete(batch);
            }
        }

        @Override
        public CompletionStage<Void> acknowledge(List<EntryId> ids, int events) {
            acknowledged.addAll(ids);
            return CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<Void> trim(EntryId minimum) {
            trimmed.add(minimum);
            return CompletableFuture.completedStage(null);
        }

        @Override
        public void caughtUp(long uncommittedEvents) {}

        @Override
        public void close() {}
    }
}
