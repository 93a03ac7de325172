package io.weir.link;

import io.weir.link.LinkResolver.Resolution;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** One code that is being looked for outside of this process, for all who ask for it meanwhile. Thread-safe. */
final class LinkLookup {
    private final long beganNanos;
    private final CompletableFuture<Resolution> answer = new CompletableFuture<>();
    private final CompletableFuture<Resolution> soon = new CompletableFuture<>();

    LinkLookup(long beganNanos) {
        this.beganNanos = beganNanos;
    }

    long beganNanos() {
        return beganNanos;
    }

    /** What came of it, for those who have nothing to fall back on. */
    CompletionStage<Resolution> answer() {
        return answer;
    }

    /** The same, or that it is late, for those who have. */
    CompletionStage<Resolution> soon() {
        return soon;
    }

    /** Answers all who wait, unless they were answered. */
    void end(Resolution resolution) {
        answer.complete(resolution);
        soon.complete(resolution);
    }

    /** Answers those who have something to fall back on. */
    void late(Resolution resolution) {
        soon.complete(resolution);
    }

    boolean hasEnded() {
        return answer.isDone();
    }
}
