package io.weir.event;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.weir.definition.FieldValues;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Refused events as the log keeps them: {@code {"index":…,"field":…,"reason":…,"raw":"…","$key":…}}, with
 * {@code rawBase64} for bytes that are no UTF-8; what is null is left out.
 */
public final class RefusedEvent {
    private RefusedEvent() {}

    public static byte[] encode(InvalidEvent event) {
        JsonBytes json = new JsonBytes();
        json.raw("{\"index\":");
        json.number(event.index());
        member(json, "field", event.field());
        member(json, "reason", event.reason());
        if (Utf8.isValid(event.raw(), 0, event.raw().length)) {
            member(json, "raw", new String(event.raw(), StandardCharsets.UTF_8));
        } else {
            member(json, "rawBase64", Base64.getEncoder().encodeToString(event.raw()));
        }
        member(json, FieldReader.KEY, event.key());
        json.raw('}');
        return json.toByteArray();
    }

    private static void member(JsonBytes json, String name, @Nullable String value) {
        if (value != null) {
            json.raw(',');
            json.string(name);
            json.raw(':');
            json.string(value);
        }
    }

    /** What {@link #encode} wrote. Anything else becomes an event whose raw bytes it is, with a reason that says so. */
    public static InvalidEvent decode(byte[] payload) {
        try {
            return Utf8.isValid(payload, 0, payload.length) ? parse(payload) : foreign(payload);
        } catch (IOException | TooDeepException | IllegalArgumentException notOurs) {
            return foreign(payload);
        }
    }

    private static InvalidEvent parse(byte[] payload) throws IOException, TooDeepException {
        int index = 0;
        String field = null;
        String reason = null;
        byte[] raw = null;
        String key = null;
        try (JsonParser parser = Json.parser(payload, 0, payload.length)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return foreign(payload);
            }
            for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                JsonToken token = parser.nextToken();
                String text = token == JsonToken.VALUE_STRING ? parser.getText() : null;
                switch (name) {
                    case "index" -> index = token == JsonToken.VALUE_NUMBER_INT ? parser.getIntValue() : 0;
                    case "field" -> field = text;
                    case "reason" -> reason = text;
                    case "raw" -> raw = text == null ? raw : text.getBytes(StandardCharsets.UTF_8);
                    case "rawBase64" ->
                        raw = text == null ? raw : Base64.getDecoder().decode(text);
                    case FieldReader.KEY -> key = text;
                    default -> Json.skip(parser, 1, 2);
                }
            }
        }
        boolean known = reason != null && raw != null && index >= 0 && isStorable(reason) && isStorable(field);
        // put there by hand, a key may be one that no index takes
        String usable = key == null || EventKeys.problem(key) != null ? null : key;
        return known && reason != null && raw != null
                ? new InvalidEvent(index, field, reason, raw, usable)
                : foreign(payload);
    }

    private static boolean isStorable(@Nullable String text) {
        return text == null || FieldValues.textProblem(text) == null;
    }

    private static InvalidEvent foreign(byte[] payload) {
        return new InvalidEvent(0, null, "is no refused event as Weir writes them", payload, null);
    }
}
