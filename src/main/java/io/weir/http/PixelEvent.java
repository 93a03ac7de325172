package io.weir.http;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.weir.definition.Field;
import io.weir.definition.StreamDefinition;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Writes the parameters of a query as the event that they stand for. What can't be a value of its field's type is written as a
 * string, for the decoder to refuse in its own words.
 */
final class PixelEvent {
    private static final Pattern INTEGER = Pattern.compile("-?(0|[1-9][0-9]*)");
    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");

    private final StreamDefinition definition;

    PixelEvent(StreamDefinition definition) {
        this.definition = definition;
    }

    /** One JSON object; a parameter without a value, or of a name that is no field's, is left out. */
    byte[] of(Map<String, String> parameters) {
        StringBuilder json = new StringBuilder(128).append('{');
        for (Field field : definition.fields()) {
            String value = parameters.get(field.name());
            if (value != null && !value.isEmpty()) {
                json.append(json.length() > 1 ? "," : "");
                quote(field.name(), json).append(':');
                if (isJson(field, value)) {
                    json.append(value);
                } else {
                    quote(value, json);
                }
            }
        }
        return json.append('}').toString().getBytes(StandardCharsets.UTF_8);
    }

    private static boolean isJson(Field field, String value) {
        return switch (field.type()) {
            case LONG, TIMESTAMP -> INTEGER.matcher(value).matches();
            case DOUBLE -> NUMBER.matcher(value).matches();
            case BOOLEAN -> value.equals("true") || value.equals("false");
            case JSON -> JsonShape.isOneValue(value.getBytes(StandardCharsets.UTF_8));
            case TEXT, UUID, URL, IP -> false;
        };
    }

    private static StringBuilder quote(String text, StringBuilder json) {
        json.append('"');
        JsonStringEncoder.getInstance().quoteAsString(text, json);
        return json.append('"');
    }
}
