package io.weir.query;

/** A question that got no answer. */
public final class QueryFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What is to be done about it. */
    public enum Reason {
        /** The database is away or has no connection left: ask again. */
        UNAVAILABLE,
        /** It takes longer than a question may: ask for less. */
        TOO_SLOW
    }

    private final Reason reason;

    public QueryFailure(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
