package io.weir.replay;

/** A replay or backfill that did not happen; the message is for a person. */
public final class ReplayFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Reason {
        /** It can't be exact, or there is nothing that it could be done to. */
        REFUSED,
        /** Another one runs. */
        BUSY,
        /** The database or Redis is away, or it took too long; nothing was changed. */
        UNAVAILABLE
    }

    private final Reason reason;

    public ReplayFailure(Reason reason, String message) {
        // no stack trace: an answer, not an accident
        super(message, null, false, false);
        this.reason = reason;
    }

    public static ReplayFailure refused(String message) {
        return new ReplayFailure(Reason.REFUSED, message);
    }

    public Reason reason() {
        return reason;
    }
}
