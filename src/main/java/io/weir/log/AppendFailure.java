package io.weir.log;

/** Why items were not, or not surely, appended. */
public final class AppendFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What is known about the items. */
    public enum Reason {
        /** The stream holds as many uncommitted events as its definition allows; nothing was appended. */
        STREAM_FULL,
        /** Too many events wait for Redis in this process; nothing was appended. */
        OVERLOADED,
        /** Redis is away, or refused (out of memory, read-only replica); nothing was appended. */
        UNAVAILABLE,
        /** The command was sent and no answer came in time: the items may or may not be in the log. */
        UNKNOWN
    }

    private final Reason reason;

    public AppendFailure(Reason reason, String message) {
        // no stack trace: thrown per request while Redis is away
        super(message, null, false, false);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
