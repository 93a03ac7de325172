package io.weir.event;

import org.jspecify.annotations.Nullable;

/**
 * An event that passed the door and is to be appended to the log.
 *
 * @param json the event in the form that the log holds: one compact JSON object with every default filled in
 */
@SuppressWarnings("ArrayRecordComponent") // a value per event on the hot path; never compared
public record AcceptedEvent(
        int partition, byte[] json, @Nullable String key) {}
