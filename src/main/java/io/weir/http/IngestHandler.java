package io.weir.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.weir.definition.StreamDefinition;
import io.weir.event.DecodeRequest;
import io.weir.event.DecodeResult;
import io.weir.event.InvalidEvent;
import io.weir.live.Partitions;
import io.weir.log.AppendFailure;
import io.weir.log.EventLog;
import io.weir.settings.HttpSettings;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/** Takes the events of one stream: decodes a request's body, appends its events to the log, answers. */
public final class IngestHandler implements RequestHandler {
    private final StreamDefinition definition;
    private final EventDecoder decoder;
    private final BodyForms forms;
    private final BodyReader bodies;
    private final PartitionedAppend append;
    private final Commits commits;
    private final IngestMetrics metrics;
    private final InstantSource clock;
    private final int maxKeyLength;
    private final HttpHeader retryAfter;
    private final HttpHeader acceptPost;

    public IngestHandler(
            StreamDefinition definition,
            EventDecoder decoder,
            EventLog log,
            Partitions partitions,
            HttpSettings settings,
            MeterRegistry metrics,
            InstantSource clock,
            ActorSystem<?> system) {
        this.definition = definition;
        this.decoder = decoder;
        this.forms = new BodyForms(definition);
        this.bodies = new BodyReader(system, settings);
        this.append = new PartitionedAppend(definition, log);
        this.commits = new Commits(partitions, system, settings.commitTimeout());
        this.metrics = new IngestMetrics(definition.name(), metrics);
        this.clock = clock;
        this.maxKeyLength = settings.maxIdempotencyKeyLength();
        this.retryAfter = Problem.retryAfter(settings.retryAfter());
        this.acceptPost = RawHeader.create("Accept-Post", forms.acceptedTypes());
    }

    @Override
    public CompletionStage<HttpResponse> handle(HttpRequest request, List<String> variables) {
        long startedNanos = System.nanoTime();
        CompletionStage<HttpResponse> answer;
        try {
            IngestOptions options = IngestOptions.of(request, maxKeyLength);
            CompletionStage<byte[]> body = bodies.read(request.entity());
            answer = request.entity() instanceof HttpEntity.Strict && body instanceof CompletableFuture<byte[]> here
                    ? take(here.join(), request, options)
                    : body.thenCompose(bytes -> take(bytes, request, options));
        } catch (RuntimeException failure) {
            answer = CompletableFuture.failedFuture(failure);
        }
        return answer.handle((response, failure) -> {
            metrics.answered(startedNanos);
            return failure == null ? response : refused(Failures.cause(failure));
        });
    }

    private CompletionStage<HttpResponse> take(byte[] body, HttpRequest request, IngestOptions options) {
        DecodeRequest decodeRequest = new DecodeRequest(
                body,
                forms.of(request.entity().getContentType(), body),
                nowMicros(),
                options.idempotencyKey(),
                options.firstIndex(),
                options.keepInvalid());
        return switch (decoder.decode(decodeRequest)) {
            case DecodeResult.Refused refused -> throw refusal(refused);
            case DecodeResult.Decoded decoded -> {
                InvalidEvent invalid = DecodeResult.firstInvalid(decoded);
                if (invalid != null && !options.keepInvalid()) {
                    throw new Refusal(RefusalReason.INVALID_EVENT, invalid.reason(), invalid.index(), invalid.field());
                }
                yield appended(decoded, options);
            }
        };
    }

    private CompletionStage<HttpResponse> appended(DecodeResult.Decoded decoded, IngestOptions options) {
        int events = decoded.accepted().size();
        List<InvalidEvent> invalid = decoded.invalid();
        CompletionStage<List<PartitionedAppend.Appended>> places = append.append(decoded.accepted(), invalid);
        if (!options.waitForCommit()) {
            return places.thenApply(all -> {
                metrics.taken(events, invalid.size());
                return options.keepInvalid()
                        ? IngestAnswers.taken(events, invalid, options)
                        : IngestAnswers.accepted(events);
            });
        }
        return places.thenCompose(all -> {
            metrics.taken(events, invalid.size());
            return commits.await(definition.name(), all).thenApply(committed -> {
                if (committed) {
                    return IngestAnswers.taken(events, invalid, options);
                }
                metrics.notSeenCommitted();
                return IngestAnswers.notYetCommitted(events, invalid.size(), options);
            });
        });
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
            case UNAVAILABLE -> new Refusal(RefusalReason.UNAVAILABLE, nothingTaken(failure));
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

    private HttpResponse refused(Throwable cause) {
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
        HttpResponse response = problem.response();
        return switch (refusal.reason().status()) {
            case 503 -> response.addHeader(retryAfter);
            case 415 -> response.addHeader(acceptPost);
            default -> response;
        };
    }

    private long nowMicros() {
        Instant now = clock.instant();
        return now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
    }
}
