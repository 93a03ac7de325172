package io.weir.event;

import org.jspecify.annotations.Nullable;

/** An event or a value that can't be taken, with the field at fault and the reason. */
public final class InvalidEventException extends Exception {
    private static final long serialVersionUID = 1L;

    private final @Nullable String field;
    private final String reason;

    public InvalidEventException(@Nullable String field, String reason) {
        // no stack trace: bad input is a client's doing and may come at any rate
        super(field == null ? reason : field + ": " + reason, null, false, false);
        this.field = field;
        this.reason = reason;
    }

    /** The field at fault; null when it is the event as a whole. */
    public @Nullable String field() {
        return field;
    }

    /** What is wrong, for a person. */
    public String reason() {
        return reason;
    }
}
