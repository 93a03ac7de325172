package io.weir.log;

import java.util.Locale;

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
        /**
         * The stream has other partitions by now, and this one takes nothing any more. What of the items was not appended is
         * to be appended where it belongs now.
         */
        SEALED,
        /** The command was sent and no answer came in time: the items may or may not be in the log. */
        UNKNOWN;

        /** The value of the metric's {@code reason} tag. */
        String tag() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Reason reason;
    private final int appended;
    private final int repeated;

    public AppendFailure(Reason reason, String message) {
        this(reason, message, 0, 0);
    }

    private AppendFailure(Reason reason, String message, int appended, int repeated) {
        // no stack trace: thrown per request while Redis is away
        super(message, null, false, false);
        this.reason = reason;
        this.appended = appended;
        this.repeated = repeated;
    }

    /**
     * The refusal of a partition that is sealed.
     *
     * @param appended so many of the items, the first ones, are in the log all the same
     * @param repeated so many of these were there before
     */
    static AppendFailure sealed(String message, int appended, int repeated) {
        return new AppendFailure(Reason.SEALED, message, appended, repeated);
    }

    public Reason reason() {
        return reason;
    }

    /** With {@link Reason#SEALED}: how many of the items, the first ones, were appended. */
    public int appended() {
        return appended;
    }

    /** With {@link Reason#SEALED}: how many of those had been there before. */
    public int repeated() {
        return repeated;
    }
}
