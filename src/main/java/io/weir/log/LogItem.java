package io.weir.log;

import org.jspecify.annotations.Nullable;

/**
 * One field of an entry.
 *
 * @param payload for {@link Kind#EVENT} the event's JSON; for {@link Kind#REFUSED} a refused event with its reason
 * @param onceKey what is appended once within the time that the stream's definition says; null for what always is
 */
@SuppressWarnings("ArrayRecordComponent") // a value per event on the hot path; never compared
public record LogItem(Kind kind, byte[] payload, @Nullable String onceKey) {
    /** One that is always appended. */
    public LogItem(Kind kind, byte[] payload) {
        this(kind, payload, null);
    }

    /** What a field of an entry holds; its name in Redis is one letter. */
    public enum Kind {
        /** {@code e}: an event. */
        EVENT('e'),
        /** {@code d}: an event that the door refused and kept; becomes a dead letter. */
        REFUSED('d'),
        /** Any other name: put there by somebody else; becomes a dead letter. */
        FOREIGN('?');

        private final char letter;

        Kind(char letter) {
            this.letter = letter;
        }

        /** The name that its fields have in Redis. */
        char letter() {
            return letter;
        }

        /** The kind of fields of this name. */
        static Kind of(char letter) {
            return letter == EVENT.letter ? EVENT : letter == REFUSED.letter ? REFUSED : FOREIGN;
        }
    }
}
