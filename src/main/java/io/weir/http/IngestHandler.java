package io.weir.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.weir.definition.BodyForm;
import io.weir.definition.StreamDefinition;
import io.weir.live.Partitions;
import io.weir.log.EventLog;
import io.weir.logging.FailureText;
import io.weir.settings.HttpSettings;
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
    private final BodyForms forms;
    private final BodyReader bodies;
    private final EventIntake intake;
    private final Commits commits;
    private final IngestMetrics metrics;
    private final int maxKeyLength;
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
        this.forms = new BodyForms(definition);
        this.bodies = new BodyReader(system, settings);
        this.commits = new Commits(partitions, system, settings.commitTimeout());
        this.metrics = new IngestMetrics(definition.name(), metrics);
        this.intake = new EventIntake(definition, decoder, log, settings, this.metrics, clock);
        this.maxKeyLength = settings.maxIdempotencyKeyLength();
        this.acceptPost = RawHeader.create("Accept-Post", forms.acceptedTypes());
    }

    @Override
    public CompletionStage<HttpResponse> handle(HttpRequest request, List<String> variables) {
        long startedNanos = System.nanoTime();
        CompletionStage<HttpResponse> answer;
        boolean waits = false;
        try {
            IngestOptions options = IngestOptions.of(request, maxKeyLength);
            waits = options.waitForCommit();
            CompletionStage<byte[]> body = bodies.read(request.entity(), options, metrics);
            answer = request.entity() instanceof HttpEntity.Strict
                            && body instanceof CompletableFuture<byte[]> here
                            && here.state() == CompletableFuture.State.SUCCESS
                    ? take(here.join(), request, options)
                    : body.thenCompose(bytes -> take(bytes, request, options));
        } catch (RuntimeException failure) {
            answer = CompletableFuture.failedFuture(failure);
        }
        boolean waited = waits;
        return answer.handle((response, failure) -> {
            metrics.answered(startedNanos, waited);
            return failure == null ? response : refused(FailureText.cause(failure));
        });
    }

    private CompletionStage<HttpResponse> take(byte[] body, HttpRequest request, IngestOptions options) {
        if (intake.leaveOut(request)) {
            return CompletableFuture.completedFuture(IngestAnswers.taken(0, List.of(), options));
        }
        BodyForm form = forms.of(request.entity().getContentType(), body);
        CompletionStage<EventIntake.Taken> taken = intake.take(body, form, request, options);
        if (!options.waitForCommit()) {
            return taken.thenApply(all -> options.keepInvalid()
                    ? IngestAnswers.taken(all.events(), all.invalid(), options)
                    : IngestAnswers.accepted(all.events()));
        }
        return taken.thenCompose(all -> commits.await(definition.name(), all.places())
                .thenApply(committed -> {
                    if (committed) {
                        return IngestAnswers.taken(all.events(), all.invalid(), options);
                    }
                    metrics.notSeenCommitted();
                    return IngestAnswers.notYetCommitted(
                            all.events(), all.invalid().size(), options);
                }));
    }

    private HttpResponse refused(Throwable cause) {
        HttpResponse response = intake.refused(cause);
        return response.status().intValue() == 415
                        && response.getHeader("Accept-Encoding").isEmpty()
                ? response.addHeader(acceptPost)
                : response;
    }
}
