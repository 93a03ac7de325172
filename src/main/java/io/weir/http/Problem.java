package io.weir.http;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.time.Duration;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.util.ByteString;

/** Builds an error response in the form of RFC 9457, {@code application/problem+json}. */
public final class Problem {
    private static final ContentType TYPE = ContentTypes.parse("application/problem+json");

    private final int status;
    private final StringBuilder json = new StringBuilder(256);

    private Problem(int status, String type, String title, String detail) {
        this.status = status;
        json.append('{');
        with("type", type);
        with("title", title);
        with("status", status);
        with("detail", detail);
    }

    /** A problem of a kind of Weir's own. */
    public static Problem of(RefusalReason reason, String detail) {
        String name = reason.tag().replace('_', '-');
        return new Problem(reason.status(), "urn:weir:problem:" + name, reason.title(), detail);
    }

    /** A problem that the status says enough about. */
    public static Problem of(int status, String title, String detail) {
        return new Problem(status, "about:blank", title, detail);
    }

    /** The problem of a request whose events were taken and whose commit was not seen in time. */
    static Problem notYetCommitted() {
        return new Problem(
                503,
                "urn:weir:problem:not-yet-committed",
                "Accepted, not yet committed",
                "the events were accepted and will be committed; don't send them again without an Idempotency-Key");
    }

    /** Adds a member. */
    public Problem with(String name, String value) {
        member(name).append('"');
        JsonStringEncoder.getInstance().quoteAsString(value, json);
        json.append('"');
        return this;
    }

    /** Adds a member. */
    public Problem with(String name, long value) {
        member(name).append(value);
        return this;
    }

    /** Adds a member. */
    public Problem with(String name, boolean value) {
        member(name).append(value);
        return this;
    }

    /** The response; the problem takes no more members. */
    public HttpResponse response() {
        return HttpResponse.create()
                .withStatus(status)
                .withEntity(HttpEntities.create(
                        TYPE, ByteString.fromString(json.append('}').toString())));
    }

    /** The header that tells a client when to come again; whole seconds, rounded up. */
    static HttpHeader retryAfter(Duration wait) {
        return RawHeader.create(
                "Retry-After", Long.toString(wait.plusMillis(999).toSeconds()));
    }

    private StringBuilder member(String name) {
        if (json.length() > 1) {
            json.append(',');
        }
        return json.append('"').append(name).append("\":");
    }
}
