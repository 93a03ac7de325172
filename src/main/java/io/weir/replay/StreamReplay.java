package io.weir.replay;

import io.weir.definition.RowTable;
import io.weir.definition.StreamDefinition;
import io.weir.event.EntryId;
import io.weir.event.Event;
import io.weir.event.EventReader;
import io.weir.event.InvalidEventException;
import io.weir.log.AppendFailure;
import io.weir.log.EventLog;
import io.weir.log.LogEntry;
import io.weir.log.LogItem;
import io.weir.log.RetainedLog;
import io.weir.log.RoutedAppend;
import io.weir.settings.ReplaySettings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Appends retained events once more that the database does not have, slice by slice. Blocks.
 *
 * <p>Only committed entries are looked at: what stands beyond the cursor is applied anyway. Of these, only keyed events
 * of streams that keep keys can be told apart from what was applied; all others are committed and left alone. A window
 * decides about what is appended as about any event, so a slice that is sent twice counts nothing twice.
 */
public final class StreamReplay {
    /**
     * A slice to work on.
     *
     * @param from milliseconds, inclusive
     * @param to milliseconds, exclusive
     * @param after where an earlier slice of the partition came to; null to begin
     */
    public record Request(
            StreamDefinition definition,
            int partition,
            long from,
            long to,
            @Nullable EntryId after,
            boolean dryRun) {}

    /**
     * How far it came.
     *
     * @param entries that were looked at, at or before the cursor
     * @param events in them
     * @param unkeyed events that no key tells apart: committed, left alone
     * @param known keyed events that the database has
     * @param missing keyed events that it has not
     * @param appended of these, those that were appended; in a dry run none
     * @param others of the events, those that are dead letters already
     * @param beyondCursor events in the range that are not committed yet and will be applied anyway
     * @param trimmedBefore entries before this one were in the range or may have been, and are gone; null when none are
     * @param after where to go on
     * @param done whether the partition's range is through
     * @param waiting why it could not go on; null when it could
     */
    public record Slice(
            long entries,
            long events,
            long unkeyed,
            long known,
            long missing,
            long appended,
            long others,
            long beyondCursor,
            @Nullable EntryId trimmedBefore,
            EntryId after,
            boolean done,
            @Nullable String waiting) {}

    private static final long PAUSE_MILLIS = 50;

    private final EventLog log;
    private final Retained retained;
    private final ReplayStore store;
    private final ReplaySettings settings;

    public StreamReplay(EventLog log, RetainedLog retained, ReplayStore store, ReplaySettings settings) {
        this.log = log;
        this.retained = new Retained(retained);
        this.store = store;
        this.settings = settings;
    }

    /** Works on a slice for the time that the settings give it. */
    public Slice run(Request request) throws InterruptedException {
        return new Run(request).run();
    }

    /** Whether a stream's events can be told apart from what was applied. */
    public static boolean canApply(StreamDefinition definition) {
        return definition.arbiter() != null || isKnownByDay(definition);
    }

    /** Whether its rows keep keys, and whether one is known is kept apart from them for a while. */
    private static boolean isKnownByDay(StreamDefinition definition) {
        return definition.arbiter() == null
                && !definition.dedup().isByFields()
                && definition.rows().stream().anyMatch(RowTable::keepsEveryKey);
    }

    private final class Run {
        private final Request request;
        private final StreamDefinition definition;
        private final EventReader reader;
        private final long firstKnownMillis;
        private final long deadlineNanos =
                System.nanoTime() + settings.sliceTime().toNanos();
        private long entries;
        private long events;
        private long unkeyed;
        private long known;
        private long missing;
        private long appended;
        private long others;
        private long beyondCursor;
        private @Nullable String waiting;

        Run(Request request) {
            this.request = request;
            this.definition = request.definition();
            this.reader = new EventReader(definition);
            // a key of before may be forgotten, although its event was applied
            this.firstKnownMillis = isKnownByDay(definition)
                    ? System.currentTimeMillis() - definition.dedup().window().toMillis()
                    : Long.MIN_VALUE;
        }

        Slice run() throws InterruptedException {
            EntryId cursor = store.cursor(definition, request.partition());
            EntryId before = request.from() == 0 ? EntryId.ZERO : new EntryId(request.from() - 1, -1);
            EntryId after = request.after() == null ? before : request.after();
            EntryId end = new EntryId(request.to() - 1, -1);
            RetainedLog.Extent extent = retained.extent(definition, request.partition());
            EntryId first = extent.first();
            boolean trimmed = extent.trimmed() && (first == null || first.millis() >= request.from());
            boolean done = false;
            while (waiting == null && System.nanoTime() < deadlineNanos) {
                List<LogEntry> next = retained.next(definition, request.partition(), after, end);
                if (next.isEmpty()) {
                    done = true;
                    break;
                }
                if (!take(next, cursor)) {
                    break;
                }
                after = next.getLast().id();
            }
            return new Slice(
                    entries,
                    events,
                    unkeyed,
                    known,
                    missing,
                    appended,
                    others,
                    beyondCursor,
                    trimmed ? (first == null ? end : first) : null,
                    after,
                    done,
                    waiting);
        }

        /** False when they could not be appended; then nothing of them is counted. */
        private boolean take(List<LogEntry> next, EntryId cursor) throws InterruptedException {
            long beyond = 0;
            long committed = 0;
            long total = 0;
            long ofOthers = 0;
            long withoutKey = 0;
            long repeated = 0;
            Map<String, LogItem> keyed = new LinkedHashMap<>();
            for (LogEntry entry : next) {
                if (entry.id().isAfter(cursor)) {
                    beyond += entry.items().size();
                    continue;
                }
                committed++;
                total += entry.items().size();
                for (int index = 0; index < entry.items().size(); index++) {
                    LogItem item = entry.items().get(index);
                    Event event = event(entry.id(), index, item);
                    if (event == null) {
                        ofOthers++;
                    } else if (event.key() == null
                            || !canApply(definition)
                            || entry.id().millis() < firstKnownMillis) {
                        withoutKey++;
                    } else if (keyed.putIfAbsent(event.key(), item) != null) {
                        repeated++;
                    }
                }
            }
            Set<String> there = keyed.isEmpty() ? Set.of() : store.known(definition, keyed.keySet());
            List<LogItem> absent = new ArrayList<>();
            keyed.forEach((key, item) -> {
                if (!there.contains(key)) {
                    absent.add(item);
                }
            });
            if (!request.dryRun() && !absent.isEmpty() && !append(absent)) {
                return false;
            }
            beyondCursor += beyond;
            entries += committed;
            events += total;
            others += ofOthers;
            unkeyed += withoutKey;
            known += keyed.size() - absent.size() + repeated;
            missing += absent.size();
            return true;
        }

        /** Null for what is a dead letter already, and stays one. */
        private @Nullable Event event(EntryId id, int index, LogItem item) {
            if (item.kind() != LogItem.Kind.EVENT) {
                return null;
            }
            try {
                return reader.read(id, index, item.payload());
            } catch (InvalidEventException deadLetter) {
                return null;
            }
        }

        private boolean append(List<LogItem> items) throws InterruptedException {
            // live events have the other half of the stream's room
            while (log.depth(definition) + items.size() > Math.max(items.size(), definition.maxDepth() / 2)) {
                if (System.nanoTime() > deadlineNanos) {
                    waiting = "the stream holds " + log.depth(definition) + " uncommitted events, half of max-depth";
                    return false;
                }
                Thread.sleep(PAUSE_MILLIS);
            }
            try {
                RoutedAppend.always(definition, log)
                        .append(request.partition(), items)
                        .toCompletableFuture()
                        .join();
            } catch (CompletionException failure) {
                if (failure.getCause() instanceof AppendFailure refused) {
                    // what was appended all the same is known when it comes again
                    waiting = String.valueOf(refused.getMessage());
                    return false;
                }
                throw failure;
            }
            appended += items.size();
            TimeUnit.NANOSECONDS.sleep(items.size() * 1_000_000_000L / settings.maxEventsPerSecond());
            return true;
        }
    }
}
