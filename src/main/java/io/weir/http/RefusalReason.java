package io.weir.http;

import java.util.Locale;

/** Why a request was refused, with the status that says so. */
public enum RefusalReason {
    INVALID_PARAMETER(400, "Invalid parameter"),
    MALFORMED(400, "Malformed body"),
    TOO_DEEP(400, "Nested too deeply"),
    INVALID_EVENT(400, "Invalid event"),
    KEY_REQUIRED(401, "Key required"),
    KEY_UNKNOWN(401, "Unknown key"),
    NOT_PERMITTED(403, "Not permitted"),
    ORIGIN_NOT_ALLOWED(403, "Origin not allowed"),
    TIMEOUT(408, "The body did not arrive in time"),
    BODY_TOO_LARGE(413, "Body too large"),
    TOO_MANY_EVENTS(413, "Too many events"),
    EVENT_TOO_LARGE(413, "Event too large"),
    UNSUPPORTED_MEDIA_TYPE(415, "Unsupported media type"),
    STREAM_FULL(503, "Stream full"),
    OVERLOADED(503, "Overloaded"),
    UNAVAILABLE(503, "Unavailable"),
    UNKNOWN(503, "Outcome unknown"),
    CONCURRENCY(503, "Too many requests at once");

    private final int status;
    private final String title;

    RefusalReason(int status, String title) {
        this.status = status;
        this.title = title;
    }

    /** The HTTP status code. */
    public int status() {
        return status;
    }

    /** What happened, in a few words that don't change from one occurrence to the next. */
    public String title() {
        return title;
    }

    /** The value of the metric's {@code reason} tag. */
    public String tag() {
        return name().toLowerCase(Locale.ROOT);
    }
}
