package io.weir.ops;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Whether this process can still do its work: whatever runs in it answers a question that needs nothing but a thread. What
 * a restart would not mend, as a database that is away, must not be among it.
 */
public final class Liveness {
    private final Map<String, Supplier<? extends CompletionStage<?>>> parts;
    private final Duration timeout;

    /**
     * Builds it.
     *
     * @param parts what is asked, by name; each answers by completing
     * @param timeout after which a part counts as stuck
     */
    public Liveness(Map<String, Supplier<? extends CompletionStage<?>>> parts, Duration timeout) {
        this.parts = new LinkedHashMap<>(parts);
        this.timeout = timeout;
    }

    /** Completes within the timeout, and never fails. */
    public CompletionStage<ProbeReport> report() {
        // one after the other, though all are asked at once: nobody writes to the list beside another
        CompletableFuture<List<ProbeReport.Reason>> all = CompletableFuture.completedFuture(new ArrayList<>());
        for (Map.Entry<String, Supplier<? extends CompletionStage<?>>> part : parts.entrySet()) {
            all = all.thenCombine(ask(part.getValue()), (stuck, answered) -> {
                if (!answered) {
                    stuck.add(new ProbeReport.Reason(
                            part.getKey(), "did not answer within " + timeout.toMillis() + " ms"));
                }
                return stuck;
            });
        }
        return all.thenApply(stuck -> new ProbeReport(stuck.isEmpty() ? "alive" : "stuck", stuck));
    }

    private CompletableFuture<Boolean> ask(Supplier<? extends CompletionStage<?>> part) {
        try {
            return part.get()
                    .handle((answer, failure) -> failure == null)
                    .toCompletableFuture()
                    .completeOnTimeout(false, timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RuntimeException refused) {
            return CompletableFuture.completedFuture(false);
        }
    }
}
