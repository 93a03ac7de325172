package io.weir.enrich;

import io.weir.definition.Field;
import io.weir.definition.FieldValues;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Campaign parameters of a URL, as Google Analytics names them: the value of the first parameter of a name in its query.
 */
final class UtmParameters {
    private UtmParameters() {}

    /** Fills the fields that are named like parameters; those that the URL does not have become null. */
    static void read(String url, Iterable<Field> fields, @Nullable Object[] values) {
        for (Field field : fields) {
            values[field.index()] = null;
        }
        int query = url.indexOf('?');
        if (query < 0 || url.indexOf("utm_", query) < 0) {
            return;
        }
        int end = url.indexOf('#', query);
        end = end < 0 ? url.length() : end;
        int from = query + 1;
        while (from < end) {
            int next = url.indexOf('&', from);
            int to = next < 0 || next > end ? end : next;
            int equals = url.indexOf('=', from);
            if (equals > 0 && equals < to && url.startsWith("utm_", from)) {
                for (Field field : fields) {
                    if (values[field.index()] == null
                            && field.name().length() == equals - from
                            && url.startsWith(field.name(), from)) {
                        values[field.index()] = value(url.substring(equals + 1, to), field);
                    }
                }
            }
            from = to + 1;
        }
    }

    private static @Nullable String value(String encoded, Field field) {
        String text;
        try {
            text = URLDecoder.decode(encoded, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notEncoded) {
            // what somebody typed is still a name
            text = encoded;
        }
        text = text.strip();
        if (text.length() > field.maxLength()) {
            int end = field.maxLength();
            text = text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end);
        }
        return text.isEmpty() || FieldValues.textProblem(text) != null ? null : text;
    }
}
