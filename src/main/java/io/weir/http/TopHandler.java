package io.weir.http;

import io.weir.query.Buckets;
import io.weir.query.Greatest;
import io.weir.query.RangePart;
import io.weir.query.RankedEntity;
import io.weir.query.RolledUpStream;
import io.weir.settings.QuerySettings;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** Answers the entities with the greatest sums over a range: {@code GET /api/v1/top/{stream}}. */
final class TopHandler implements RequestHandler {
    static final String PATH = "/api/v1/top/{stream}";

    private static final Set<String> PARAMETERS = Set.of("measure", "from", "to", "limit", "format", PixelHandler.KEY);
    private static final int USUAL_ENTITIES = 10;

    private final QueryStreams streams;
    private final Buckets buckets;
    private final QueryCalls calls;
    private final QuerySettings settings;
    private final InstantSource clock;

    TopHandler(QueryStreams streams, Buckets buckets, QueryCalls calls, QuerySettings settings, InstantSource clock) {
        this.streams = streams;
        this.buckets = buckets;
        this.calls = calls;
        this.settings = settings;
        this.clock = clock;
    }

    @Override
    public CompletionStage<HttpResponse> handle(HttpRequest request, List<String> variables) {
        RolledUpStream stream = streams.find(variables.getFirst());
        if (stream == null) {
            return CompletableFuture.completedFuture(streams.missing(variables.getFirst()));
        }
        try {
            QueryParameters parameters = QueryParameters.of(request, PARAMETERS);
            QueryFormat format = QueryFormat.of(request, parameters);
            String measure = QueryRange.measure(stream, parameters);
            if (QueryRange.isUniques(stream, measure)) {
                throw QueryParameters.invalid("measure", "is " + measure + ", by which no entities are sorted");
            }
            int limit =
                    parameters.limit("limit", Math.min(USUAL_ENTITIES, settings.maxEntities()), settings.maxEntities());
            List<RangePart> parts = QueryRange.parts(stream, parameters, clock.instant(), settings.maxBuckets());
            return calls.call(() -> answer(stream, measure, parts, limit, format));
        } catch (Refusal refusal) {
            return CompletableFuture.completedFuture(QueryRoutes.refused(refusal));
        }
    }

    private HttpResponse answer(
            RolledUpStream stream, String measure, List<RangePart> parts, int limit, QueryFormat format) {
        String name = stream.definition().name();
        Greatest greatest = buckets.greatest(name, measure, parts, limit);
        return format.answer(
                switch (format) {
                    case JSON -> json(name, measure, parts, greatest.entities());
                    case CSV -> csv(greatest.entities());
                });
    }

    private static String json(String stream, String measure, List<RangePart> parts, List<RankedEntity> entities) {
        return JsonText.object(json -> {
            json.writeStringField("stream", stream);
            json.writeStringField("measure", measure);
            json.writeStringField("from", parts.getFirst().from().toString());
            json.writeStringField("to", parts.getLast().to().toString());
            json.writeArrayFieldStart("entities");
            for (RankedEntity ranked : entities) {
                json.writeStartObject();
                json.writeStringField("entity", ranked.entity());
                json.writeFieldName("value");
                SeriesAnswer.number(json, ranked.value());
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    private static String csv(List<RankedEntity> entities) {
        StringBuilder csv = new StringBuilder(1024);
        QueryFormat.line(csv, List.of("entity", "value"));
        for (RankedEntity ranked : entities) {
            QueryFormat.line(csv, List.of(ranked.entity(), ranked.value().toPlainString()));
        }
        return csv.toString();
    }
}
