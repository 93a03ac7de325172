package io.weir.event;

import org.jspecify.annotations.Nullable;

/**
 * An event that the door refused.
 *
 * @param index its place in the request, from 0
 * @param field the field at fault; null when the event as a whole is
 * @param reason what is wrong, for a person
 * @param raw the event as it was sent
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record InvalidEvent(
        int index,
        @Nullable String field,
        String reason,
        byte[] raw,
        @Nullable String key) {}
