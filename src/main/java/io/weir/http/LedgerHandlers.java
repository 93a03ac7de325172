package io.weir.http;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.weir.logging.FailureText;
import io.weir.settings.HttpSettings;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.apache.pekko.NotUsed;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers the ledger and the verification, of all streams or of the one that the parameter {@code stream} names. */
public final class LedgerHandlers {
    /** Asks for a report as JSON; of all streams when the name is null. */
    public interface Report extends Function<@Nullable String, CompletionStage<String>> {}

    private static final Logger LOG = LoggerFactory.getLogger(LedgerHandlers.class);
    /** Below every idle timeout. */
    private static final Duration SIGN_OF_LIFE = Duration.ofSeconds(5);

    private final Set<String> streams;
    private final HttpHeader retryAfter;

    public LedgerHandlers(Set<String> streams, HttpSettings settings) {
        this.streams = Set.copyOf(streams);
        this.retryAfter = Problem.retryAfter(settings.retryAfter());
    }

    /** Adds the routes. */
    public void addTo(Routes.Builder routes, Report ledger, Report baseline, Report verification) {
        routes.add("GET", AdminAccess.PREFIX + "ledger", answering(ledger));
        routes.add("POST", AdminAccess.PREFIX + "ledger/baseline", answering(baseline));
        routes.add("GET", AdminAccess.PREFIX + "verify", answeringLate(verification));
    }

    private RequestHandler answering(Report report) {
        return (request, variables) -> {
            HttpResponse unknown = unknownStream(request);
            return unknown != null
                    ? CompletableFuture.completedFuture(unknown)
                    : ask(report, request)
                            .toCompletableFuture()
                            .handle((json, failure) -> failure == null
                                    ? IngestAnswers.json(200, json)
                                    : Problem.of(RefusalReason.UNAVAILABLE, problem(failure))
                                            .response()
                                            .addHeader(retryAfter));
        };
    }

    /** The status goes out at once and spaces until the report is there, lest somebody in between gives up. */
    private RequestHandler answeringLate(Report report) {
        return (request, variables) -> {
            HttpResponse unknown = unknownStream(request);
            if (unknown != null) {
                return CompletableFuture.completedFuture(unknown);
            }
            CompletionStage<ByteString> answer =
                    ask(report, request).exceptionally(LedgerHandlers::failed).thenApply(ByteString::fromString);
            Source<ByteString, ?> spaces = Source.tick(SIGN_OF_LIFE, SIGN_OF_LIFE, ByteString.fromString(" "));
            Source<ByteString, NotUsed> body = Source.completionStage(answer).merge(spaces, true);
            return CompletableFuture.completedFuture(
                    HttpResponse.create().withEntity(HttpEntities.create(ContentTypes.APPLICATION_JSON, body)));
        };
    }

    private static CompletionStage<String> ask(Report report, HttpRequest request) {
        try {
            return report.apply(stream(request));
        } catch (RejectedExecutionException tooMany) {
            return CompletableFuture.failedStage(
                    new IllegalStateException("too many administrative questions at once"));
        }
    }

    private @Nullable HttpResponse unknownStream(HttpRequest request) {
        String stream = stream(request);
        return stream == null || streams.contains(stream)
                ? null
                : Problem.of(404, "Not Found", "there is no stream " + stream).response();
    }

    private static @Nullable String stream(HttpRequest request) {
        return request.getUri().query().get("stream").orElse(null);
    }

    private static String failed(Throwable failure) {
        StringBuilder json = new StringBuilder("{\"good\":false,\"problem\":\"");
        JsonStringEncoder.getInstance().quoteAsString(problem(failure), json);
        return json.append("\"}").toString();
    }

    private static String problem(Throwable failure) {
        LOG.info("no report: {}", FailureText.describe(failure));
        return "the servers could not be asked: " + FailureText.cause(failure).getMessage();
    }
}
