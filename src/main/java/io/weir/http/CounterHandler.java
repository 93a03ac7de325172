package io.weir.http;

import io.weir.definition.StreamDefinition;
import io.weir.event.EventReader;
import io.weir.event.InvalidEventException;
import io.weir.live.LiveCounts;
import io.weir.live.Partitions;
import io.weir.settings.HttpSettings;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** Answers an entity's counters: {@code GET /api/v1/counters/{stream}/{entity...}}. */
public final class CounterHandler implements RequestHandler {
    /** The route, whose variables are the stream and the entity. */
    public static final String PATH = "/api/v1/counters/{stream}/{entity...}";

    private record Counted(StreamDefinition definition, EventReader reader) {}

    private final Map<String, Counted> streams = new HashMap<>();
    private final Counts counts;
    private final HttpHeader retryAfter;

    public CounterHandler(
            Collection<StreamDefinition> definitions,
            Partitions partitions,
            HttpSettings settings,
            ActorSystem<?> system) {
        for (StreamDefinition definition : definitions) {
            if (definition.entity() != null && !definition.counters().isEmpty()) {
                streams.put(definition.name(), new Counted(definition, new EventReader(definition)));
            }
        }
        this.counts = new Counts(partitions, system, settings.countTimeout());
        this.retryAfter = Problem.retryAfter(settings.retryAfter());
    }

    @Override
    public CompletionStage<HttpResponse> handle(HttpRequest request, List<String> variables) {
        String stream = variables.get(0);
        String entityText = variables.get(1);
        Counted counted = streams.get(stream);
        if (counted == null) {
            return done(Problem.of(404, "Not Found", "there is no stream " + stream + " with counters")
                    .response());
        }
        StreamDefinition definition = counted.definition();
        Object entity;
        try {
            entity = counted.reader().parseEntity(entityText);
        } catch (InvalidEventException invalid) {
            String field = String.valueOf(
                    definition.entity() == null ? null : definition.entity().name());
            return done(Problem.of(400, "Invalid entity", "\"" + entityText + "\": " + invalid.getMessage())
                    .with("field", field)
                    .response());
        }
        return counts.of(definition, entity).thenApply(found -> switch (found) {
            case LiveCounts.Found values -> IngestAnswers.json(200, CounterJson.render(definition, entityText, values));
            case LiveCounts.Unavailable unavailable -> unavailable(unavailable.reason());
        });
    }

    private HttpResponse unavailable(String detail) {
        return Problem.of(RefusalReason.UNAVAILABLE, detail).response().addHeader(retryAfter);
    }

    private static CompletionStage<HttpResponse> done(HttpResponse response) {
        return CompletableFuture.completedFuture(response);
    }
}
