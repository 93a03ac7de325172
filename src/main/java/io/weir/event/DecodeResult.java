package io.weir.event;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What became of a request's body. */
public sealed interface DecodeResult {
    /** Every event was looked at, or, when invalid ones are not kept, all up to the first invalid one. */
    record Decoded(List<AcceptedEvent> accepted, List<InvalidEvent> invalid) implements DecodeResult {}

    /**
     * The body as a whole was refused.
     *
     * @param index the event at which it was, or -1
     */
    record Refused(Reason reason, String detail, int index) implements DecodeResult {}

    /** Why a body was refused as a whole. */
    enum Reason {
        /** Not the form it claims to be, or no event in it. */
        MALFORMED,
        TOO_MANY_EVENTS,
        EVENT_TOO_LARGE,
        TOO_DEEP
    }

    /** The first invalid event; null when there is none. */
    static @Nullable InvalidEvent firstInvalid(Decoded decoded) {
        return decoded.invalid().isEmpty() ? null : decoded.invalid().getFirst();
    }
}
