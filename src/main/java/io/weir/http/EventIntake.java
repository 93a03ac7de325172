package io.weir.http;

import io.weir.definition.BodyForm;
import io.weir.definition.StreamDefinition;
import io.weir.event.DecodeRequest;
import io.weir.event.DecodeResult;
import io.weir.event.FixedValue;
import io.weir.event.InvalidEvent;
import io.weir.log.AppendFailure;
import io.weir.log.EventLog;
import io.weir.log.RoutedAppend;
import io.weir.settings.HttpSettings;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.jspecify.annotations.Nullable;

/** Decodes bodies into events of one stream and appends them to the log, whatever is then answered. */
final class EventIntake {
    /**
     * What a request brought.
     *
     * @param events how many were taken
     * @param invalid those that are kept as dead letters
     * @param places where all of them are
     */
    record Taken(int events, List<InvalidEvent> invalid, List<RoutedAppend.Appended> places) {}

    /** What a body may be packed as (RFC 9110, 12.5.3). */
    private static final HttpHeader ACCEPT_ENCODING = RawHeader.create("Accept-Encoding", "gzip, identity");

    private final EventDecoder decoder;
    private final PartitionedAppend append;
    private final Visitors visitors;
    private final Senders senders;
    private final PrivacySignals privacySignals;
    private final IngestMetrics metrics;
    private final InstantSource clock;
    private final HttpHeader retryAfter;
    private volatile boolean ready;
    private final @Nullable String error;

    EventIntake(
            StreamDefinition definition,
            EventDecoder decoder,
            EventLog log,
            HttpSettings settings,
            IngestMetrics metrics,
            InstantSource clock) {
        this.decoder = decoder;
        this.append = new PartitionedAppend(definition, log);
        this.visitors = new Visitors(definition, settings);
        this.senders = new Senders(definition, settings);
        this.privacySignals = new PrivacySignals(definition, metrics);
        this.metrics = metrics;
        this.clock = clock;
        this.retryAfter = Problem.retryAfter(settings.retryAfter());
        this.error = definition.ingest().error();
    }

    /** Whether nothing of the request is to be kept, as who sends it asks. */
    boolean leaveOut(HttpRequest request) {
        return privacySignals.leaveOut(request);
    }

    /**
     * Takes a body's events.
     *
     * @throws Refusal when nothing of it can be taken
     */
    CompletionStage<Taken> take(byte[] body, BodyForm form, HttpRequest request, IngestOptions options) {
        if (!ready) {
            CompletableFuture<Void> first = decoder.ready().toCompletableFuture();
            if (!first.isDone()) {
                return first.thenCompose(nothing -> takeNow(body, form, request, options));
            }
            first.join();
            ready = true;
        }
        return takeNow(body, form, request, options);
    }

    private CompletionStage<Taken> takeNow(byte[] body, BodyForm form, HttpRequest request, IngestOptions options) {
        List<FixedValue> fixed = StreamAccess.fixed(request);
        if (!fixed.isEmpty() && options.keepInvalid()) {
            // a dead letter may say what its sender may not
            throw QueryParameters.invalid("on-invalid", "is not for a key that belongs to something");
        }
        DecodeRequest decodeRequest = new DecodeRequest(
                body,
                form,
                nowMicros(),
                options.idempotencyKey(),
                options.firstIndex(),
                visitors.of(request),
                senders.of(request),
                options.keepInvalid(),
                fixed);
        return switch (decoder.decode(decodeRequest)) {
            case DecodeResult.Refused refused -> throw refusal(refused);
            case DecodeResult.Decoded decoded -> {
                InvalidEvent invalid = DecodeResult.firstInvalid(decoded);
                if (invalid != null && !options.keepInvalid()) {
                    throw new Refusal(RefusalReason.INVALID_EVENT, invalid.reason(), invalid.index(), invalid.field());
                }
                yield append.append(decoded.accepted(), decoded.invalid()).thenApply(places -> {
                    int events = decoded.accepted().size();
                    metrics.taken(events, decoded.invalid().size());
                    return new Taken(events, decoded.invalid(), places);
                });
            }
        };
    }

    /** The answer to a request that failed. */
    HttpResponse refused(Throwable cause) {
        Refusal refusal = switch (cause) {
            case Refusal known -> known;
            case AppendFailure failure -> refusal(failure);
            case RuntimeException defect -> throw defect;
            default -> throw new IllegalStateException(cause);
        };
        metrics.refused(refusal.reason());
        Problem problem = Problem.of(refusal.reason(), refusal.detail());
        if (refusal.index() >= 0) {
            problem.with("index", refusal.index());
        }
        if (refusal.field() != null) {
            problem.with("field", refusal.field());
        }
        if (error != null && refusal.reason().status() == 400) {
            problem.with("error", error);
        }
        HttpResponse response = problem.response();
        if (IngestOptions.ENCODING.equals(refusal.field())) {
            return response.addHeader(ACCEPT_ENCODING);
        }
        return refusal.reason().status() == 503 ? response.addHeader(retryAfter) : response;
    }

    private static Refusal refusal(DecodeResult.Refused refused) {
        RefusalReason reason = switch (refused.reason()) {
            case MALFORMED -> RefusalReason.MALFORMED;
            case TOO_MANY_EVENTS -> RefusalReason.TOO_MANY_EVENTS;
            case EVENT_TOO_LARGE -> RefusalReason.EVENT_TOO_LARGE;
            case TOO_DEEP -> RefusalReason.TOO_DEEP;
        };
        return new Refusal(reason, refused.detail(), refused.index(), null);
    }

    private static Refusal refusal(AppendFailure failure) {
        return switch (failure.reason()) {
            case STREAM_FULL -> new Refusal(RefusalReason.STREAM_FULL, nothingTaken(failure));
            case OVERLOADED -> new Refusal(RefusalReason.OVERLOADED, nothingTaken(failure));
            case UNAVAILABLE, SEALED -> new Refusal(RefusalReason.UNAVAILABLE, nothingTaken(failure));
            case UNKNOWN ->
                new Refusal(
                        RefusalReason.UNKNOWN,
                        failure.getMessage() + "; events of this request may have been taken. Sending it again is safe"
                                + " with the same Idempotency-Key; otherwise they may be counted twice");
        };
    }

    private static String nothingTaken(AppendFailure failure) {
        return failure.getMessage() + "; nothing was taken";
    }

    private long nowMicros() {
        Instant now = clock.instant();
        return now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
    }
}
