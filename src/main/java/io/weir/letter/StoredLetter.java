package io.weir.letter;

import io.weir.event.EntryId;
import io.weir.event.LetterReference;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A dead letter as the database holds it.
 *
 * @param entry where in the log of its partition the event stood, {@code index} its place in the entry
 * @param reason for a person
 * @param sqlState the database's reason; null when the database was not asked
 * @param attempts how often it became a dead letter: 1, and one more with each replay that failed
 * @param version grows with each edit and each replay
 * @param raw the event, as it was sent where that is known, else as the log held it
 * @param edited what is replayed instead
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record StoredLetter(
        long id,
        String stream,
        int partition,
        EntryId entry,
        int index,
        LetterState state,
        ReasonClass reasonClass,
        String reason,
        @Nullable String sqlState,
        @Nullable String key,
        int attempts,
        int version,
        byte[] raw,
        byte @Nullable [] edited,
        Instant createdAt,
        Instant updatedAt) {

    /** What a replay sends. */
    public byte[] content() {
        return edited == null ? raw : edited;
    }

    /** What a replay of this version is known by. */
    public LetterReference reference() {
        return new LetterReference(id, version);
    }
}
