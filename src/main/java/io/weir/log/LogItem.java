package io.weir.log;

/**
 * One field of an entry.
 *
 * @param payload for {@link Kind#EVENT} the event's JSON; for {@link Kind#REFUSED} a refused event with its reason
 */
@SuppressWarnings("ArrayRecordComponent") // a value per event on the hot path; never compared
public record LogItem(Kind kind, byte[] payload) {
    /** What a field of an entry holds; its name in Redis is one letter. */
    public enum Kind {
        /** {@code e}: an event. */
        EVENT,
        /** {@code d}: an event that the door refused and kept; becomes a dead letter. */
        REFUSED,
        /** Any other name: put there by somebody else; becomes a dead letter. */
        FOREIGN
    }
}
