package io.weir.event;

import io.weir.definition.FieldValues;
import org.jspecify.annotations.Nullable;

/** What an entity and an idempotency key must be, to be found again by an index. */
final class EventKeys {
    /** PostgreSQL refuses index entries beyond 2,704 bytes. */
    static final int MAX_BYTES = 2600;

    private EventKeys() {}

    /** Why a text can't be a key; null when it can. */
    static @Nullable String problem(String key) {
        String problem = FieldValues.textProblem(key);
        return problem == null ? lengthProblem(key) : problem;
    }

    /** Why a text without faulty characters can't be a key. */
    static @Nullable String lengthProblem(String key) {
        if (key.length() * 3L <= MAX_BYTES) {
            return null;
        }
        int bytes = 0;
        for (int i = 0; i < key.length(); i++) {
            char c = key.charAt(i);
            // half of a pair stands for two of the four bytes
            bytes += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
        }
        return bytes <= MAX_BYTES ? null : "is " + bytes + " bytes long, more than an index takes (" + MAX_BYTES + ")";
    }
}
