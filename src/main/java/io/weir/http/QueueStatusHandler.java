package io.weir.http;

import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** {@code {"queue_length":n,"status":"ok","timestamp":"…"}}: how many events wait, and whether those are too many. */
public final class QueueStatusHandler implements RequestHandler {
    private final LongSupplier length;
    private final long warningAbove;
    private final InstantSource clock;

    public QueueStatusHandler(LongSupplier length, long warningAbove, InstantSource clock) {
        this.length = length;
        this.warningAbove = warningAbove;
        this.clock = clock;
    }

    @Override
    public CompletionStage<HttpResponse> handle(HttpRequest request, List<String> variables) {
        long waiting = length.getAsLong();
        String timestamp = clock.instant().truncatedTo(ChronoUnit.MILLIS).toString();
        return CompletableFuture.completedFuture(IngestAnswers.json(
                200,
                new JsonObject()
                        .with("queue_length", waiting)
                        .with("status", waiting > warningAbove ? "warning" : "ok")
                        .with("timestamp", timestamp)
                        .toString()));
    }
}
