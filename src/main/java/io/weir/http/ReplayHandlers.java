package io.weir.http;

import io.weir.definition.StreamDefinition;
import io.weir.definition.Timestamps;
import io.weir.event.EntryId;
import io.weir.replay.CounterBackfill;
import io.weir.replay.ReplayFailure;
import io.weir.replay.ReplayStore;
import io.weir.replay.StreamReplay;
import io.weir.settings.HttpSettings;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/**
 * Replay, backfill and recount of a stream, one at a time: {@code POST /api/admin/streams/{stream}/replay}, {@code
 * …/backfill} and {@code …/recount}.
 */
public final class ReplayHandlers {
    private interface Work {
        HttpResponse run(StreamDefinition definition, QueryParameters query) throws InterruptedException;
    }

    private static final Set<String> REPLAY_PARAMETERS = Set.of("from", "to", "dry-run", "partition", "after");
    private static final Set<String> BACKFILL_PARAMETERS = Set.of("counter", "source", "rows-are-complete");
    private static final Set<String> RECOUNT_PARAMETERS = Set.of("counter", "rows-are-complete");

    private final Map<String, StreamDefinition> definitions = new HashMap<>();
    private final StreamReplay replay;
    private final CounterBackfill backfill;
    private final Executor executor;
    private final HttpHeader retryAfter;
    private final Semaphore permit = new Semaphore(1);

    /**
     * Handlers.
     *
     * @param executor whose tasks may block
     */
    public ReplayHandlers(
            Collection<StreamDefinition> definitions,
            StreamReplay replay,
            CounterBackfill backfill,
            HttpSettings settings,
            Executor executor) {
        definitions.forEach(definition -> this.definitions.put(definition.name(), definition));
        this.replay = replay;
        this.backfill = backfill;
        this.executor = executor;
        this.retryAfter = Problem.retryAfter(settings.retryAfter());
    }

    public void addTo(Routes.Builder routes) {
        routes.add(
                "POST",
                AdminAccess.PREFIX + "streams/{stream}/replay",
                (request, variables) -> handle(request, variables, REPLAY_PARAMETERS, this::replay));
        routes.add(
                "POST",
                AdminAccess.PREFIX + "streams/{stream}/backfill",
                (request, variables) -> handle(request, variables, BACKFILL_PARAMETERS, this::backfill));
        routes.add(
                "POST",
                AdminAccess.PREFIX + "streams/{stream}/recount",
                (request, variables) -> handle(request, variables, RECOUNT_PARAMETERS, this::recount));
    }

    private CompletionStage<HttpResponse> handle(
            HttpRequest request, List<String> variables, Set<String> parameters, Work work) {
        StreamDefinition definition = definitions.get(variables.getFirst());
        if (definition == null) {
            return CompletableFuture.completedFuture(
                    Problem.of(404, "Not Found", "there is no stream " + variables.getFirst())
                            .response());
        }
        QueryParameters query;
        try {
            query = QueryParameters.of(request, parameters);
        } catch (Refusal refusal) {
            return CompletableFuture.completedFuture(refused(refusal));
        }
        if (!permit.tryAcquire()) {
            return CompletableFuture.completedFuture(failed(new ReplayFailure(
                    ReplayFailure.Reason.BUSY, "another replay, backfill or recount works at the moment")));
        }
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return work.run(definition, query);
                    } catch (Refusal refusal) {
                        return refused(refusal);
                    } catch (ReplayFailure failure) {
                        return failed(failure);
                    } catch (InterruptedException interrupted) {
                        Thread.currentThread().interrupt();
                        return failed(new ReplayFailure(ReplayFailure.Reason.UNAVAILABLE, "Weir stops"));
                    } finally {
                        permit.release();
                    }
                },
                executor);
    }

    private HttpResponse replay(StreamDefinition definition, QueryParameters query) throws InterruptedException {
        long from = moment(query, "from");
        // what comes from now on is no matter of a replay, least of all what this one appends
        long to = Math.min(moment(query, "to"), System.currentTimeMillis());
        if (from >= to) {
            throw QueryParameters.invalid("from", "is not before to, or in the future");
        }
        int asked = Math.toIntExact(query.number("partition", 0));
        List<Integer> partitions = definition.layout().live();
        // one that was removed since the slice before it is passed over
        int partition = next(partitions, asked);
        if (partition < 0) {
            throw QueryParameters.invalid("partition", "is none of the stream's, which has " + partitions.size());
        }
        boolean dryRun = query.flag("dry-run");
        String afterText = query.text("after");
        EntryId after = null;
        if (afterText != null && partition == asked) {
            try {
                after = EntryId.parse(afterText);
            } catch (NumberFormatException invalid) {
                throw QueryParameters.invalid("after", "is " + invalid.getMessage());
            }
        }
        StreamReplay.Slice slice = replay.run(new StreamReplay.Request(definition, partition, from, to, after, dryRun));
        int following = next(partitions, partition + 1);
        boolean finished = slice.done() && following < 0;
        JsonObject json = new JsonObject()
                .with("stream", definition.name())
                .with("keyed", StreamReplay.canApply(definition))
                .with("dryRun", dryRun)
                .with("partition", partition)
                .with("entries", slice.entries())
                .with("events", slice.events())
                .with("unkeyed", slice.unkeyed())
                .with("known", slice.known())
                .with("missing", slice.missing())
                .with("appended", slice.appended())
                .with("deadLetters", slice.others())
                .with("beyondCursor", slice.beyondCursor())
                .with(
                        "trimmedBefore",
                        slice.trimmedBefore() == null
                                ? null
                                : slice.trimmedBefore().toString())
                .with("waiting", slice.waiting())
                .with("done", finished);
        if (!finished) {
            // the same request with these three goes on
            json.with("to", Long.toString(to))
                    .with("nextPartition", slice.done() ? following : partition)
                    .with("after", slice.done() ? null : slice.after().toString());
        }
        return IngestAnswers.json(200, json.toString());
    }

    /** The first of the partitions from this one on; -1 when there is none. */
    private static int next(List<Integer> partitions, int from) {
        return partitions.stream()
                .mapToInt(Integer::intValue)
                .filter(partition -> partition >= from)
                .findFirst()
                .orElse(-1);
    }

    private HttpResponse backfill(StreamDefinition definition, QueryParameters query) {
        String counter = query.required("counter");
        String source = query.required("source");
        JsonObject json = new JsonObject()
                .with("stream", definition.name())
                .with("counter", counter)
                .with("source", source);
        switch (source) {
            case "rows" -> {
                ReplayStore.RowsResult result = backfill.fromRows(definition, counter, query.flag("rows-are-complete"));
                json.with("table", result.table())
                        .with("rows", result.rows())
                        .with("entities", result.entities())
                        .with("changed", result.changed());
            }
            case "log" -> {
                CounterBackfill.LogResult result = backfill.fromLog(definition, counter);
                json.with("events", result.events())
                        .with("entities", result.entities())
                        .with(
                                "completeFrom",
                                result.completeFrom() == null
                                        ? null
                                        : result.completeFrom().toString())
                        .with("partitionsDoneBefore", result.already());
            }
            default -> throw QueryParameters.invalid("source", "must be rows or log");
        }
        return IngestAnswers.json(200, json.toString());
    }

    private HttpResponse recount(StreamDefinition definition, QueryParameters query) {
        List<JsonObject> counters = new ArrayList<>();
        backfill.recount(definition, query.text("counter"), query.flag("rows-are-complete"))
                .forEach((counter, result) -> counters.add(new JsonObject()
                        .with("counter", counter)
                        .with("table", result.table())
                        .with("rows", result.rows())
                        .with("entities", result.entities())
                        .with("changed", result.changed())));
        return IngestAnswers.json(
                200,
                new JsonObject()
                        .with("stream", definition.name())
                        .with("counters", counters)
                        .toString());
    }

    /** Milliseconds since 1970 of a timestamp or of a number of them. */
    private static long moment(QueryParameters query, String name) {
        String text = query.required(name);
        if (text.matches("[0-9]{1,15}")) {
            return Long.parseLong(text);
        }
        long micros = Timestamps.parse(text);
        if (micros == Timestamps.INVALID || micros < 0) {
            throw QueryParameters.invalid(name, "must be like 2026-03-01T10:00:00Z, or milliseconds since 1970");
        }
        return micros / 1_000;
    }

    private static HttpResponse refused(Refusal refusal) {
        Problem problem = Problem.of(refusal.reason(), refusal.detail());
        if (refusal.field() != null) {
            problem.with("field", refusal.field());
        }
        return problem.response();
    }

    private HttpResponse failed(ReplayFailure failure) {
        String detail = String.valueOf(failure.getMessage());
        return switch (failure.reason()) {
            case REFUSED -> Problem.of(409, "Can't be exact", detail).response();
            case BUSY, UNAVAILABLE ->
                Problem.of(503, "Service Unavailable", detail).response().addHeader(retryAfter);
        };
    }
}
