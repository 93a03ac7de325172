package io.weir.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.weir.link.LinkCodes;
import io.weir.link.LinkResolver;
import io.weir.link.Target;
import io.weir.settings.HttpSettings;
import io.weir.settings.LinkSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.jspecify.annotations.Nullable;

/**
 * Answers {@code GET /{code}} with a redirect, and hands the click on once the answer is made. A HEAD request and one that a
 * browser sends ahead of a click (Sec-Purpose: prefetch, and what came before it) are answered and are no clicks.
 */
public final class RedirectHandler implements RequestHandler {
    /** Where it is served, after everything else. */
    public static final String PATH = "/{code}";

    private static final List<String> PURPOSE_HEADERS = List.of("sec-purpose", "purpose", "x-purpose", "x-moz");

    private final LinkResolver links;
    private final @Nullable ClickRecorder clicks;
    private final HttpResponse redirect;
    private final HttpHeader cacheControl;
    private final HttpHeader retryAfter;
    private final Timer found;
    private final Timer absent;
    private final Timer expired;
    private final Timer unavailable;

    /**
     * The redirects.
     *
     * @param clicks null when clicks are not recorded
     */
    public RedirectHandler(
            LinkResolver links,
            @Nullable ClickRecorder clicks,
            LinkSettings settings,
            HttpSettings http,
            MeterRegistry metrics) {
        this.links = links;
        this.clicks = clicks;
        this.cacheControl = RawHeader.create("Cache-Control", settings.cacheControl());
        List<HttpHeader> headers = new ArrayList<>(List.of(cacheControl));
        String referrerPolicy = settings.referrerPolicy();
        if (referrerPolicy != null) {
            headers.add(RawHeader.create("Referrer-Policy", referrerPolicy));
        }
        this.redirect = HttpResponse.create().withStatus(302).withHeaders(headers);
        this.retryAfter = Problem.retryAfter(http.retryAfter());
        this.found = timer(metrics, "found");
        this.absent = timer(metrics, "absent");
        this.expired = timer(metrics, "expired");
        this.unavailable = timer(metrics, "unavailable");
    }

    private static Timer timer(MeterRegistry metrics, String answer) {
        return Timer.builder("weir.link.redirect")
                .description("From a redirect's request to its answer")
                .tag("answer", answer)
                .serviceLevelObjectives(IngestMetrics.BUCKETS)
                .register(metrics);
    }

    @Override
    public CompletionStage<HttpResponse> handle(HttpRequest request, List<String> variables) {
        String code = variables.getFirst();
        if (!LinkCodes.isCode(code)) {
            return CompletableFuture.completedFuture(Problem.of(
                            404,
                            "Not Found",
                            "nothing is served at " + request.getUri().path())
                    .response());
        }
        long startedNanos = System.nanoTime();
        return links.resolve(code).thenApply(resolution -> answer(request, code, resolution, startedNanos));
    }

    private HttpResponse answer(
            HttpRequest request, String code, LinkResolver.Resolution resolution, long startedNanos) {
        long nowMillis = System.currentTimeMillis();
        return switch (resolution) {
            case LinkResolver.Found(Target target) -> {
                if (target.isExpired(nowMillis)) {
                    yield timed(expired, startedNanos, problem(410, "Gone", "the link " + code + " has expired"));
                }
                HttpResponse response = redirect.addHeader(RawHeader.create("Location", target.url()));
                if (clicks != null && isClick(request)) {
                    clicks.record(request, code, target.url(), nowMillis);
                }
                yield timed(found, startedNanos, response);
            }
            case LinkResolver.Absent() ->
                timed(absent, startedNanos, problem(404, "Not Found", "there is no link " + code));
            case LinkResolver.Unavailable(String reason) ->
                timed(
                        unavailable,
                        startedNanos,
                        Problem.of(RefusalReason.UNAVAILABLE, reason)
                                .response()
                                .addHeader(cacheControl)
                                .addHeader(retryAfter));
        };
    }

    /** What is not there today may be there tomorrow, so this is kept by nobody either. */
    private HttpResponse problem(int status, String title, String detail) {
        return Problem.of(status, title, detail).response().addHeader(cacheControl);
    }

    private static HttpResponse timed(Timer timer, long startedNanos, HttpResponse response) {
        timer.record(System.nanoTime() - startedNanos, TimeUnit.NANOSECONDS);
        return response;
    }

    private static boolean isClick(HttpRequest request) {
        if (!request.method().name().equals("GET")) {
            return false;
        }
        for (HttpHeader header : request.getHeaders()) {
            if (PURPOSE_HEADERS.contains(header.lowercaseName())) {
                String purpose = header.value().toLowerCase(Locale.ROOT);
                if (purpose.contains("prefetch") || purpose.contains("preview") || purpose.contains("prerender")) {
                    return false;
                }
            }
        }
        return true;
    }
}
