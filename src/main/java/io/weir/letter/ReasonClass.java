package io.weir.letter;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Why an event became a dead letter, coarse enough to count by. */
public enum ReasonClass {
    /** It can't be decoded as an event of its stream. */
    INVALID,
    /** The database refused a value of it. */
    VALUE,
    /** It broke a constraint of a table. */
    CONSTRAINT,
    /** Its entity has no row where the definition wants one. */
    NO_ROW,
    /** Weir failed over it again and again. */
    FAILED,
    /** The process died over it again and again. */
    KILLED;

    /** As it stands in the database, in answers and in metrics. */
    public String tag() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The class of this tag; empty when there is none. */
    public static Optional<ReasonClass> of(String tag) {
        return Arrays.stream(values()).filter(value -> value.tag().equals(tag)).findFirst();
    }
}
