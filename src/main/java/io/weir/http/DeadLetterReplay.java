package io.weir.http;

import io.weir.definition.StreamDefinition;
import io.weir.event.AcceptedEvent;
import io.weir.event.DecodeLimits;
import io.weir.event.EventEnricher;
import io.weir.event.InvalidEventException;
import io.weir.event.LetterReference;
import io.weir.event.ReplayDecoder;
import io.weir.letter.DeadLetters;
import io.weir.letter.ReasonClass;
import io.weir.letter.StoredLetter;
import io.weir.log.AppendFailure;
import io.weir.log.EventLog;
import io.weir.log.LogItem;
import io.weir.log.RoutedAppend;
import io.weir.logging.FailureText;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Appends dead letters to the log again. The letter says so first, with the version that its entry carries; the window that
 * applies the entry marks the letter replayed if it still says the same. So a letter is applied once, however often it is
 * appended, and one whose append was never made is simply replayed again.
 */
final class DeadLetterReplay {
    /** A letter that was not replayed, and why. */
    record NotReplayed(long id, @Nullable String field, String detail) {}

    private record Stream(StreamDefinition definition, ReplayDecoder decoder) {}

    private static final int MICROS_PER_MILLI = 1_000;

    private final Map<String, Stream> streams = new HashMap<>();
    private final DeadLetters letters;
    private final EventLog log;
    private final Executor blocking;

    DeadLetterReplay(
            Collection<StreamDefinition> definitions,
            DecodeLimits limits,
            DeadLetters letters,
            EventLog log,
            Function<StreamDefinition, EventEnricher> enrichers,
            Executor blocking) {
        for (StreamDefinition definition : definitions) {
            streams.put(
                    definition.name(),
                    new Stream(definition, new ReplayDecoder(definition, limits, enrichers.apply(definition))));
        }
        this.letters = letters;
        this.log = log;
        this.blocking = blocking;
    }

    /**
     * Says what is wrong with a content for a letter's stream.
     *
     * @throws InvalidEventException when the stream does not take it
     */
    void check(StoredLetter letter, byte[] content) throws InvalidEventException {
        var _ = decode(stream(letter), letter, content, letter.reference());
    }

    /**
     * Appends a letter that is open or on its way. Blocks until the letter says so, and no longer. Completes with null, or
     * with why it was not replayed; fails with {@link AppendFailure}.
     */
    CompletionStage<@Nullable NotReplayed> replay(StoredLetter letter) {
        Stream stream;
        try {
            stream = stream(letter);
            check(letter, letter.content());
        } catch (InvalidEventException invalid) {
            return CompletableFuture.completedStage(new NotReplayed(letter.id(), invalid.field(), invalid.reason()));
        }
        LetterReference reference = letters.beginReplay(letter);
        if (reference == null) {
            return CompletableFuture.completedStage(
                    new NotReplayed(letter.id(), null, "was changed by somebody else meanwhile; look at it again"));
        }
        AcceptedEvent event;
        try {
            event = decode(stream, letter, letter.content(), reference);
        } catch (InvalidEventException invalid) {
            throw new IllegalStateException("was valid a moment ago", invalid);
        }
        // what an earlier replay of the same version may have appended must not be taken for lost
        boolean isFirst = !reference.equals(letter.reference());
        return RoutedAppend.always(stream.definition(), log)
                .append(event.partition(), List.of(new LogItem(LogItem.Kind.EVENT, event.json())))
                .handle((entry, failure) -> failure)
                .thenCompose(failure -> failure == null
                        ? CompletableFuture.<@Nullable NotReplayed>completedStage(null)
                        : abandoned(reference, isFirst, FailureText.cause(failure)));
    }

    private CompletionStage<@Nullable NotReplayed> abandoned(
            LetterReference reference, boolean isFirst, Throwable failure) {
        boolean nothingAppended =
                failure instanceof AppendFailure append && append.reason() != AppendFailure.Reason.UNKNOWN;
        CompletionStage<Void> abandoned = isFirst && nothingAppended
                ? CompletableFuture.runAsync(() -> letters.abandonReplay(reference), blocking)
                : CompletableFuture.completedStage(null);
        return abandoned.handle((nothing, ignored) -> failure).thenCompose(CompletableFuture::failedStage);
    }

    private Stream stream(StoredLetter letter) throws InvalidEventException {
        Stream stream = streams.get(letter.stream());
        if (stream == null) {
            throw new InvalidEventException(null, "there is no stream " + letter.stream() + " any more");
        }
        return stream;
    }

    private static AcceptedEvent decode(Stream stream, StoredLetter letter, byte[] content, LetterReference reference)
            throws InvalidEventException {
        return stream.decoder()
                .decode(
                        content,
                        letter.key(),
                        letter.entry().millis() * MICROS_PER_MILLI,
                        letter.reasonClass() == ReasonClass.INVALID,
                        reference);
    }
}
