package io.weir.link;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * Reads links from the database, one question at a time: what is asked for meanwhile goes into the next one together, so
 * that however many links no cache has, one connection is used.
 *
 * <p>While the database does not answer, one question tries it and all others fail at once. What waits is bounded by who
 * asks.
 */
final class LinkLoader {
    private static final int MAX_CODES = 500;

    private record Waiting(String code, CompletableFuture<Optional<Target>> stage) {}

    private final LinkStore store;
    private final Executor blocking;
    private final Executor completions;

    // guarded by this
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private boolean asking;
    private boolean away;

    /**
     * A loader.
     *
     * @param blocking where the database is asked
     * @param completions where it goes on with the answers
     */
    LinkLoader(LinkStore store, Executor blocking, Executor completions) {
        this.store = store;
        this.blocking = blocking;
        this.completions = completions;
    }

    /** Where a code leads, empty where there is no link; fails with {@link LinksUnavailableException}. */
    CompletionStage<Optional<Target>> load(String code) {
        Waiting added = new Waiting(code, new CompletableFuture<>());
        synchronized (this) {
            if (asking && away) {
                return CompletableFuture.failedFuture(new LinksUnavailableException("the database is away"));
            }
            waiting.add(added);
            if (asking) {
                return added.stage();
            }
            asking = true;
        }
        try {
            blocking.execute(this::askAll);
        } catch (RuntimeException stopping) {
            failed(List.of(), stopping);
        }
        return added.stage();
    }

    private void askAll() {
        for (List<Waiting> next = take(); !next.isEmpty(); next = take()) {
            try {
                Set<String> codes = new LinkedHashSet<>();
                next.forEach(one -> codes.add(one.code()));
                Map<String, Target> found = store.targets(codes);
                answered(next, found);
            } catch (RuntimeException problem) {
                failed(next, problem);
                return;
            }
        }
    }

    private synchronized List<Waiting> take() {
        List<Waiting> taken = new ArrayList<>(Math.min(MAX_CODES, waiting.size()));
        while (taken.size() < MAX_CODES && !waiting.isEmpty()) {
            taken.add(waiting.remove());
        }
        asking = !taken.isEmpty();
        return taken;
    }

    private void answered(List<Waiting> asked, Map<String, Target> found) {
        synchronized (this) {
            away = false;
        }
        completions.execute(() ->
                asked.forEach(one -> one.stage().complete(Optional.ofNullable(found.get(one.code())))));
    }

    private void failed(List<Waiting> asked, RuntimeException problem) {
        List<Waiting> all = new ArrayList<>(asked);
        synchronized (this) {
            all.addAll(waiting);
            waiting.clear();
            asking = false;
            away = true;
        }
        LinksUnavailableException unavailable = problem instanceof LinksUnavailableException known
                ? known
                : new LinksUnavailableException("the links could not be read: " + problem);
        // not on the completions' threads, which may be gone when this one is refused
        all.forEach(one -> one.stage().completeExceptionally(unavailable));
    }
}
