package io.weir.http;

import io.weir.definition.Aggregate;
import io.weir.definition.Counter;
import io.weir.definition.CounterColumn;
import io.weir.definition.StreamDefinition;
import io.weir.live.LiveCounts;
import io.weir.settings.HttpSettings;
import io.weir.settings.QuerySettings;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.AttributeKey;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/** Draws an entity's sum or count, live, as a picture for other pages: {@code GET /badge/{stream}/{entity}.svg}. */
final class BadgeHandler implements RequestHandler {
    /** The route, whose variables are the stream and the entity with {@value #SUFFIX}. */
    static final String PATH = "/badge/{stream}/{entity...}";
    /** A request that only who has a key may send, so that nobody in between may keep the answer for others. */
    static final AttributeKey<Boolean> PRIVATE = AttributeKey.create("weir-private", Boolean.class);

    private static final String SUFFIX = ".svg";
    private static final int MAX_LABEL = 100;
    private static final Set<String> PARAMETERS = Set.of("measure", "label", PixelHandler.KEY);
    private static final ContentType SVG =
            MediaTypes.customBinary("image", "svg+xml", true).toContentType();

    /** Where a sum or a count stands among a stream's counters. */
    private record Place(int counter, int position, CounterColumn column) {}

    private final CountedStreams streams;
    private final Counts counts;
    private final HttpHeader retryAfter;
    private final Duration maxAge;

    BadgeHandler(CountedStreams streams, Counts counts, QuerySettings settings, HttpSettings http) {
        this.streams = streams;
        this.counts = counts;
        this.maxAge = settings.badgeMaxAge();
        this.retryAfter = Problem.retryAfter(http.retryAfter());
    }

    /** The entity that a path names. */
    static String entity(String file) {
        return file.endsWith(SUFFIX) ? file.substring(0, file.length() - SUFFIX.length()) : file;
    }

    @Override
    public CompletionStage<HttpResponse> handle(HttpRequest request, List<String> variables) {
        String file = variables.get(1);
        StreamDefinition definition = streams.find(variables.get(0));
        Map<String, Place> places = definition == null ? Map.of() : places(definition);
        if (definition == null || places.isEmpty() || !file.endsWith(SUFFIX)) {
            String detail = places.isEmpty()
                    ? "there is no stream " + variables.get(0) + " with a sum or a count"
                    : "a badge's path ends with " + SUFFIX;
            return CompletableFuture.completedFuture(
                    Problem.of(404, "Not Found", detail).response());
        }
        try {
            QueryParameters parameters = QueryParameters.of(request, PARAMETERS);
            String measure = parameters.text("measure");
            Place place = measure == null ? places.values().iterator().next() : places.get(measure);
            if (place == null) {
                throw QueryParameters.invalid(
                        "measure", "is \"" + measure + "\", must be one of " + String.join(", ", places.keySet()));
            }
            String label = label(parameters, place);
            return counts.of(definition, streams.entity(definition, entity(file)))
                    .thenApply(found -> switch (found) {
                        case LiveCounts.Found values -> answer(request, label, value(place, values));
                        case LiveCounts.Unavailable unavailable ->
                            Problem.of(RefusalReason.UNAVAILABLE, unavailable.reason())
                                    .response()
                                    .addHeader(retryAfter);
                    });
        } catch (Refusal refusal) {
            return CompletableFuture.completedFuture(QueryRoutes.refused(refusal));
        }
    }

    /** Sums and counts by their columns' names, and by those with their tables' before them. */
    private static Map<String, Place> places(StreamDefinition definition) {
        Map<String, Place> places = new LinkedHashMap<>();
        for (int i = 0; i < definition.counters().size(); i++) {
            Counter counter = definition.counters().get(i);
            for (int j = 0; j < counter.columns().size(); j++) {
                CounterColumn column = counter.columns().get(j);
                if (column.aggregate() == Aggregate.SUM || column.aggregate() == Aggregate.COUNT) {
                    places.putIfAbsent(column.column(), new Place(i, j, column));
                    places.put(counter.table() + "." + column.column(), new Place(i, j, column));
                }
            }
        }
        return places;
    }

    private static String label(QueryParameters parameters, Place place) {
        String label = parameters.text("label");
        if (label != null && label.length() > MAX_LABEL) {
            throw QueryParameters.invalid("label", "must be at most " + MAX_LABEL + " characters long");
        }
        return label == null || label.isBlank() ? place.column().column().replace('_', ' ') : label;
    }

    private static String value(Place place, LiveCounts.Found values) {
        Object total = CounterJson.total(
                place.column(),
                values.committed()[place.counter()][place.position()],
                values.pending()[place.counter()][place.position()]);
        return switch (total) {
            case null -> "0";
            case Long number -> String.format(Locale.ROOT, "%,d", number);
            case BigInteger number -> String.format(Locale.ROOT, "%,d", number);
            default -> total.toString();
        };
    }

    private HttpResponse answer(HttpRequest request, String label, String value) {
        byte[] svg = BadgeSvg.render(label, value).getBytes(StandardCharsets.UTF_8);
        String tag = "\"" + HexFormat.of().formatHex(digest(svg), 0, 8) + "\"";
        String who = request.getAttribute(PRIVATE).isPresent() ? "private" : "public";
        String known = RequestHeaders.first(request, "if-none-match");
        HttpResponse answer = HttpResponse.create()
                .addHeader(RawHeader.create("Cache-Control", who + ", max-age=" + maxAge.toSeconds()))
                .addHeader(RawHeader.create("ETag", tag));
        return known != null && known.contains(tag)
                ? answer.withStatus(304)
                : answer.withEntity(HttpEntities.create(SVG, svg));
    }

    private static byte[] digest(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }
}
