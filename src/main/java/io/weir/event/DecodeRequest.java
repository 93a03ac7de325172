package io.weir.event;

import io.weir.definition.BodyForm;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request's body and how to read it.
 *
 * @param nowMicros the time of receipt, in microseconds since the epoch: what {@code default = now} becomes
 * @param idempotencyKey the request's key; its events are keyed by it and their index
 * @param firstIndex the index of the first event within what the key stands for, 0 unless a client sends one thing in
 *     several requests
 * @param visitor who sent the request, for a field that wants it; null where none does
 * @param sender what the request says of who sent it, for fields that want it
 * @param keepInvalid whether decoding goes on after an invalid event
 * @param fixed what each event must hold
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record DecodeRequest(
        byte[] body,
        BodyForm form,
        long nowMicros,
        @Nullable String idempotencyKey,
        long firstIndex,
        @Nullable String visitor,
        Sender sender,
        boolean keepInvalid,
        List<FixedValue> fixed) {

    /** A request of which nothing but the visitor is known, of somebody who may send everything. */
    public DecodeRequest(
            byte[] body,
            BodyForm form,
            long nowMicros,
            @Nullable String idempotencyKey,
            long firstIndex,
            @Nullable String visitor,
            boolean keepInvalid) {
        this(body, form, nowMicros, idempotencyKey, firstIndex, visitor, Sender.UNKNOWN, keepInvalid, List.of());
    }
}
