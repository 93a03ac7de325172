package io.weir.http;

import io.weir.letter.DeadLetters;
import io.weir.letter.LetterFilter;
import io.weir.letter.LetterState;
import io.weir.letter.ReasonClass;
import io.weir.letter.StoredLetter;
import io.weir.logging.FailureText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** Answers what concerns dead letters by a filter: {@code /api/admin/dead-letters}. */
final class DeadLetterBulkHandlers {
    private static final int USUAL_PAGE = 50;
    private static final int LARGEST_PAGE = 500;
    private static final int USUAL_BATCH = 100;
    private static final int LARGEST_BATCH = 1_000;
    private static final Set<String> FILTER = Set.of("stream", "reason", "sqlstate", "since", "until", "limit");
    private static final String STATES =
            Arrays.stream(LetterState.values()).map(LetterState::tag).collect(Collectors.joining(", "));
    private static final String REASONS =
            Arrays.stream(ReasonClass.values()).map(ReasonClass::tag).collect(Collectors.joining(", "));

    private final DeadLetters letters;
    private final DeadLetterReplay replay;
    private final AdminCalls calls;

    DeadLetterBulkHandlers(DeadLetters letters, DeadLetterReplay replay, AdminCalls calls) {
        this.letters = letters;
        this.replay = replay;
        this.calls = calls;
    }

    CompletionStage<HttpResponse> list(HttpRequest request, List<String> variables) {
        return calls.call(() -> {
            Set<String> known = new TreeSet<>(FILTER);
            known.addAll(List.of("state", "before"));
            QueryParameters parameters = QueryParameters.of(request, known);
            LetterFilter filter = filter(parameters);
            int limit = parameters.limit("limit", USUAL_PAGE, LARGEST_PAGE);
            // one more than asked for says whether there is a next page
            List<StoredLetter> found = letters.newest(filter, parameters.positive("before"), limit + 1);
            boolean isLast = found.size() <= limit;
            return IngestAnswers.json(200, DeadLetterJson.page(isLast ? found : found.subList(0, limit), isLast));
        });
    }

    CompletionStage<HttpResponse> counts(HttpRequest request, List<String> variables) {
        return calls.call(() -> {
            QueryParameters.of(request, Set.of());
            return IngestAnswers.json(200, DeadLetterJson.counts(letters.counts()));
        });
    }

    CompletionStage<HttpResponse> replay(HttpRequest request, List<String> variables) {
        return calls.compose(() -> {
            QueryParameters parameters = QueryParameters.of(request, FILTER);
            parameters.required("stream");
            int limit = parameters.limit("limit", USUAL_BATCH, LARGEST_BATCH);
            List<StoredLetter> open = letters.oldest(filter(parameters).in(LetterState.OPEN), limit + 1);
            boolean more = open.size() > limit;
            List<CompletableFuture<DeadLetterReplay.NotReplayed>> replays = new ArrayList<>();
            for (StoredLetter letter : more ? open.subList(0, limit) : open) {
                replays.add(replay.replay(letter)
                        .exceptionally(failure -> new DeadLetterReplay.NotReplayed(
                                letter.id(),
                                null,
                                String.valueOf(FailureText.cause(failure).getMessage())))
                        .toCompletableFuture());
            }
            return CompletableFuture.allOf(replays.toArray(CompletableFuture[]::new))
                    .thenApply(nothing -> replayed(replays, more));
        });
    }

    private static HttpResponse replayed(List<CompletableFuture<DeadLetterReplay.NotReplayed>> replays, boolean more) {
        List<DeadLetterReplay.NotReplayed> refused = new ArrayList<>();
        for (CompletableFuture<DeadLetterReplay.NotReplayed> replay : replays) {
            DeadLetterReplay.NotReplayed problem = replay.join();
            if (problem != null) {
                refused.add(problem);
            }
        }
        int replayed = replays.size() - refused.size();
        return IngestAnswers.json(202, DeadLetterJson.replayed(replayed, refused, more));
    }

    CompletionStage<HttpResponse> discard(HttpRequest request, List<String> variables) {
        return calls.call(() -> {
            QueryParameters parameters = QueryParameters.of(request, FILTER);
            parameters.required("stream");
            int limit = parameters.limit("limit", USUAL_BATCH, LARGEST_BATCH);
            int discarded = letters.discard(filter(parameters), limit);
            return IngestAnswers.json(200, "{\"discarded\":" + discarded + ",\"more\":" + (discarded == limit) + "}");
        });
    }

    private static LetterFilter filter(QueryParameters parameters) {
        return new LetterFilter(
                parameters.text("stream"),
                parameters.one("state", LetterState::of, "one of " + STATES),
                parameters.one("reason", ReasonClass::of, "one of " + REASONS),
                parameters.text("sqlstate"),
                parameters.instant("since"),
                parameters.instant("until"));
    }
}
