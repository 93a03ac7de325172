package io.weir.http;

import io.weir.definition.StreamDefinition;
import io.weir.event.EntryId;
import io.weir.log.LogEntry;
import io.weir.log.LogTail;
import io.weir.logging.FailureText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What came to the partitions of a stream since one looked last. For one who looks again only when a look is done. */
final class StreamTail implements AutoCloseable {
    /**
     * What a look at a partition found.
     *
     * @param entries the newest, the oldest of them first
     * @param skipped entries before them that nobody read
     */
    record News(int partition, List<LogEntry> entries, long skipped) {}

    /**
     * What a look found.
     *
     * @param begins whether it is the first that found out where every partition ends, which is where it begins
     * @param problem why a partition could not be looked at; null when every one was
     */
    record Look(boolean begins, List<News> news, @Nullable String problem) {}

    /** An entry may be as large as {@code weir.log.max-entry-bytes}. */
    private static final int ENTRIES_PER_READ = 16;

    private record Outcome(News news, @Nullable String problem) {}

    private final StreamDefinition definition;
    private final LogTail log;
    private final int maxEvents;
    private final Map<Integer, LogTail.End> positions = new ConcurrentHashMap<>();
    private volatile boolean begun;

    /**
     * Follows a stream from where it ends at the first look.
     *
     * @param log is closed with this
     * @param maxEvents that a look reads of a partition, about; it reads whole entries
     */
    StreamTail(StreamDefinition definition, LogTail log, int maxEvents) {
        this.definition = definition;
        this.log = log;
        this.maxEvents = maxEvents;
    }

    /** Never fails. */
    CompletionStage<Look> look() {
        return begun ? follow() : begin();
    }

    private CompletionStage<Look> begin() {
        Map<Integer, LogTail.End> ends = new ConcurrentHashMap<>();
        List<CompletableFuture<Void>> asked = new ArrayList<>();
        for (int partition : definition.layout().live()) {
            asked.add(log.end(definition, partition)
                    .thenAccept(end -> ends.put(partition, end))
                    .toCompletableFuture());
        }
        return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new)).handle((done, problem) -> {
            if (problem != null) {
                return new Look(false, List.of(), reason(problem));
            }
            positions.putAll(ends);
            begun = true;
            return new Look(true, List.of(), null);
        });
    }

    private CompletionStage<Look> follow() {
        List<Integer> live = definition.layout().live();
        positions.keySet().retainAll(live);
        List<CompletableFuture<Outcome>> looks = new ArrayList<>();
        for (int partition : live) {
            looks.add(follow(partition)
                    .handle((news, problem) -> problem == null
                            ? new Outcome(news, null)
                            : new Outcome(new News(partition, List.of(), 0), reason(problem)))
                    .toCompletableFuture());
        }
        return CompletableFuture.allOf(looks.toArray(CompletableFuture[]::new)).thenApply(done -> {
            List<News> news = new ArrayList<>();
            String problem = null;
            for (CompletableFuture<Outcome> look : looks) {
                Outcome outcome = look.join();
                news.add(outcome.news());
                problem = problem == null ? outcome.problem() : problem;
            }
            return new Look(false, news, problem);
        });
    }

    private CompletionStage<News> follow(int partition) {
        // one that is new since this began is followed from its beginning
        LogTail.End before = positions.getOrDefault(partition, LogTail.End.NOTHING);
        return log.end(definition, partition).thenCompose(end -> {
            if (!end.last().isAfter(before.last())) {
                // a Redis that lost what it had begins anew
                positions.put(partition, end);
                return CompletableFuture.completedFuture(new News(partition, List.of(), 0));
            }
            return read(partition, before.last(), end.last(), new ArrayList<>(), 0)
                    .thenApply(newestFirst -> {
                        positions.put(partition, end);
                        long skipped = end.added() - before.added() - newestFirst.size();
                        return new News(partition, newestFirst.reversed(), Math.max(0, skipped));
                    });
        });
    }

    private CompletionStage<List<LogEntry>> read(
            int partition, EntryId after, EntryId upTo, List<LogEntry> read, long events) {
        return log.newest(definition, partition, after, upTo, ENTRIES_PER_READ).thenCompose(next -> {
            read.addAll(next);
            long total = events
                    + next.stream().mapToLong(entry -> entry.items().size()).sum();
            return next.size() < ENTRIES_PER_READ || total >= maxEvents
                    ? CompletableFuture.completedFuture(read)
                    : read(partition, after, before(next.getLast().id()), read, total);
        });
    }

    private static EntryId before(EntryId id) {
        return id.sequence() == 0 ? new EntryId(id.millis() - 1, -1) : new EntryId(id.millis(), id.sequence() - 1);
    }

    private static String reason(Throwable problem) {
        return String.valueOf(FailureText.cause(problem).getMessage());
    }

    @Override
    public void close() {
        log.close();
    }
}
