package io.weir.http;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.weir.logging.FailureText;
import io.weir.query.QueryFailure;
import io.weir.settings.HttpSettings;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** Asks questions of one kind on threads that may block, as many at once as there are, and counts how that went. */
final class QueryCalls {
    /** Why a question had no answer. */
    private enum Outcome {
        FULL,
        TOO_SLOW,
        UNAVAILABLE
    }

    private final String kind;
    private final Executor executor;
    private final HttpHeader retryAfter;
    private final MeterRegistry meters;
    private final Timer timer;

    /**
     * Prepares to ask.
     *
     * @param kind what the metrics call it
     * @param executor refuses what it has no room for
     */
    QueryCalls(String kind, Executor executor, HttpSettings settings, MeterRegistry meters) {
        this.kind = kind;
        this.executor = executor;
        this.retryAfter = Problem.retryAfter(settings.retryAfter());
        this.meters = meters;
        this.timer = Timer.builder("weir.query.answer")
                .description("From a question about rollups to its answer")
                .tag("kind", kind)
                .serviceLevelObjectives(IngestMetrics.BUCKETS)
                .register(meters);
        for (Outcome outcome : Outcome.values()) {
            counter(outcome);
        }
    }

    /** The answer to a question, or why there is none. Never fails but for a defect. */
    CompletionStage<HttpResponse> call(Supplier<HttpResponse> question) {
        Timer.Sample sample = Timer.start(meters);
        try {
            return CompletableFuture.supplyAsync(question, executor)
                    .exceptionally(failure -> unanswered(FailureText.cause(failure)))
                    .whenComplete((response, failure) -> sample.stop(timer));
        } catch (RejectedExecutionException full) {
            counter(Outcome.FULL).increment();
            return CompletableFuture.completedFuture(
                    Problem.of(RefusalReason.CONCURRENCY, "as many questions as this server takes wait already")
                            .response()
                            .addHeader(retryAfter));
        }
    }

    private HttpResponse unanswered(Throwable cause) {
        return switch (cause) {
            case QueryFailure failure -> unanswered(failure);
            case RuntimeException defect -> throw defect;
            default -> throw new IllegalStateException(cause);
        };
    }

    private HttpResponse unanswered(QueryFailure failure) {
        return switch (failure.reason()) {
            case TOO_SLOW -> {
                counter(Outcome.TOO_SLOW).increment();
                // no Retry-After: it would take as long again
                yield Problem.of(
                                RefusalReason.UNAVAILABLE,
                                failure.getMessage() + "; ask for a shorter range, or one that begins and ends with a"
                                        + " day, or raise weir.queries.statement-timeout")
                        .response();
            }
            case UNAVAILABLE -> {
                counter(Outcome.UNAVAILABLE).increment();
                yield Problem.of(RefusalReason.UNAVAILABLE, String.valueOf(failure.getMessage()))
                        .response()
                        .addHeader(retryAfter);
            }
        };
    }

    private Counter counter(Outcome outcome) {
        return Counter.builder("weir.query.unanswered")
                .description("Questions about rollups that got no answer")
                .tag("kind", kind)
                .tag("reason", outcome.name().toLowerCase(Locale.ROOT))
                .register(meters);
    }
}
