package io.weir.http;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.jspecify.annotations.Nullable;

/** A request's query as forms and {@code URLSearchParams} write it, where + is a space. */
final class RawQuery {
    private RawQuery() {}

    /** The parameters in their order; of one that comes twice the first, and the second is told. */
    static Map<String, String> parse(HttpRequest request) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String parameter : request.getUri().rawQueryString().orElse("").split("&", -1)) {
            int equals = parameter.indexOf('=');
            String name = decode(equals < 0 ? parameter : parameter.substring(0, equals));
            if (!name.isEmpty()
                    && parameters.putIfAbsent(name, equals < 0 ? "" : decode(parameter.substring(equals + 1)))
                            != null) {
                throw QueryParameters.invalid(name, "was sent more than once");
            }
        }
        return parameters;
    }

    /** One parameter; null when it is not there. */
    static @Nullable String first(HttpRequest request, String name) {
        for (String parameter : request.getUri().rawQueryString().orElse("").split("&", -1)) {
            int equals = parameter.indexOf('=');
            if (equals > 0 && decode(parameter.substring(0, equals)).equals(name)) {
                return decode(parameter.substring(equals + 1));
            }
        }
        return null;
    }

    private static String decode(String text) {
        return PathTemplate.percentDecode(text.replace('+', ' '));
    }
}
