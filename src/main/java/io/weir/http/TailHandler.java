package io.weir.http;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.weir.definition.StreamDefinition;
import io.weir.event.EventReader;
import io.weir.event.InvalidEventException;
import io.weir.log.LogTail;
import io.weir.settings.HttpSettings;
import io.weir.settings.TailSettings;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.apache.pekko.NotUsed;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.SharedKillSwitch;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** Tells a stream's events as they are accepted, as server-sent events: {@code GET /api/admin/streams/{stream}/tail}. */
public final class TailHandler implements RequestHandler {
    public static final String PATH = AdminAccess.PREFIX + "streams/{stream}/tail";

    private static final ContentType EVENTS = ContentTypes.parse("text/event-stream; charset=UTF-8");
    private static final ByteString HEARTBEAT = ByteString.fromString(":\n\n");
    private static final String ENTITY = "entity";

    private record Followed(StreamDefinition definition, EventReader reader) {}

    private final Map<String, Followed> streams = new HashMap<>();
    private final Supplier<LogTail> logs;
    private final TailSettings settings;
    private final HttpHeader retryAfter;
    private final SharedKillSwitch stop;
    private final AtomicInteger listeners = new AtomicInteger();
    private final Counter refused;

    /**
     * Prepares to tell.
     *
     * @param logs what each listener reads, and closes when it goes
     * @param stop ends all that listen, so that a stop does not wait for them
     */
    public TailHandler(
            Collection<StreamDefinition> definitions,
            Supplier<LogTail> logs,
            TailSettings settings,
            HttpSettings http,
            SharedKillSwitch stop,
            MeterRegistry meters) {
        definitions.forEach(
                definition -> streams.put(definition.name(), new Followed(definition, new EventReader(definition))));
        this.logs = logs;
        this.settings = settings;
        this.stop = stop;
        this.retryAfter = Problem.retryAfter(http.retryAfter());
        this.refused = Counter.builder("weir.tail.refused")
                .description("Listeners that were refused, for there were as many as may be")
                .register(meters);
        Gauge.builder("weir.tail.listeners", listeners, AtomicInteger::get)
                .description("Who follows a stream's events now")
                .register(meters);
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
        if (listeners.get() >= settings.maxListeners()) {
            refused.increment();
            return CompletableFuture.completedFuture(
                    Problem.of(RefusalReason.CONCURRENCY, "as many listeners as may be follow events already")
                            .response()
                            .addHeader(retryAfter));
        }
        Source<ByteString, ?> events = Source.lazySource(() -> open(stream, entity));
        return CompletableFuture.completedFuture(HttpResponse.create().withEntity(HttpEntities.create(EVENTS, events)));
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

    /** Counts a listener only once it is read: an answer to HEAD never is, and would never be given back. */
    private Source<ByteString, NotUsed> open(Followed stream, @Nullable Object entity) {
        if (listeners.incrementAndGet() > settings.maxListeners()) {
            listeners.decrementAndGet();
            refused.increment();
            return Source.empty();
        }
        StreamTail tail = new StreamTail(stream.definition(), logs.get(), settings.maxEvents());
        TailText text = new TailText(stream.definition(), stream.reader(), entity, settings.maxEvents());
        // a slow reader delays the next look, which then skips what is too much
        return Source.tick(Duration.ZERO, settings.interval(), NotUsed.getInstance())
                .mapAsync(1, tick -> tail.look())
                .map(text::of)
                .filter(told -> !told.isEmpty())
                .map(ByteString::fromString)
                .keepAlive(settings.heartbeat(), () -> HEARTBEAT)
                .via(stop.flow())
                .watchTermination((tick, ended) -> {
                    var _ = ended.whenComplete((done, failure) -> {
                        listeners.decrementAndGet();
                        tail.close();
                    });
                    return NotUsed.getInstance();
                });
    }
}
