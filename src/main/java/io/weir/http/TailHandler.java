package io.weir.http;

import io.weir.definition.StreamDefinition;
import io.weir.event.EventReader;
import io.weir.event.InvalidEventException;
import io.weir.log.LogTail;
import io.weir.settings.TailSettings;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.NotUsed;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** Tells a stream's events as they are accepted, as server-sent events: {@code GET /api/admin/streams/{stream}/tail}. */
public final class TailHandler implements RequestHandler {
    public static final String PATH = AdminAccess.PREFIX + "streams/{stream}/tail";

    private static final ByteString HEARTBEAT = ByteString.fromString(":\n\n");
    private static final String ENTITY = "entity";

    private record Followed(StreamDefinition definition, EventReader reader) {}

    private final Map<String, Followed> streams = new HashMap<>();
    private final Supplier<LogTail> logs;
    private final TailSettings settings;
    private final Listeners listeners;

    /**
     * Prepares to tell.
     *
     * @param logs what each listener reads, and closes when it goes
     */
    public TailHandler(
            Collection<StreamDefinition> definitions,
            Supplier<LogTail> logs,
            TailSettings settings,
            Listeners listeners) {
        definitions.forEach(
                definition -> streams.put(definition.name(), new Followed(definition, new EventReader(definition))));
        this.logs = logs;
        this.settings = settings;
        this.listeners = listeners;
    }

    @Override
    public CompletionStage<HttpResponse> handle(HttpRequest request, List<String> variables) {
        Followed stream = streams.get(variables.getFirst());
        if (stream == null) {
            return CompletableFuture.completedFuture(
                    Problem.of(404, "Not Found", "there is no stream " + variables.getFirst())
                            .response());
        }
        Object entity;
        try {
            entity = entity(stream, QueryParameters.of(request, Set.of(ENTITY)).text(ENTITY));
        } catch (Refusal refusal) {
            return CompletableFuture.completedFuture(QueryRoutes.refused(refusal));
        }
        return CompletableFuture.completedFuture(listeners.answer(() -> events(stream, entity)));
    }

    private static @Nullable Object entity(Followed stream, @Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            return stream.reader().parseEntity(text);
        } catch (InvalidEventException invalid) {
            throw QueryParameters.invalid(ENTITY, "\"" + text + "\": " + invalid.getMessage());
        }
    }

    private Source<ByteString, ?> events(Followed stream, @Nullable Object entity) {
        StreamTail tail = new StreamTail(stream.definition(), logs.get(), settings.maxEvents());
        TailText text = new TailText(stream.definition(), stream.reader(), entity, settings.maxEvents());
        // a slow reader delays the next look, which then skips what is too much
        return Source.tick(Duration.ZERO, settings.interval(), NotUsed.getInstance())
                .mapAsync(1, tick -> tail.look())
                .map(text::of)
                .filter(told -> !told.isEmpty())
                .map(ByteString::fromString)
                .keepAlive(settings.heartbeat(), () -> HEARTBEAT)
                .watchTermination((tick, ended) -> {
                    var _ = ended.whenComplete((done, failure) -> tail.close());
                    return tick;
                });
    }
}
