package io.weir.http;

import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.jspecify.annotations.Nullable;

/** Headers of a request by their names. */
final class RequestHeaders {
    private RequestHeaders() {}

    /** The value of the first header of this name, in any case; null when there is none. */
    static @Nullable String first(HttpRequest request, String name) {
        return request.getHeader(name).map(HttpHeader::value).orElse(null);
    }
}
