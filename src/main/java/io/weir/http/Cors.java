package io.weir.http;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/**
 * Lets pages of known origins read answers, errors among them, and answers what browsers ask before they send
 * (https://fetch.spec.whatwg.org/#http-cors-protocol). The administrative routes are for no page.
 */
final class Cors {
    private static final HttpHeader VARY = RawHeader.create("Vary", "Origin");
    /** navigator.sendBeacon sends as one who has credentials; Weir itself looks at no cookie. */
    private static final HttpHeader CREDENTIALS = RawHeader.create("Access-Control-Allow-Credentials", "true");

    private static final HttpHeader EXPOSED = RawHeader.create(
            "Access-Control-Expose-Headers",
            "Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset");
    private static final HttpHeader HEADERS = RawHeader.create(
            "Access-Control-Allow-Headers",
            "Content-Type, Content-Encoding, Idempotency-Key, Authorization, X-Weir-Key, X-User-Id");

    private final Set<String> origins;
    private final HttpHeader maxAge;

    /**
     * For these pages.
     *
     * @param origins in lower case
     */
    Cors(Set<String> origins, Duration maxAge) {
        this.origins = Set.copyOf(origins);
        this.maxAge = RawHeader.create("Access-Control-Max-Age", Long.toString(maxAge.toSeconds()));
    }

    HttpResponse addTo(HttpRequest request, HttpResponse response) {
        String path = request.getUri().path();
        if (path.startsWith(AdminAccess.PREFIX) || path.startsWith(AdminAccess.CRON_PREFIX)) {
            return response;
        }
        String origin = null;
        boolean preflight = false;
        for (HttpHeader header : request.getHeaders()) {
            switch (header.lowercaseName()) {
                case "origin" -> origin = header.value();
                case "access-control-request-method" ->
                    preflight = request.method().name().equals("OPTIONS");
                default -> {}
            }
        }
        List<HttpHeader> headers = new ArrayList<>(7);
        // of every answer: whoever keeps one must not show it to another page
        headers.add(VARY);
        if (origin != null && origins.contains(origin.toLowerCase(Locale.ROOT))) {
            headers.add(RawHeader.create("Access-Control-Allow-Origin", origin));
            headers.add(CREDENTIALS);
            if (preflight) {
                response.getHeader("Allow")
                        .ifPresent(
                                allow -> headers.add(RawHeader.create("Access-Control-Allow-Methods", allow.value())));
                headers.add(HEADERS);
                headers.add(maxAge);
            } else {
                headers.add(EXPOSED);
            }
        }
        return response.addHeaders(headers);
    }
}
