package io.weir.letter;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Where a dead letter stands. */
public enum LetterState {
    /** Nothing was done about it. */
    OPEN,
    /** It was appended to the log again, and its window is not committed yet. */
    REPLAYING,
    /** It was applied, once. */
    REPLAYED,
    /** It is kept and not to be applied. */
    DISCARDED;

    /** As it stands in the database and in answers. */
    public String tag() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The state of this tag; empty when there is none. */
    public static Optional<LetterState> of(String tag) {
        return Arrays.stream(values()).filter(value -> value.tag().equals(tag)).findFirst();
    }
}
