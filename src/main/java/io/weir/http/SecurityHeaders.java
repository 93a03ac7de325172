package io.weir.http;

import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.scaladsl.model.HttpHeader;
import org.jspecify.annotations.Nullable;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * What every answer tells browsers: to take it for what it says it is, to run and frame nothing of it, to keep nothing of
 * it. An answer that is meant otherwise, such as a page or a redirect, has the header of the same name itself.
 */
final class SecurityHeaders {
    /** Without Strict-Transport-Security, which is only for those whom everybody reaches by TLS. */
    static final SecurityHeaders PLAIN = new SecurityHeaders(null);

    private final Seq<HttpHeader> headers;

    SecurityHeaders(@Nullable String strictTransportSecurity) {
        List<HttpHeader> all = new ArrayList<>();
        all.add(header("X-Content-Type-Options", "nosniff"));
        all.add(header("Referrer-Policy", "no-referrer"));
        all.add(header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"));
        all.add(header("Cache-Control", "no-store"));
        if (strictTransportSecurity != null) {
            all.add(header("Strict-Transport-Security", strictTransportSecurity));
        }
        headers = CollectionConverters.asScala(all).toVector();
    }

    HttpResponse addTo(HttpResponse response) {
        return (HttpResponse)
                ((org.apache.pekko.http.scaladsl.model.HttpResponse) response).withDefaultHeaders(headers);
    }

    private static HttpHeader header(String name, String value) {
        return (HttpHeader) RawHeader.create(name, value);
    }
}
