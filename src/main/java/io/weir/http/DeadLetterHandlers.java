package io.weir.http;

import io.weir.event.InvalidEventException;
import io.weir.letter.DeadLetters;
import io.weir.letter.LetterState;
import io.weir.letter.StoredLetter;
import io.weir.logging.FailureText;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.jspecify.annotations.Nullable;

/** Answers what concerns one dead letter: {@code /api/admin/dead-letters/{id}…}. */
final class DeadLetterHandlers {
    private final DeadLetters letters;
    private final DeadLetterReplay replay;
    private final BodyReader bodies;
    private final AdminCalls calls;

    DeadLetterHandlers(DeadLetters letters, DeadLetterReplay replay, BodyReader bodies, AdminCalls calls) {
        this.letters = letters;
        this.replay = replay;
        this.bodies = bodies;
        this.calls = calls;
    }

    CompletionStage<HttpResponse> show(HttpRequest request, List<String> variables) {
        return with(request, variables, letter -> answered(200, letter));
    }

    CompletionStage<HttpResponse> edit(HttpRequest request, List<String> variables) {
        return bodies.read(request.entity())
                .thenCompose(body -> with(request, variables, letter -> edited(letter, body)))
                .exceptionally(failure -> calls.answerTo(FailureText.cause(failure)));
    }

    private CompletionStage<HttpResponse> edited(StoredLetter letter, byte[] body) {
        if (letter.state() != LetterState.OPEN) {
            return wrongState(letter, "edited");
        }
        try {
            replay.check(letter, body);
        } catch (InvalidEventException invalid) {
            return CompletableFuture.completedStage(refused(422, invalid.field(), invalid.reason()));
        }
        if (!letters.edit(letter, body)) {
            return changed(letter);
        }
        return again(letter, 200);
    }

    CompletionStage<HttpResponse> replay(HttpRequest request, List<String> variables) {
        return with(request, variables, letter -> {
            if (letter.state() != LetterState.OPEN && letter.state() != LetterState.REPLAYING) {
                return wrongState(letter, "replayed");
            }
            return replay.replay(letter)
                    .thenApply(problem -> problem == null
                            ? IngestAnswers.json(202, "{\"id\":" + letter.id() + ",\"state\":\"replaying\"}")
                            : refused(422, problem.field(), problem.detail()));
        });
    }

    CompletionStage<HttpResponse> discard(HttpRequest request, List<String> variables) {
        return with(
                request,
                variables,
                letter -> letter.state() == LetterState.DISCARDED || letters.discard(letter.id())
                        ? again(letter, 200)
                        : wrongState(letter, "discarded"));
    }

    private CompletionStage<HttpResponse> with(
            HttpRequest request, List<String> variables, Function<StoredLetter, CompletionStage<HttpResponse>> work) {
        return calls.compose(() -> {
            QueryParameters.of(request, Set.of());
            long id = id(variables.getFirst());
            StoredLetter letter = letters.find(id);
            return letter == null ? missing(variables.getFirst()) : work.apply(letter);
        });
    }

    private static long id(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException notAnId) {
            throw QueryParameters.invalid("id", "is \"" + text + "\", must be a whole number");
        }
    }

    private CompletionStage<HttpResponse> again(StoredLetter before, int status) {
        StoredLetter now = letters.find(before.id());
        return now == null ? missing(Long.toString(before.id())) : answered(status, now);
    }

    private static CompletionStage<HttpResponse> answered(int status, StoredLetter letter) {
        return CompletableFuture.completedStage(IngestAnswers.json(status, DeadLetterJson.letter(letter)));
    }

    private static CompletionStage<HttpResponse> missing(String id) {
        return CompletableFuture.completedStage(
                Problem.of(404, "Not Found", "there is no dead letter " + id).response());
    }

    private static CompletionStage<HttpResponse> wrongState(StoredLetter letter, String wanted) {
        return CompletableFuture.completedStage(Problem.of(
                        409,
                        "Conflict",
                        "dead letter " + letter.id() + " is " + letter.state().tag() + " and can't be " + wanted)
                .with("state", letter.state().tag())
                .response());
    }

    private static CompletionStage<HttpResponse> changed(StoredLetter letter) {
        return CompletableFuture.completedStage(
                Problem.of(409, "Conflict", "dead letter " + letter.id() + " was changed meanwhile; look at it again")
                        .response());
    }

    private static HttpResponse refused(int status, @Nullable String field, String detail) {
        Problem problem = Problem.of(status, "Unprocessable event", field == null ? detail : field + ": " + detail);
        if (field != null) {
            problem.with("field", field);
        }
        return problem.response();
    }
}
