package io.weir.http;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.weir.settings.HttpSettings;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** Bounds how many requests are being answered at once, over all routes that it guards; beyond it 503. */
public final class Admission {
    private final int maxConcurrentRequests;
    private final AtomicInteger current = new AtomicInteger();
    private final Counter refused;
    private final HttpResponse full;

    public Admission(HttpSettings settings, MeterRegistry metrics) {
        maxConcurrentRequests = settings.maxConcurrentRequests();
        refused = Counter.builder("weir.http.refused")
                .description("Requests that were refused")
                .tag("stream", "")
                .tag("reason", RefusalReason.CONCURRENCY.tag())
                .register(metrics);
        Gauge.builder("weir.http.concurrent", current, AtomicInteger::get)
                .description("Requests being answered now")
                .register(metrics);
        full = Problem.of(
                        RefusalReason.CONCURRENCY,
                        "as many requests as this server answers at once are being answered; nothing was taken")
                .response()
                .addHeader(Problem.retryAfter(settings.retryAfter()));
    }

    /** The handler, called only while there is room. */
    public RequestHandler guard(RequestHandler handler) {
        return (request, variables) -> {
            if (current.incrementAndGet() > maxConcurrentRequests) {
                current.decrementAndGet();
                refused.increment();
                return CompletableFuture.completedFuture(full);
            }
            CompletionStage<HttpResponse> answer;
            try {
                answer = handler.handle(request, variables);
            } catch (RuntimeException failure) {
                answer = CompletableFuture.failedFuture(failure);
            }
            return answer.whenComplete((response, failure) -> current.decrementAndGet());
        };
    }
}
