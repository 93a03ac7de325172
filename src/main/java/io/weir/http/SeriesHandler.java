package io.weir.http;

import io.weir.query.Buckets;
import io.weir.query.RangePart;
import io.weir.query.RolledUpStream;
import io.weir.settings.QuerySettings;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** Answers an entity's course over time: {@code GET /api/v1/counters/{stream}/{entity}/series}. */
final class SeriesHandler implements RequestHandler {
    /** The route, whose variables are the stream and the entity, which is one segment. */
    static final String PATH = "/api/v1/counters/{stream}/{entity}/series";

    private static final Set<String> PARAMETERS = Set.of("measure", "from", "to", "step", "format", PixelHandler.KEY);

    private final QueryStreams streams;
    private final Buckets buckets;
    private final QueryCalls calls;
    private final QuerySettings settings;
    private final InstantSource clock;

    SeriesHandler(
            QueryStreams streams, Buckets buckets, QueryCalls calls, QuerySettings settings, InstantSource clock) {
        this.streams = streams;
        this.buckets = buckets;
        this.calls = calls;
        this.settings = settings;
        this.clock = clock;
    }

    @Override
    public CompletionStage<HttpResponse> handle(HttpRequest request, List<String> variables) {
        RolledUpStream stream = streams.find(variables.get(0));
        if (stream == null) {
            return CompletableFuture.completedFuture(streams.missing(variables.get(0)));
        }
        try {
            String entity = streams.entity(stream, variables.get(1));
            QueryParameters parameters = QueryParameters.of(request, PARAMETERS);
            QueryFormat format = QueryFormat.of(request, parameters);
            String measure = QueryRange.measure(stream, parameters);
            RangePart part = QueryRange.buckets(stream, parameters, clock.instant(), settings.maxBuckets());
            return calls.call(() -> answer(stream, entity, measure, part, format));
        } catch (Refusal refusal) {
            return CompletableFuture.completedFuture(QueryRoutes.refused(refusal));
        }
    }

    private HttpResponse answer(
            RolledUpStream stream, String entity, String measure, RangePart part, QueryFormat format) {
        String name = stream.definition().name();
        String uniques = stream.uniques();
        SeriesAnswer answer = uniques != null && QueryRange.isUniques(stream, measure)
                ? SeriesAnswer.ofSketches(part, buckets.sketches(name, uniques, entity, part))
                : SeriesAnswer.ofSums(part, buckets.values(name, measure, entity, part));
        return format.answer(
                switch (format) {
                    case JSON -> answer.json(name, entity, measure);
                    case CSV -> answer.csv();
                });
    }
}
