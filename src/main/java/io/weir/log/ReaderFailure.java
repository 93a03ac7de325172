package io.weir.log;

/** Why a partition can't be read on by this incarnation of its consumer. */
public final class ReaderFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What ended it. */
    public enum Reason {
        /** The incarnation's group is gone: another incarnation took over, or somebody deleted group or stream. */
        GROUP_GONE,
        /** Redis is away, did not answer in time, or refused. */
        UNAVAILABLE
    }

    private final Reason reason;

    public ReaderFailure(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
