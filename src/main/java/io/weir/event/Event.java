package io.weir.event;

import io.weir.definition.StreamDefinition;
import org.jspecify.annotations.Nullable;

/**
 * One event as it stands in the log. Not to be changed once built.
 *
 * @param entryId the entry that carries it
 * @param index its place in the entry
 * @param values one per field of its stream, in their order, of the types that {@link io.weir.definition.FieldType} says
 * @param key its idempotency key
 * @param letter the dead letter that it replays
 * @param json the event as the entry holds it
 */
@SuppressWarnings("ArrayRecordComponent") // a value per event on the hot path; never compared
public record Event(
        EntryId entryId,
        int index,
        @Nullable Object[] values,
        @Nullable String key,
        byte[] json,
        @Nullable LetterReference letter) {

    /** An event that replays nothing. */
    public Event(EntryId entryId, int index, @Nullable Object[] values, @Nullable String key, byte[] json) {
        this(entryId, index, values, key, json, null);
    }

    /** What the event is counted for; null in streams without an entity. */
    public @Nullable Object entity(StreamDefinition definition) {
        return definition.entity() == null ? null : values[definition.entity().index()];
    }
}
