package io.weir.http;

import io.weir.definition.StreamDefinition;
import io.weir.live.LiveCounts;
import io.weir.settings.QuerySettings;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.NotUsed;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Tells an entity's counts, and tells them again whenever they change, as server-sent events:
 * {@code GET /api/v1/live/{stream}/{entity...}}.
 */
final class LiveHandler implements RequestHandler {
    static final String PATH = "/api/v1/live/{stream}/{entity...}";

    private static final ByteString HEARTBEAT = ByteString.fromString(":\n\n");

    private final CountedStreams streams;
    private final Counts counts;
    private final QuerySettings settings;
    private final Listeners listeners;

    LiveHandler(CountedStreams streams, Counts counts, QuerySettings settings, Listeners listeners) {
        this.streams = streams;
        this.counts = counts;
        this.settings = settings;
        this.listeners = listeners;
    }

    @Override
    public CompletionStage<HttpResponse> handle(HttpRequest request, List<String> variables) {
        StreamDefinition definition = streams.find(variables.get(0));
        if (definition == null) {
            return CompletableFuture.completedFuture(
                    Problem.of(404, "Not Found", "there is no stream " + variables.get(0) + " with counters")
                            .response());
        }
        Object entity;
        try {
            entity = streams.entity(definition, variables.get(1));
        } catch (Refusal refusal) {
            return CompletableFuture.completedFuture(QueryRoutes.refused(refusal));
        }
        return CompletableFuture.completedFuture(listeners.answer(() -> events(definition, entity, variables.get(1))));
    }

    private Source<ByteString, ?> events(StreamDefinition definition, Object entity, String text) {
        // a slow reader delays the next look: there is nothing to keep for it
        return Source.tick(Duration.ZERO, settings.liveInterval(), NotUsed.getInstance())
                .mapAsync(1, tick -> counts.of(definition, entity))
                .<Optional<LiveCounts>, Optional<LiveCounts>>statefulMap(
                        Optional::empty,
                        (last, now) -> Pair.create(
                                Optional.of(now), isSame(last.orElse(null), now) ? Optional.empty() : Optional.of(now)),
                        last -> Optional.empty())
                .filter(Optional::isPresent)
                .map(changed -> ByteString.fromString(event(definition, text, changed.orElseThrow())))
                .keepAlive(settings.liveHeartbeat(), () -> HEARTBEAT);
    }

    private static boolean isSame(@Nullable LiveCounts last, LiveCounts now) {
        return switch (now) {
            case LiveCounts.Found found ->
                last instanceof LiveCounts.Found before
                        && Arrays.deepEquals(before.committed(), found.committed())
                        && Arrays.deepEquals(before.pending(), found.pending());
            case LiveCounts.Unavailable unavailable -> unavailable.equals(last);
        };
    }

    private static String event(StreamDefinition definition, String entity, LiveCounts counts) {
        return switch (counts) {
            case LiveCounts.Found found -> "data: " + CounterJson.render(definition, entity, found) + "\n\n";
            case LiveCounts.Unavailable unavailable ->
                "event: unavailable\ndata: " + new JsonObject().with("detail", unavailable.reason()) + "\n\n";
        };
    }
}
