package io.weir.http;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.weir.definition.StreamDefinition;
import io.weir.live.LiveCounts;
import io.weir.settings.HttpSettings;
import io.weir.settings.QuerySettings;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.NotUsed;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.SharedKillSwitch;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Tells an entity's counts, and tells them again whenever they change, as server-sent events:
 * {@code GET /api/v1/live/{stream}/{entity...}}.
 */
final class LiveHandler implements RequestHandler {
    static final String PATH = "/api/v1/live/{stream}/{entity...}";

    private static final ContentType EVENTS = ContentTypes.parse("text/event-stream; charset=UTF-8");
    private static final ByteString HEARTBEAT = ByteString.fromString(":\n\n");

    private final CountedStreams streams;
    private final Counts counts;
    private final QuerySettings settings;
    private final HttpHeader retryAfter;
    private final SharedKillSwitch stop;
    private final AtomicInteger listeners = new AtomicInteger();
    private final Counter refused;

    /**
     * Prepares to tell.
     *
     * @param stop ends all that listen, so that a stop does not wait for them
     */
    LiveHandler(
            CountedStreams streams,
            Counts counts,
            QuerySettings settings,
            HttpSettings http,
            SharedKillSwitch stop,
            MeterRegistry meters) {
        this.streams = streams;
        this.counts = counts;
        this.settings = settings;
        this.stop = stop;
        this.retryAfter = Problem.retryAfter(http.retryAfter());
        this.refused = Counter.builder("weir.live.refused")
                .description("Listeners that were refused, for there were as many as may be")
                .register(meters);
        Gauge.builder("weir.live.listeners", listeners, AtomicInteger::get)
                .description("Who is told of live counts now")
                .register(meters);
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
        if (listeners.get() >= settings.maxListeners()) {
            refused.increment();
            return CompletableFuture.completedFuture(
                    Problem.of(RefusalReason.CONCURRENCY, "as many listeners as may be are told of counts already")
                            .response()
                            .addHeader(retryAfter));
        }
        Source<ByteString, ?> events = Source.lazySource(() -> open(definition, entity, variables.get(1)));
        return CompletableFuture.completedFuture(HttpResponse.create().withEntity(HttpEntities.create(EVENTS, events)));
    }

    /** Counts a listener only once it is read: an answer to HEAD never is, and would never be given back. */
    private Source<ByteString, NotUsed> open(StreamDefinition definition, Object entity, String text) {
        if (listeners.incrementAndGet() > settings.maxListeners()) {
            listeners.decrementAndGet();
            refused.increment();
            return Source.empty();
        }
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
                .keepAlive(settings.liveHeartbeat(), () -> HEARTBEAT)
                .via(stop.flow())
                .watchTermination((tick, ended) -> {
                    var _ = ended.whenComplete((done, failure) -> listeners.decrementAndGet());
                    return NotUsed.getInstance();
                });
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
