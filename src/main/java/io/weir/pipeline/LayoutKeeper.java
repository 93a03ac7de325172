package io.weir.pipeline;

import io.weir.definition.Generation;
import io.weir.definition.StreamDefinition;
import io.weir.definition.StreamLayout;
import io.weir.log.PartitionSeals;
import io.weir.store.LayoutStore;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps what this process knows of the streams' partitions as the database has it, and begins changes. Thread-safe. */
public final class LayoutKeeper {
    private static final Logger log = LoggerFactory.getLogger(LayoutKeeper.class);
    private final List<StreamDefinition> definitions;
    private final LayoutStore store;
    private final Executor executor;
    private volatile Runnable whenChanged = LayoutKeeper::doNothing;
    /** Streams whose file says another number than it did, while another change was under way. */
    private final Set<String> postponed = new HashSet<>();

    // guarded by this
    private @Nullable CompletableFuture<Void> reading;
    private @Nullable CompletableFuture<Void> next;

    /**
     * A keeper.
     *
     * @param executor for what waits for the database
     */
    public LayoutKeeper(List<StreamDefinition> definitions, LayoutStore store, Executor executor) {
        this.definitions = List.copyOf(definitions);
        this.store = store;
        this.executor = executor;
    }

    /** Reads what there is, and begins a change where a file says another number than before. Blocks. */
    public void begin() {
        Map<String, LayoutStore.Layout> layouts = Jdbc.call(() -> {
            for (StreamDefinition definition : definitions) {
                store.begin(definition.name(), definition.partitions());
            }
            return store.read();
        });
        for (StreamDefinition definition : definitions) {
            LayoutStore.Layout layout = layouts.get(definition.name());
            if (layout != null && layout.stated() != definition.partitions()) {
                postponed.add(definition.name());
            }
            definition.layout().whenUnknown(this::refresh);
        }
        take(layouts);
        announcePostponed();
        take(Jdbc.call(store::read));
    }

    /** Has this called after each change. */
    public void whenChanged(Runnable action) {
        whenChanged = action;
    }

    /** Reads what there is now, if the database can be asked. Never fails; one reading is under way at a time. */
    public CompletionStage<Void> refresh() {
        CompletableFuture<Void> mine;
        synchronized (this) {
            if (reading != null) {
                // what is under way may have read what was there before
                next = next == null ? new CompletableFuture<>() : next;
                return next;
            }
            mine = new CompletableFuture<>();
            reading = mine;
        }
        start(mine);
        return mine;
    }

    private void start(CompletableFuture<Void> mine) {
        CompletableFuture<Void> read;
        try {
            read = CompletableFuture.runAsync(this::readNow, executor);
        } catch (RuntimeException stopping) {
            read = CompletableFuture.failedFuture(stopping);
        }
        var _ = read.whenComplete((done, problem) -> {
            if (problem != null) {
                log.debug("the layouts of the streams were not read: {}", Failures.describe(problem));
            }
            CompletableFuture<Void> following;
            synchronized (this) {
                following = next;
                next = null;
                reading = following;
            }
            mine.complete(null);
            if (following != null) {
                start(following);
            }
        });
    }

    private void readNow() {
        take(Jdbc.call(store::read));
        announcePostponed();
    }

    private void take(Map<String, LayoutStore.Layout> layouts) {
        boolean changed = false;
        for (StreamDefinition definition : definitions) {
            LayoutStore.Layout layout = layouts.get(definition.name());
            if (layout != null) {
                changed |= take(definition, layout);
            }
        }
        if (changed) {
            whenChanged.run();
        }
    }

    private boolean take(StreamDefinition definition, LayoutStore.Layout layout) {
        StreamLayout known = definition.layout();
        List<Generation> before = known.generations();
        Set<Integer> removedBefore = known.removed();
        if (before.size() > layout.generations().size()) {
            // a standby took over that lagged: Redis has closed what it still takes for open
            Generation forgotten = before.get(layout.generations().size());
            log.warn(
                    "{}: the database forgot generation {} of {} partitions; it is announced again",
                    definition.name(),
                    forgotten.number(),
                    forgotten.partitions());
            announceAgain(definition, forgotten);
            return false;
        }
        known.update(layout.generations(), layout.removed());
        if (!before.equals(layout.generations())) {
            log.info(
                    "{}: {} partitions{}",
                    definition.name(),
                    known.current().partitions(),
                    known.next() == null
                            ? ""
                            : ", changing to " + layout.newest().partitions());
        }
        return !before.equals(layout.generations()) || !removedBefore.equals(layout.removed());
    }

    private void announcePostponed() {
        for (StreamDefinition definition : definitions) {
            if (postponed.contains(definition.name())
                    && announce(definition, definition.partitions()) != LayoutStore.Announcement.UNDER_WAY) {
                log.info("{}: conf/streams states {} partitions now", definition.name(), definition.partitions());
                postponed.remove(definition.name());
            }
        }
    }

    /**
     * Begins a change to so many partitions. Blocks.
     *
     * @throws CompletionException when the database can't be asked
     */
    public LayoutStore.Announcement announce(StreamDefinition definition, int partitions) {
        return Jdbc.call(() -> store.announce(definition.name(), partitions, definition.partitions()));
    }

    /**
     * Looks whether Redis knows what the database does not: something in partitions that were removed, to which a node that
     * was frozen may have appended; and a change that a standby which lagged had not heard of, and no process remembers.
     */
    public CompletionStage<Void> lookAtLog(PartitionSeals seals) {
        CompletionStage<Void> looks = CompletableFuture.completedStage(null);
        for (StreamDefinition definition : definitions) {
            for (int partition : definition.layout().removed()) {
                looks = looks.thenCompose(done -> seals.exists(definition, partition))
                        .thenAcceptAsync(exists -> takeBack(exists, definition, partition), executor);
            }
        }
        for (StreamDefinition definition : definitions) {
            for (int partition : definition.layout().current().all()) {
                looks = looks.thenCompose(done -> seals.successor(definition, partition))
                        .thenAcceptAsync(successor -> announceForgotten(definition, successor), executor);
            }
        }
        return looks.exceptionally(problem -> {
            log.debug("the log was not looked at: {}", Failures.describe(problem));
            return null;
        });
    }

    private void announceForgotten(StreamDefinition definition, @Nullable Generation successor) {
        StreamLayout layout = definition.layout();
        if (successor != null
                && layout.next() == null
                && successor.number() == layout.current().number() + 1) {
            log.warn(
                    "{}: the database knows nothing of generation {} of {} partitions, for which Redis has closed those"
                            + " before; it is announced again",
                    definition.name(),
                    successor.number(),
                    successor.partitions());
            announceAgain(definition, successor);
            var _ = refresh();
        }
    }

    private void announceAgain(StreamDefinition definition, Generation generation) {
        Jdbc.call(() -> {
            store.announceAgain(definition.name(), generation, definition.partitions());
            return true;
        });
    }

    private void takeBack(boolean exists, StreamDefinition definition, int partition) {
        if (exists) {
            log.warn("{}/{} was removed and is in Redis again; it is drained again", definition.name(), partition);
            Jdbc.call(() -> {
                store.notRemoved(definition.name(), partition);
                return true;
            });
            var _ = refresh();
        }
    }

    private static void doNothing() {}
}
