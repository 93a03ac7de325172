package io.weir.store;

import io.weir.event.EntryId;
import org.jspecify.annotations.Nullable;

/**
 * An event that can't be applied.
 *
 * @param raw the event, as it was sent where that is known, else as the log holds it
 * @param sqlState the database's reason; null when the database was not asked
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record DeadLetter(
        EntryId entryId,
        int index,
        byte[] raw,
        String reason,
        @Nullable String sqlState,
        @Nullable String key) {}
