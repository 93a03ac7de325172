package io.weir.letter;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which dead letters are meant; what is null does not matter.
 *
 * @param since created then or later
 * @param until created before then
 */
public record LetterFilter(
        @Nullable String stream,
        @Nullable LetterState state,
        @Nullable ReasonClass reasonClass,
        @Nullable String sqlState,
        @Nullable Instant since,
        @Nullable Instant until) {

    /** The same for letters of this state alone. */
    public LetterFilter in(LetterState only) {
        return new LetterFilter(stream, only, reasonClass, sqlState, since, until);
    }
}
