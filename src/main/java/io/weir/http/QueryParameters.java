package io.weir.http;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.jspecify.annotations.Nullable;

/** A request's query. One that is not known, or that can't be read, is refused and named. */
final class QueryParameters {
    private final Map<String, String> values = new LinkedHashMap<>();

    private QueryParameters() {}

    /** The parameters of a request that takes these and no others. */
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
                throw invalid(name, "is unknown; known are " + String.join(", ", new TreeSet<>(known)));
            }
            if (parameters.values.putIfAbsent(name, value) != null) {
                throw invalid(name, "was sent more than once");
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
            throw invalid(name, "is required");
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

    /** A value of a fixed set; null when it was not sent. */
    <T> @Nullable T one(String name, Function<String, Optional<T>> parser, String expected) {
        String value = values.get(name);
        return value == null
                ? null
                : parser.apply(value).orElseThrow(() -> invalid(name, "is \"" + value + "\", must be " + expected));
    }

    @Nullable
    Instant instant(String name) {
        String value = values.get(name);
        try {
            return value == null ? null : Instant.parse(value);
        } catch (DateTimeParseException notATime) {
            throw invalid(name, "is \"" + value + "\", must be a time like 2026-03-01T10:00:00Z");
        }
    }

    @Nullable
    Long positive(String name) {
        String value = values.get(name);
        try {
            if (value == null) {
                return null;
            }
            long number = Long.parseLong(value);
            if (number > 0) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            // said below
        }
        throw invalid(name, "is \"" + value + "\", must be a whole number from 1");
    }

    /** A number from 1 to a limit, which is said and not applied silently. */
    int limit(String name, int usual, int largest) {
        Long value = positive(name);
        if (value != null && value > largest) {
            throw invalid(name, "is " + value + ", must be at most " + largest);
        }
        return value == null ? usual : Math.toIntExact(value);
    }

    static Refusal invalid(String name, String problem) {
        return new Refusal(RefusalReason.INVALID_PARAMETER, name + " " + problem, -1, name);
    }
}
