package io.weir.http;

import io.weir.event.EntryId;
import io.weir.logging.FailureText;
import io.weir.ops.FlushReport;
import io.weir.ops.ViewSync;
import io.weir.ops.WaitingEntries;
import io.weir.settings.HttpSettings;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What schedulers and monitors call: a flush now, and what waits. */
public final class CronHandlers {
    private static final Logger LOG = LoggerFactory.getLogger(CronHandlers.class);

    private final HttpHeader retryAfter;

    public CronHandlers(HttpSettings settings) {
        this.retryAfter = Problem.retryAfter(settings.retryAfter());
    }

    /**
     * A flush that answers as the crons of dual-stream counters do.
     *
     * @param updates what the stream's events are called in the message
     */
    public RequestHandler updatesQueue(String updates, Supplier<CompletionStage<FlushReport>> flush) {
        return answering(flush, report -> updatesProcessed(updates, report));
    }

    /** What of a stream waits to be committed. */
    public RequestHandler streamInfo(Supplier<CompletionStage<WaitingEntries>> waiting) {
        return answering(waiting, CronHandlers::info);
    }

    /** A sync of buffered views that answers as its cron did. */
    public RequestHandler syncViews(
            Supplier<CompletionStage<ViewSync>> stories, Supplier<CompletionStage<ViewSync>> chapters) {
        return (request, variables) -> {
            long began = System.nanoTime();
            return answering(
                            () -> stories.get()
                                    .thenCombine(
                                            chapters.get(),
                                            (ofStories, ofChapters) -> new JsonObject()
                                                    .with("success", true)
                                                    .with("storiesProcessed", ofStories.entities())
                                                    .with("chaptersProcessed", ofChapters.entities())
                                                    .with("storyViewsAdded", ofStories.viewsAdded())
                                                    .with("chapterViewsAdded", ofChapters.viewsAdded())
                                                    .with(
                                                            "duration",
                                                            TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began))),
                            Function.identity())
                    .handle(request, variables);
        };
    }

    /** What views are buffered: stories and chapters that have some, and how many these are. */
    public RequestHandler viewStats(
            Supplier<CompletionStage<Integer>> stories,
            Supplier<CompletionStage<Integer>> chapters,
            LongSupplier bufferedViews) {
        return answering(
                () -> stories.get()
                        .thenCombine(
                                chapters.get(),
                                (ofStories, ofChapters) -> new JsonObject()
                                        .with("bufferedStories", ofStories)
                                        .with("bufferedChapters", ofChapters)
                                        .with("totalBufferedViews", bufferedViews.getAsLong())),
                Function.identity());
    }

    private <T> RequestHandler answering(Supplier<CompletionStage<T>> work, Function<T, JsonObject> json) {
        return (request, variables) -> begin(work)
                .handle((done, failure) -> failure == null
                        ? IngestAnswers.json(200, json.apply(done).toString())
                        : unavailable(failure));
    }

    private static <T> CompletionStage<T> begin(Supplier<CompletionStage<T>> work) {
        try {
            return work.get();
        } catch (RejectedExecutionException tooMany) {
            return CompletableFuture.failedStage(
                    new IllegalStateException("too many administrative questions at once"));
        }
    }

    private HttpResponse unavailable(Throwable failure) {
        LOG.info("nothing was flushed: {}", FailureText.describe(failure));
        String problem = "not all was committed in time, or the servers could not be asked: "
                + FailureText.cause(failure).getMessage();
        return Problem.of(RefusalReason.UNAVAILABLE, problem).response().addHeader(retryAfter);
    }

    private static JsonObject updatesProcessed(String updates, FlushReport report) {
        return new JsonObject()
                .with("success", true)
                .with("processed", report.processed())
                .with("errors", report.deadLettered())
                .with("lastProcessedId", text(report.last()))
                .with("streamInfo", info(report.waiting()))
                .with("message", "Successfully processed " + report.processed() + " " + updates);
    }

    private static JsonObject info(WaitingEntries waiting) {
        return new JsonObject()
                .with("length", waiting.entries())
                .with("firstEntryId", text(waiting.first()))
                .with("lastEntryId", text(waiting.last()));
    }

    private static @Nullable String text(@Nullable EntryId entry) {
        return entry == null ? null : entry.toString();
    }
}
