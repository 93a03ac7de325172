package io.weir.http;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.weir.settings.HttpSettings;
import io.weir.settings.QuerySettings;
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

    /** For what takes events or answers counts. */
    public Admission(HttpSettings settings, MeterRegistry metrics) {
        this(
                settings.maxConcurrentRequests(),
                Counter.builder("weir.http.refused")
                        .description("Requests that were refused")
                        .tag("stream", "")
                        .tag("reason", RefusalReason.CONCURRENCY.tag())
                        .register(metrics),
                "as many requests as this server answers at once are being answered; nothing was taken",
                settings);
        Gauge.builder("weir.http.concurrent", current, AtomicInteger::get)
                .description("Requests being answered now")
                .register(metrics);
    }

    private Admission(int maxConcurrentRequests, Counter refused, String problem, HttpSettings settings) {
        this.maxConcurrentRequests = maxConcurrentRequests;
        this.refused = refused;
        this.full = Problem.of(RefusalReason.CONCURRENCY, problem)
                .response()
                .addHeader(Problem.retryAfter(settings.retryAfter()));
    }

    /** For badges, which pages of strangers ask for: however many there are, events are taken. */
    static Admission ofBadges(QuerySettings settings, HttpSettings http, MeterRegistry metrics) {
        Admission badges = new Admission(
                settings.badgeMaxConcurrent(),
                Counter.builder("weir.badge.refused")
                        .description("Badges that were refused, for there were as many as may be")
                        .register(metrics),
                "as many badges as this server draws at once are being drawn",
                http);
        Gauge.builder("weir.badge.concurrent", badges.current, AtomicInteger::get)
                .description("Badges being drawn now")
                .register(metrics);
        return badges;
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
