package io.weir.http;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.weir.definition.Field;
import io.weir.definition.FieldValues;
import io.weir.definition.StreamDefinition;
import io.weir.event.FixedValue;
import io.weir.settings.AccessSettings;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.AttributeKey;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.jspecify.annotations.Nullable;

/**
 * Lets only those who show a key of a stream send its events and read its counts. With no key set there is nothing to show.
 */
public final class StreamAccess {
    /** What the events of a request must hold, on account of its key. */
    record Fixed(List<FixedValue> values) {}

    /** What a request reads that names no entity: all of them. No entity is called so, for none can be. */
    private static final String EVERY_ENTITY = "\0";

    private static final AttributeKey<Fixed> FIXED = AttributeKey.create("weir-fixed-values", Fixed.class);
    private static final HttpHeader CHALLENGE = RawHeader.create("WWW-Authenticate", "Bearer realm=\"weir\"");
    private static final HttpHeader CHALLENGE_UNKNOWN =
            RawHeader.create("WWW-Authenticate", "Bearer realm=\"weir\", error=\"invalid_token\"");

    private final AccessSettings settings;
    private final AccessKeys keys;
    private final Map<String, StreamDefinition> streams = new HashMap<>();
    private final Map<String, IngestMetrics> metrics = new HashMap<>();
    private final Map<String, Counter> requests = new HashMap<>();

    /**
     * Checks the settings against the streams, before anything is started.
     *
     * @throws io.weir.settings.SettingsException when they don't fit
     */
    public static void check(AccessSettings settings, List<StreamDefinition> definitions) {
        var _ = AccessKeys.of(settings, definitions);
    }

    public StreamAccess(AccessSettings settings, List<StreamDefinition> definitions, MeterRegistry meters) {
        this.settings = settings;
        this.keys = AccessKeys.of(settings, definitions);
        for (StreamDefinition definition : definitions) {
            if (!settings.publicStreams().contains(definition.name())) {
                streams.put(definition.name(), definition);
                metrics.put(definition.name(), new IngestMetrics(definition.name(), meters));
            }
        }
        for (AccessSettings.Key key : settings.keys()) {
            requests.put(
                    key.name(),
                    Counter.builder("weir.access.requests")
                            .description("Requests that showed a key and were let in")
                            .tag("key", key.name())
                            .register(meters));
        }
    }

    /** Puts itself before the routes of the streams, and says what browsers are told. */
    public void addTo(Routes.Builder routes) {
        Set<String> origins = new HashSet<>(settings.corsOrigins());
        settings.keys().forEach(key -> origins.addAll(key.origins()));
        routes.browsers(
                new SecurityHeaders(settings.strictTransportSecurity()),
                origins.isEmpty() ? null : new Cors(origins, settings.corsMaxAge()));
        if (settings.keys().isEmpty()) {
            return;
        }
        for (StreamDefinition definition : streams.values()) {
            String path = definition.ingest().path();
            routes.guardPath(
                    IngestRoutes.genericPath(definition),
                    handler -> (request, variables) -> handle(request, variables, handler, definition, null));
            if (path != null) {
                boolean entity = definition.ingest().isEntityPath();
                routes.guardPath(
                        path,
                        handler -> (request, variables) ->
                                handle(request, variables, handler, definition, entity ? variables.getFirst() : null));
            }
        }
        for (String path : List.of(CounterHandler.PATH, SeriesHandler.PATH, LiveHandler.PATH)) {
            routes.guardPath(
                    path,
                    handler -> (request, variables) ->
                            handle(request, variables, handler, streams.get(variables.get(0)), variables.get(1)));
        }
        routes.guardPath(
                TopHandler.PATH,
                handler -> (request, variables) ->
                        handle(request, variables, handler, streams.get(variables.getFirst()), EVERY_ENTITY));
        routes.guardPath(BadgeHandler.PATH, handler -> (request, variables) -> {
            StreamDefinition stream = streams.get(variables.get(0));
            HttpRequest marked = stream == null ? request : request.addAttribute(BadgeHandler.PRIVATE, true);
            return handle(marked, variables, handler, stream, BadgeHandler.entity(variables.get(1)));
        });
        routes.guardPath(PixelHandler.PATH, handler -> (request, variables) -> {
            String stream = RawQuery.first(request, PixelHandler.STREAM);
            return handle(request, variables, handler, stream == null ? null : streams.get(stream), null);
        });
    }

    /** What each event of a request that was let in must hold. */
    static List<FixedValue> fixed(HttpRequest request) {
        return request.getAttribute(FIXED).map(Fixed::values).orElse(List.of());
    }

    /**
     * @param stream null when the request names none that needs a key; the route says what is wrong with it
     * @param entity what a path names; null when it reads no counts
     */
    private CompletionStage<HttpResponse> handle(
            HttpRequest request,
            List<String> variables,
            RequestHandler handler,
            @Nullable StreamDefinition stream,
            @Nullable String entity) {
        if (stream == null) {
            return handler.handle(request, variables);
        }
        AccessKeys.Key key;
        try {
            key = permitted(request, stream, entity);
        } catch (Refusal refusal) {
            return CompletableFuture.completedFuture(refused(refusal, stream));
        }
        Counter counter = requests.get(key.name());
        if (counter != null) {
            counter.increment();
        }
        List<FixedValue> fixed = key.streams().getOrDefault(stream.name(), List.of());
        return handler.handle(fixed.isEmpty() ? request : request.addAttribute(FIXED, new Fixed(fixed)), variables);
    }

    private AccessKeys.Key permitted(HttpRequest request, StreamDefinition stream, @Nullable String entity) {
        String shown = shown(request);
        if (shown == null) {
            throw new Refusal(
                    RefusalReason.KEY_REQUIRED,
                    "stream " + stream.name()
                            + " takes requests with a key: \"Authorization: Bearer …\", X-Weir-Key, or key in the"
                            + " query");
        }
        AccessKeys.Key key = keys.find(shown);
        if (key == null) {
            throw new Refusal(RefusalReason.KEY_UNKNOWN, "the key that was sent is none of this server's");
        }
        List<FixedValue> fixed = key.streams().get(stream.name());
        if (fixed == null) {
            throw new Refusal(RefusalReason.NOT_PERMITTED, "the key " + key.name() + " is not for " + stream.name());
        }
        if (!key.origins().isEmpty()) {
            checkOrigin(request, key);
        }
        if (!fixed.isEmpty() && entity != null && !request.method().name().equals("POST")) {
            checkEntity(stream, entity, key, fixed);
        }
        return key;
    }

    private static void checkOrigin(HttpRequest request, AccessKeys.Key key) {
        String origin = RequestHeaders.first(request, "origin");
        if (origin != null && !key.origins().contains(origin.toLowerCase(Locale.ROOT))) {
            throw new Refusal(
                    RefusalReason.ORIGIN_NOT_ALLOWED,
                    "the key " + key.name() + " is not for pages of this origin; add it to weir.access.keys."
                            + key.name() + ".origins",
                    -1,
                    "Origin");
        }
    }

    /** Who speaks for one project reads no other's counts, nor any of which nobody can tell whose they are. */
    private static void checkEntity(StreamDefinition stream, String text, AccessKeys.Key key, List<FixedValue> fixed) {
        Field entity = stream.entity();
        for (FixedValue value : fixed) {
            if (entity != null
                    && value.field().index() == entity.index()
                    && value.value().equals(FieldValues.parse(entity.type(), text))) {
                return;
            }
        }
        throw new Refusal(
                RefusalReason.NOT_PERMITTED,
                "the key " + key.name() + " reads only counts of what it belongs to",
                -1,
                entity == null ? null : entity.name());
    }

    private HttpResponse refused(Refusal refusal, StreamDefinition stream) {
        IngestMetrics counted = metrics.get(stream.name());
        if (counted != null) {
            counted.refused(refusal.reason());
        }
        Problem problem = Problem.of(refusal.reason(), refusal.detail());
        if (refusal.field() != null) {
            problem.with("field", refusal.field());
        }
        HttpResponse response = problem.response();
        return switch (refusal.reason()) {
            case KEY_REQUIRED -> response.addHeader(CHALLENGE);
            case KEY_UNKNOWN -> response.addHeader(CHALLENGE_UNKNOWN);
            default -> response;
        };
    }

    /** The key of a request: the first that it shows of the three ways. */
    private static @Nullable String shown(HttpRequest request) {
        String bearer = RequestHeaders.first(request, "authorization");
        if (bearer != null && bearer.regionMatches(true, 0, "Bearer ", 0, 7)) {
            return bearer.substring(7).strip();
        }
        String own = RequestHeaders.first(request, "x-weir-key");
        return own == null ? RawQuery.first(request, PixelHandler.KEY) : own;
    }
}
