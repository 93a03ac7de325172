package io.weir.http;

import io.weir.letter.LettersUnavailableException;
import io.weir.link.LinksUnavailableException;
import io.weir.log.AppendFailure;
import io.weir.logging.FailureText;
import io.weir.settings.HttpSettings;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** Runs what administrative requests ask for on threads that may block, and turns what went wrong into answers. */
final class AdminCalls {
    private final Executor executor;
    private final HttpHeader retryAfter;

    AdminCalls(ActorSystem<?> system, HttpSettings settings) {
        this.executor = system.dispatchers().lookup(DispatcherSelector.fromConfig("weir.admin-dispatcher"));
        this.retryAfter = Problem.retryAfter(settings.retryAfter());
    }

    Executor executor() {
        return executor;
    }

    /** Runs it and answers what it answers. */
    CompletionStage<HttpResponse> call(Supplier<HttpResponse> work) {
        return compose(() -> CompletableFuture.completedStage(work.get()));
    }

    /** Runs it, which may go on without a thread, and answers what it answers. */
    CompletionStage<HttpResponse> compose(Supplier<CompletionStage<HttpResponse>> work) {
        CompletionStage<HttpResponse> answer;
        try {
            answer = CompletableFuture.supplyAsync(work, executor).thenCompose(stage -> stage);
        } catch (RejectedExecutionException full) {
            return CompletableFuture.completedFuture(
                    Problem.of(RefusalReason.CONCURRENCY, "too many administrative questions wait already")
                            .response()
                            .addHeader(retryAfter));
        }
        return answer.exceptionally(failure -> answerTo(FailureText.cause(failure)));
    }

    /** The answer to a failure; throws what is a defect. */
    HttpResponse answerTo(Throwable cause) {
        return switch (cause) {
            case Refusal refusal -> {
                Problem problem = Problem.of(refusal.reason(), refusal.detail());
                if (refusal.field() != null) {
                    problem.with("field", refusal.field());
                }
                yield problem.response();
            }
            case LettersUnavailableException _, LinksUnavailableException _ ->
                Problem.of(RefusalReason.UNAVAILABLE, String.valueOf(cause.getMessage()))
                        .response()
                        .addHeader(retryAfter);
            case AppendFailure failure ->
                Problem.of(
                                failure.reason() == AppendFailure.Reason.UNKNOWN
                                        ? RefusalReason.UNKNOWN
                                        : RefusalReason.UNAVAILABLE,
                                failure.getMessage() + "; replaying it again counts it once all the same")
                        .response()
                        .addHeader(retryAfter);
            case RuntimeException defect -> throw defect;
            default -> throw new IllegalStateException(cause);
        };
    }
}
