package io.weir.http;

import io.weir.limit.LimitVerdict;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.util.ByteString;

/** What answers say of limits. */
final class RateLimitAnswers {
    private static final int TOO_MANY_REQUESTS = 429;

    private final InstantSource clock;

    RateLimitAnswers(InstantSource clock) {
        this.clock = clock;
    }

    HttpResponse withHeaders(HttpResponse response, LimitVerdict verdict) {
        long resetMillis = clock.millis() + verdict.untilReset().toMillis();
        return response.addHeaders(List.<HttpHeader>of(
                RawHeader.create("X-RateLimit-Limit", Long.toString(verdict.limit())),
                RawHeader.create("X-RateLimit-Remaining", Long.toString(verdict.remaining())),
                // the second in which it is over
                RawHeader.create("X-RateLimit-Reset", Long.toString(Math.ceilDiv(resetMillis, 1000L)))));
    }

    /** The form that clients of the systems that Weir replaces know, and not a problem of RFC 9457. */
    HttpResponse limited(LimitVerdict verdict) {
        long seconds = Math.max(1, wholeSeconds(verdict.untilReset()));
        HttpResponse response = HttpResponse.create()
                .withStatus(TOO_MANY_REQUESTS)
                .withEntity(HttpEntities.create(
                        ContentTypes.APPLICATION_JSON,
                        ByteString.fromString("{\"error\":\"Rate limit exceeded\",\"retryAfter\":" + seconds + "}")))
                .addHeader(RawHeader.create("Retry-After", Long.toString(seconds)));
        return withHeaders(response, verdict);
    }

    private static long wholeSeconds(Duration duration) {
        return Math.ceilDiv(duration.toMillis(), 1000L);
    }
}
