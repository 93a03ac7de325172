package io.weir.http;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.weir.definition.BodyForm;
import io.weir.definition.StreamDefinition;
import io.weir.log.EventLog;
import io.weir.logging.FailureText;
import io.weir.settings.HttpSettings;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.jspecify.annotations.Nullable;

/**
 * Takes an event from the address of an image: {@code GET /p.gif?stream=page-views&path=/}. For mails and for pages that run no
 * script.
 */
final class PixelHandler implements RequestHandler {
    static final String PATH = "/p.gif";
    static final String STREAM = "stream";
    static final String KEY = "key";

    /** One transparent pixel, GIF89a. */
    private static final HttpResponse GIF = HttpResponse.create()
            .withEntity(HttpEntities.create(
                    ContentTypes.parse("image/gif"),
                    Base64.getDecoder().decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==")))
            .addHeader(RawHeader.create("Cross-Origin-Resource-Policy", "cross-origin"));

    private record Source(EventIntake intake, PixelEvent event, IngestMetrics metrics, Counter notCounted) {}

    private final Map<String, Source> sources = new HashMap<>();

    PixelHandler(
            Iterable<StreamDefinition> definitions,
            Function<StreamDefinition, EventDecoder> decoders,
            EventLog log,
            HttpSettings settings,
            MeterRegistry meters,
            InstantSource clock) {
        for (StreamDefinition definition : definitions) {
            if (definition.ingest().pixel()) {
                IngestMetrics metrics = new IngestMetrics(definition.name(), meters);
                EventIntake intake =
                        new EventIntake(definition, decoders.apply(definition), log, settings, metrics, clock);
                Counter notCounted = Counter.builder("weir.pixel.not.counted")
                        .description("Requests for the pixel that nobody looked at: HEAD and prefetches")
                        .tag("stream", definition.name())
                        .register(meters);
                sources.put(definition.name(), new Source(intake, new PixelEvent(definition), metrics, notCounted));
            }
        }
    }

    @Override
    public CompletionStage<HttpResponse> handle(HttpRequest request, List<String> variables) {
        long startedNanos = System.nanoTime();
        String stream = RawQuery.first(request, STREAM);
        Source source = stream == null ? null : sources.get(stream);
        if (source == null) {
            return CompletableFuture.completedFuture(noSource(stream));
        }
        if (request.method().name().equals("HEAD") || isPrefetch(request)) {
            source.notCounted().increment();
            return CompletableFuture.completedFuture(GIF);
        }
        CompletionStage<HttpResponse> answer;
        try {
            answer = take(source, request);
        } catch (RuntimeException failure) {
            answer = CompletableFuture.failedFuture(failure);
        }
        return answer.handle((response, failure) -> {
            source.metrics().answered(startedNanos, false);
            return failure == null ? response : source.intake().refused(FailureText.cause(failure));
        });
    }

    private static CompletionStage<HttpResponse> take(Source source, HttpRequest request) {
        Map<String, String> parameters = RawQuery.parse(request);
        if (source.intake().leaveOut(request)) {
            return CompletableFuture.completedFuture(GIF);
        }
        return source.intake()
                .take(source.event().of(parameters), BodyForm.OBJECT, request, IngestOptions.NONE)
                .thenApply(taken -> GIF);
    }

    private HttpResponse noSource(@Nullable String stream) {
        String known = String.join(", ", new TreeSet<>(sources.keySet()));
        return stream == null
                ? Problem.of(RefusalReason.INVALID_PARAMETER, "stream is required: one of " + known)
                        .with("field", STREAM)
                        .response()
                : Problem.of(404, "Not Found", "there is no stream " + stream + " with ingest.pixel = true")
                        .response();
    }

    /** What a browser loads before anybody asked to see it. */
    private static boolean isPrefetch(HttpRequest request) {
        for (HttpHeader header : request.getHeaders()) {
            switch (header.lowercaseName()) {
                case "sec-purpose", "purpose", "x-moz" -> {
                    if (header.value().toLowerCase(Locale.ROOT).startsWith("prefetch")) {
                        return true;
                    }
                }
                default -> {}
            }
        }
        return false;
    }
}
