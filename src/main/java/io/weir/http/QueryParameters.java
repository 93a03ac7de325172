package io.weir.http;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.jspecify.annotations.Nullable;

/** The parameters of a query, each known and given once; anything else is refused. */
final class QueryParameters {
    private final Map<String, String> values = new HashMap<>();

    private QueryParameters() {}

    static QueryParameters of(HttpRequest request, Set<String> known) {
        QueryParameters parameters = new QueryParameters();
        for (String parameter : request.getUri().rawQueryString().orElse("").split("&", -1)) {
            if (parameter.isEmpty()) {
                continue;
            }
            int equals = parameter.indexOf('=');
            String name = PathTemplate.percentDecode(equals < 0 ? parameter : parameter.substring(0, equals));
            String value = equals < 0 ? "" : PathTemplate.percentDecode(parameter.substring(equals + 1));
            if (!known.contains(name)) {
                throw parameters.invalid(name, "is unknown; known are " + String.join(", ", new TreeSet<>(known)));
            }
            if (parameters.values.putIfAbsent(name, value) != null) {
                throw parameters.invalid(name, "was sent more than once");
            }
        }
        return parameters;
    }

    @Nullable
    String text(String name) {
        return values.get(name);
    }

    String required(String name) {
        String value = values.get(name);
        if (value == null || value.isEmpty()) {
            throw invalid(name, "is missing");
        }
        return value;
    }

    long number(String name, long missing) {
        String value = values.get(name);
        if (value == null) {
            return missing;
        }
        if (!value.matches("[0-9]{1,9}")) {
            throw invalid(name, "must be a whole number from 0");
        }
        return Long.parseLong(value);
    }

    /** Whether it is there, alone or as {@code true}. */
    boolean flag(String name) {
        String value = values.get(name);
        if (value == null || value.equals("false")) {
            return false;
        }
        if (!value.isEmpty() && !value.equals("true")) {
            throw invalid(name, "must be true or false");
        }
        return true;
    }

    Refusal invalid(String name, String problem) {
        return new Refusal(RefusalReason.INVALID_PARAMETER, name + " " + problem, -1, name);
    }
}
