package io.weir.http;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.micrometer.core.instrument.MeterRegistry;
import io.weir.definition.BodyForm;
import io.weir.definition.Field;
import io.weir.definition.FieldType;
import io.weir.definition.StreamDefinition;
import io.weir.event.EventReader;
import io.weir.event.InvalidEventException;
import io.weir.event.ValueText;
import io.weir.live.CommittedCounts;
import io.weir.live.LiveCounts;
import io.weir.live.Partitions;
import io.weir.log.EventLog;
import io.weir.log.RoutedAppend;
import io.weir.logging.FailureText;
import io.weir.settings.HttpSettings;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.jspecify.annotations.Nullable;

/**
 * A stream whose path names the entity, as {@code POST /api/stories/{storyId}/view}: takes one event of it, whose body may
 * be empty, and answers whether it counts and what the count is with it.
 */
final class ViewHandlers {
    private final StreamDefinition definition;
    private final Field entity;
    private final EventReader reader;
    private final BodyReader bodies;
    private final EventIntake intake;
    private final Commits commits;
    private final Counts counts;
    private final CommittedCounts committedCounts;
    private final EventLog log;
    private final IngestMetrics metrics;
    private final int maxKeyLength;
    private final HttpHeader retryAfter;
    /** Where among the counters the answer's count stands. */
    private final int counter;

    private final int column;

    ViewHandlers(
            StreamDefinition definition,
            EventDecoder decoder,
            EventLog log,
            Partitions partitions,
            CommittedCounts committedCounts,
            HttpSettings settings,
            MeterRegistry metrics,
            InstantSource clock,
            ActorSystem<?> system) {
        this.definition = definition;
        this.entity = Objects.requireNonNull(definition.entity());
        this.reader = new EventReader(definition);
        this.bodies = new BodyReader(system, settings);
        this.metrics = new IngestMetrics(definition.name(), metrics);
        this.intake = new EventIntake(definition, decoder, log, settings, this.metrics, clock);
        this.commits = new Commits(partitions, system, settings.commitTimeout());
        this.counts = new Counts(partitions, system, settings.countTimeout());
        this.committedCounts = committedCounts;
        this.log = log;
        this.maxKeyLength = settings.maxIdempotencyKeyLength();
        this.retryAfter = Problem.retryAfter(settings.retryAfter());
        int found = 0;
        while (definition.counters().get(found).countColumn() < 0) {
            found++;
        }
        this.counter = found;
        this.column = definition.counters().get(found).countColumn();
    }

    /** Takes an event. */
    CompletionStage<HttpResponse> post(HttpRequest request, List<String> variables) {
        long startedNanos = System.nanoTime();
        CompletionStage<HttpResponse> answer;
        boolean waits = false;
        try {
            Object viewed = parse(variables.getFirst());
            IngestOptions options = IngestOptions.of(request, maxKeyLength);
            waits = options.waitForCommit();
            answer = bodies.read(request.entity(), options, metrics)
                    .thenCompose(body -> intake.leaveOut(request)
                            ? current(viewed).thenApply(found -> viewed(false, found))
                            : intake.take(withEntity(body, viewed), BodyForm.OBJECT, request, options)
                                    .thenCompose(taken -> answer(viewed, taken, options)));
        } catch (RuntimeException failure) {
            answer = CompletableFuture.failedFuture(failure);
        }
        boolean waited = waits;
        return answer.handle((response, failure) -> {
            metrics.answered(startedNanos, waited);
            return failure == null ? response : intake.refused(FailureText.cause(failure));
        });
    }

    /** Tells the count. */
    CompletionStage<HttpResponse> get(HttpRequest request, List<String> variables) {
        Object viewed;
        try {
            viewed = parse(variables.getFirst());
        } catch (Refusal refusal) {
            return CompletableFuture.completedFuture(intake.refused(refusal));
        }
        return current(viewed).thenApply(found -> switch (found) {
            case LiveCounts.Found values ->
                IngestAnswers.json(
                        200,
                        new JsonObject()
                                .with("success", true)
                                .with("viewCount", count(values))
                                .toString());
            case LiveCounts.Unavailable unavailable ->
                Problem.of(RefusalReason.UNAVAILABLE, unavailable.reason())
                        .response()
                        .addHeader(retryAfter);
        });
    }

    private CompletionStage<HttpResponse> answer(Object viewed, EventIntake.Taken taken, IngestOptions options) {
        if (taken.events() == 0) {
            return CompletableFuture.completedFuture(IngestAnswers.taken(0, taken.invalid(), options));
        }
        RoutedAppend.Appended place = taken.places().getFirst();
        CompletionStage<Boolean> committed = options.waitForCommit()
                ? commits.await(definition.name(), taken.places())
                : CompletableFuture.completedFuture(true);
        return committed.thenCompose(done -> {
            if (!done) {
                metrics.notSeenCommitted();
                return CompletableFuture.completedFuture(IngestAnswers.notYetCommitted(1, 0, options));
            }
            CompletionStage<LiveCounts> found = place.entry().equals(EventLog.WRITTEN)
                    ? committedCounts.sinceWritten(definition, viewed)
                    : counts.of(definition, viewed, place);
            return found.thenApply(values -> viewed(place.repeated() == 0, values));
        });
    }

    /** Of a partition that reads nothing, what the database holds is all there is. */
    private CompletionStage<LiveCounts> current(Object viewed) {
        return definition.ingest().redis() && log.isConnected()
                ? counts.of(definition, viewed)
                : committedCounts.of(definition, viewed);
    }

    /** The event is taken whether its count is known at this moment or not. */
    private HttpResponse viewed(boolean isFirst, LiveCounts found) {
        JsonObject json = new JsonObject().with("success", true).with("isFirstView", isFirst);
        return IngestAnswers.json(
                200,
                (found instanceof LiveCounts.Found values
                                ? json.with("viewCount", count(values))
                                : json.with("viewCount", (String) null))
                        .toString());
    }

    private long count(LiveCounts.Found found) {
        return number(found.committed()[counter][column]) + number(found.pending()[counter][column]);
    }

    private static long number(@Nullable Object value) {
        return value instanceof Long number ? number : 0;
    }

    private Object parse(String segment) {
        try {
            return reader.parseEntity(segment);
        } catch (InvalidEventException invalid) {
            throw new Refusal(
                    RefusalReason.INVALID_PARAMETER, entity.name() + " " + invalid.reason(), -1, entity.name());
        }
    }

    /** The body with the path's entity as its first member; one that names an entity itself names it twice. */
    private byte[] withEntity(byte[] body, Object viewed) {
        String text = ValueText.of(entity.type(), viewed);
        StringBuilder event = new StringBuilder("{\"").append(entity.name()).append("\":");
        if (entity.type() == FieldType.LONG) {
            event.append(text);
        } else {
            event.append('"');
            JsonStringEncoder.getInstance().quoteAsString(text, event);
            event.append('"');
        }
        int open = next(body, 0);
        if (open == body.length) {
            return event.append('}').toString().getBytes(StandardCharsets.UTF_8);
        }
        if (body[open] != '{') {
            throw new Refusal(RefusalReason.MALFORMED, "the body must be an object, or empty");
        }
        int first = next(body, open + 1);
        event.append(first < body.length && body[first] == '}' ? "" : ",");
        byte[] start = event.toString().getBytes(StandardCharsets.UTF_8);
        byte[] whole = new byte[start.length + body.length - open - 1];
        System.arraycopy(start, 0, whole, 0, start.length);
        System.arraycopy(body, open + 1, whole, start.length, body.length - open - 1);
        return whole;
    }

    /** Where the next byte is that is no space. */
    private static int next(byte[] body, int from) {
        int at = from;
        while (at < body.length && (body[at] == ' ' || body[at] == '\t' || body[at] == '\n' || body[at] == '\r')) {
            at++;
        }
        return at;
    }
}
