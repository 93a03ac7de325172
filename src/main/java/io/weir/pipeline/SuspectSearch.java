package io.weir.pipeline;

import io.weir.event.EntityDelta;
import io.weir.event.EntryId;
import io.weir.event.Event;
import io.weir.letter.ReasonClass;
import io.weir.log.LogEntry;
import io.weir.log.PartitionReader;
import io.weir.store.CommitOutcome;
import io.weir.store.PartitionStore.Suspect;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gets a partition past an event that ends it again and again, whatever the reason: a defect in Weir, or an event that
 * kills the process.
 *
 * <p>It reads one entry at a time and makes a window of each. Before it touches an event it notes in a transaction of its
 * own which one that is; a note that is found at the next start names the culprit. The events of an entry are tried one by
 * one, up to a write that is rolled back, and only then written together. An event over which that failed as often as
 * {@code weir.pipeline.max-attempts} allows becomes a dead letter of its window, and it alone.
 */
final class SuspectSearch {
    /** An event could not be processed; the database and Redis are not to blame. */
    static final class Failed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Failed(String message, Throwable cause) {
            super(message, cause);
        }
    }

    private static final Logger log = LoggerFactory.getLogger(SuspectSearch.class);
    /** An incarnation without progress has read two windows, and a part of the next. */
    private static final int WINDOWS = 3;

    private final PartitionContext partition;
    private final PartitionReader reader;
    private final Executor jdbcExecutor;
    /** Where it is. */
    private ConsumerStart.Position position;
    /** The note that was found; null once it is behind. */
    private @Nullable Suspect suspect;

    private long eventsLeft;

    SuspectSearch(
            PartitionContext partition,
            PartitionReader reader,
            Executor jdbcExecutor,
            ConsumerStart.Position position,
            @Nullable Suspect suspect) {
        this.partition = partition;
        this.reader = reader;
        this.jdbcExecutor = jdbcExecutor;
        this.position = position;
        this.suspect = suspect;
        this.eventsLeft = (long) WINDOWS * partition.definition().window().maxEventsBehind();
    }

    /** Completes with where to go on as usual. */
    CompletionStage<ConsumerStart.Position> run() {
        partition.count("weir.pipeline.suspect.searches");
        try (var _ = partition.logFields()) {
            log.warn(
                    "{}: made no progress in {} starts; reads one entry at a time from {} on to find the event that"
                            + " ends it",
                    partition,
                    partition.settings().maxAttempts(),
                    position.cursor());
        }
        return next();
    }

    private CompletionStage<ConsumerStart.Position> next() {
        return reader.read(1, Duration.ZERO).thenComposeAsync(this::onRead, jdbcExecutor);
    }

    private CompletionStage<ConsumerStart.Position> onRead(List<LogEntry> entries) {
        for (LogEntry entry : entries) {
            Jdbc.call(() -> {
                process(entry);
                return entry;
            });
            eventsLeft -= entry.items().size();
        }
        if (entries.isEmpty() || eventsLeft <= 0) {
            try (var _ = partition.logFields()) {
                log.info("{}: reads on as usual from {}", partition, position.cursor());
            }
            return CompletableFuture.completedStage(position);
        }
        return next();
    }

    private void process(LogEntry entry) throws Exception {
        OpenWindow window = new OpenWindow(
                position.windows(),
                position.cursor(),
                position.checksum(),
                partition.definition(),
                partition.eventReader());
        if (!entry.id().isAfter(position.cursor())) {
            window.addRewound(entry);
        } else if (isCondemned(entry.id(), Suspect.WHOLE_ENTRY)) {
            for (int index = 0; index < entry.items().size(); index++) {
                condemn(window, entry, index);
            }
            window.endEntry(entry);
        } else {
            for (int index = 0; index < entry.items().size(); index++) {
                if (isCondemned(entry.id(), index)) {
                    condemn(window, entry, index);
                } else {
                    tryAlone(window, entry, index);
                }
            }
            window.endEntry(entry);
            note(entry.id(), Suspect.WHOLE_ENTRY);
        }
        if (!window.isEmpty()) {
            commit(window);
        }
    }

    private void tryAlone(OpenWindow window, LogEntry entry, int index) throws Exception {
        note(entry.id(), index);
        try {
            int before = window.events().size();
            window.add(entry.id(), index, entry.items().get(index));
            for (Event event : window.events().subList(before, window.events().size())) {
                var _ = EntityDelta.fold(partition.definition(), List.of(event));
                partition.store().rehearse(event);
            }
        } catch (RuntimeException | StackOverflowError failure) {
            throw failed(failure);
        }
    }

    private void commit(OpenWindow window) throws Exception {
        List<EntityDelta> deltas;
        try {
            deltas = EntityDelta.fold(partition.definition(), window.events());
        } catch (RuntimeException failure) {
            throw failed(failure);
        }
        CommitOutcome outcome = partition.store().commit(window.commit(position.epoch(), deltas));
        switch (outcome) {
            case CommitOutcome.Committed committed -> {
                position = position.after(window.to(), window.checksum(), 1);
                suspect = null;
                reader.acknowledge(window.entries(), window.size());
            }
            case CommitOutcome.Failed failed -> throw failed(new EventFailure(failed.reason()));
            case CommitOutcome.Stopped stopped -> throw new NeedsHelp(stopped.reason());
            case CommitOutcome.RetryLater later -> throw new PartitionFailure(later.reason());
            case CommitOutcome.Fenced fenced -> throw new PartitionFailure("fenced: " + fenced.detail());
            case CommitOutcome.Unknown unknown ->
                throw new PartitionFailure("the outcome of a COMMIT is unknown: " + unknown.detail());
        }
    }

    /** Notes what is processed next, but for what went well before the note that was found: that one is to be kept. */
    private void note(EntryId entry, int index) throws Exception {
        Suspect found = suspect;
        if (found != null) {
            int order = entry.compareTo(found.entry());
            if (order < 0 || (order == 0 && place(index) < place(found.index()))) {
                return;
            }
            suspect = null;
        }
        if (!partition.store().noteSuspect(position.epoch(), entry, index)) {
            throw new PartitionFailure("fenced: another incarnation has started");
        }
    }

    private static int place(int index) {
        return index == Suspect.WHOLE_ENTRY ? Integer.MAX_VALUE : index;
    }

    private boolean isCondemned(EntryId entry, int index) {
        Suspect found = suspect;
        return found != null
                && found.entry().equals(entry)
                && found.index() == index
                && found.failures() >= partition.settings().maxAttempts();
    }

    private void condemn(OpenWindow window, LogEntry entry, int index) {
        Suspect found = suspect;
        int failures = found == null ? 0 : found.failures();
        String said = found == null ? null : found.reason();
        ReasonClass reasonClass = said == null ? ReasonClass.KILLED : ReasonClass.FAILED;
        String what = (said == null ? "killed the process " : "failed ") + failures + " times";
        String reason = said == null ? what : what + ": " + said;
        try (var _ = partition.logFields().window(window.number())) {
            // why it failed may quote it: the letter says so, the log does not
            log.error("{}: event {} of entry {} becomes a dead letter: it {}", partition, index, entry.id(), what);
        }
        window.condemn(entry.id(), index, entry.items().get(index), reason, reasonClass);
    }

    private Failed failed(Throwable failure) throws Exception {
        String reason = failure.getMessage() == null ? failure.toString() : failure.getMessage();
        partition.store().noteReason(position.epoch(), reason);
        return new Failed(Failures.describe(failure), failure);
    }
}
