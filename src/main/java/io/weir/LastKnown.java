package io.weir;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What was answered last to a question that takes a while; asking for it asks anew, once at a time. Thread-safe. */
final class LastKnown<T> {
    private final Supplier<CompletionStage<T>> question;
    private final long pauseNanos;
    private final AtomicBoolean asking = new AtomicBoolean();
    private volatile long askedNanos;
    private volatile @Nullable T answer;

    LastKnown(Supplier<CompletionStage<T>> question, Duration pause) {
        this.question = question;
        this.pauseNanos = pause.toNanos();
        this.askedNanos = System.nanoTime() - pauseNanos;
    }

    /** Null while nothing was answered yet. */
    @Nullable
    T get() {
        if (System.nanoTime() - askedNanos >= pauseNanos && asking.compareAndSet(false, true)) {
            askedNanos = System.nanoTime();
            try {
                var _ = question.get().whenComplete((news, failure) -> {
                    if (failure == null) {
                        answer = news;
                    }
                    asking.set(false);
                });
            } catch (RejectedExecutionException busy) {
                asking.set(false);
            }
        }
        return answer;
    }
}
