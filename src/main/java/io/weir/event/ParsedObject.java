package io.weir.event;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The fields found in one object, before defaults. For one thread at a time. */
final class ParsedObject {
    /** By the fields' index; null for what is not there, or null there. */
    final @Nullable Object[] values;

    final boolean[] seen;
    /** What {@code $key} held. */
    @Nullable
    String key;
    /** What {@code $letter} held. */
    @Nullable
    LetterReference letter;
    /** The first thing that is wrong. */
    @Nullable
    InvalidEventException fault;
    /** Where its bytes begin in the body. */
    int from;
    /** Where they end. */
    int to;

    ParsedObject(int fields) {
        this.values = new @Nullable Object[fields];
        this.seen = new boolean[fields];
    }

    ParsedObject clear() {
        Arrays.fill(values, null);
        Arrays.fill(seen, false);
        key = null;
        letter = null;
        fault = null;
        return this;
    }

    void fail(InvalidEventException problem) {
        if (fault == null) {
            fault = problem;
        }
    }
}
