package io.weir.http;

import io.weir.definition.Generation;
import io.weir.definition.StreamDefinition;
import io.weir.definition.StreamLayout;
import io.weir.settings.HttpSettings;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** Tells how many partitions a stream has, and changes that. */
public final class RepartitionHandlers {
    /** What came of the wish for another number. */
    public enum Outcome {
        BEGUN,
        UNCHANGED,
        UNDER_WAY
    }

    /** Begins a change. Blocks. */
    public interface Change {
        /**
         * Begins it, if none is under way.
         *
         * @throws Unavailable when the database can't be asked
         */
        Outcome begin(StreamDefinition definition, int partitions);
    }

    /** The database could not be asked; nothing was changed, or what was asked for was. */
    public static final class Unavailable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public Unavailable(String message) {
            super(message, null, false, false);
        }
    }

    private static final Set<String> PARAMETERS = Set.of("partitions");

    private final Map<String, StreamDefinition> definitions;
    private final Change change;
    private final AdminCalls calls;
    private final HttpHeader retryAfter;

    public RepartitionHandlers(
            List<StreamDefinition> definitions, Change change, ActorSystem<?> system, HttpSettings settings) {
        this.definitions = definitions.stream().collect(Collectors.toMap(StreamDefinition::name, Function.identity()));
        this.change = change;
        this.retryAfter = Problem.retryAfter(settings.retryAfter());
        this.calls = new AdminCalls(system, settings);
    }

    /** Adds the routes. */
    public void addTo(Routes.Builder routes) {
        String path = AdminAccess.PREFIX + "streams/{stream}/partitions";
        routes.add(
                "GET",
                path,
                (request, variables) -> calls.call(() -> {
                    StreamDefinition definition = definitions.get(variables.getFirst());
                    return definition == null ? unknown(variables.getFirst()) : answer(200, definition);
                }));
        routes.add(
                "POST",
                path,
                (request, variables) -> calls.call(() -> {
                    StreamDefinition definition = definitions.get(variables.getFirst());
                    return definition == null ? unknown(variables.getFirst()) : change(definition, request);
                }));
    }

    private static HttpResponse unknown(String stream) {
        return Problem.of(404, "Not Found", "there is no stream " + stream).response();
    }

    private HttpResponse change(StreamDefinition definition, HttpRequest request) {
        QueryParameters query = QueryParameters.of(request, PARAMETERS);
        query.required("partitions");
        long partitions = query.number("partitions", 0);
        if (partitions < 1 || partitions > StreamLayout.MAX_PARTITIONS) {
            throw QueryParameters.invalid("partitions", "is not between 1 and " + StreamLayout.MAX_PARTITIONS);
        }
        try {
            return switch (change.begin(definition, Math.toIntExact(partitions))) {
                case BEGUN -> answer(202, definition);
                case UNCHANGED -> answer(200, definition);
                case UNDER_WAY ->
                    Problem.of(
                                    409,
                                    "Conflict",
                                    "another change of " + definition.name()
                                            + " is under way; ask again when it has come to its end")
                            .response();
            };
        } catch (Unavailable away) {
            return Problem.of(RefusalReason.UNAVAILABLE, String.valueOf(away.getMessage()))
                    .response()
                    .addHeader(retryAfter);
        }
    }

    private static HttpResponse answer(int status, StreamDefinition definition) {
        StreamLayout layout = definition.layout();
        Generation current = layout.current();
        Generation next = layout.next();
        List<Integer> older = layout.live().stream()
                .filter(partition -> Generation.of(partition) < current.number())
                .toList();
        JsonObject json = new JsonObject()
                .with("stream", definition.name())
                .with("state", next != null ? "changing" : older.isEmpty() ? "steady" : "retaining")
                .with("generation", current.number())
                .with("partitions", current.partitions());
        if (next != null) {
            json.with("changingTo", next.partitions());
        }
        return IngestAnswers.json(
                status,
                json.with("retained", older.size())
                        .with("stated", definition.partitions())
                        .toString());
    }
}
