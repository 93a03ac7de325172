package io.weir.http;

import org.jspecify.annotations.Nullable;

/** A request that is refused as a whole. Nothing of it was taken, unless the reason says that this is unknown. */
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final RefusalReason reason;
    private final int index;
    private final @Nullable String field;

    Refusal(RefusalReason reason, String detail) {
        this(reason, detail, -1, null);
    }

    /**
     * A refusal on account of one event or parameter.
     *
     * @param index the event's place in the request, or -1
     * @param field the field or parameter at fault
     */
    Refusal(RefusalReason reason, String detail, int index, @Nullable String field) {
        // no stack trace: an everyday answer, not an accident
        super(detail, null, false, false);
        this.reason = reason;
        this.index = index;
        this.field = field;
    }

    RefusalReason reason() {
        return reason;
    }

    String detail() {
        return String.valueOf(getMessage());
    }

    int index() {
        return index;
    }

    @Nullable
    String field() {
        return field;
    }
}
