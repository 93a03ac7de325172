package io.weir.store;

import io.weir.event.EntryId;
import io.weir.event.Event;
import io.weir.event.LetterReference;
import io.weir.letter.ReasonClass;
import org.jspecify.annotations.Nullable;

/**
 * An event that can't be applied.
 *
 * @param raw the event, as it was sent where that is known, else as the log holds it
 * @param sqlState the database's reason; null when the database was not asked
 * @param replayOf the dead letter that the event replayed, which is open again; null for a new one
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record DeadLetter(
        EntryId entryId,
        int index,
        byte[] raw,
        String reason,
        ReasonClass reasonClass,
        @Nullable String sqlState,
        @Nullable String key,
        @Nullable LetterReference replayOf) {

    /** A new one, of the class that the database's reason says. */
    public DeadLetter(
            EntryId entryId, int index, byte[] raw, String reason, @Nullable String sqlState, @Nullable String key) {
        this(entryId, index, raw, reason, classOf(sqlState), sqlState, key, null);
    }

    /** One of an event that was decoded. */
    public static DeadLetter of(Event event, String reason, ReasonClass reasonClass, @Nullable String sqlState) {
        return new DeadLetter(
                event.entryId(),
                event.index(),
                event.json(),
                reason,
                reasonClass,
                sqlState,
                event.key(),
                event.letter());
    }

    static ReasonClass classOf(@Nullable String sqlState) {
        if (sqlState == null) {
            return ReasonClass.INVALID;
        }
        return sqlState.startsWith("23") || sqlState.startsWith("44") || sqlState.equals(SqlStates.RAISED_BY_A_FUNCTION)
                ? ReasonClass.CONSTRAINT
                : ReasonClass.VALUE;
    }
}
