package io.weir.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON as maps, lists, text, numbers and booleans, for answers that are small. */
final class JsonValue {
    private static final JsonFactory JSON = new JsonFactory();

    private JsonValue() {}

    /** The members of the object that a text is. */
    static Map<String, @Nullable Object> object(String text) throws AdminClient.Failed {
        try (JsonParser parser = JSON.createParser(text)) {
            if (parser.nextToken() == JsonToken.START_OBJECT) {
                return members(parser);
            }
        } catch (IOException notJson) {
            throw new AdminClient.Failed("the answer is not Weir's; check --url: " + notJson.getMessage());
        }
        throw new AdminClient.Failed("the answer is not Weir's; check --url");
    }

    /** The objects of a member that is a list of them. */
    @SuppressWarnings("unchecked")
    static List<Map<String, @Nullable Object>> objects(Map<String, @Nullable Object> object, String name) {
        return object.get(name) instanceof List<?> list ? (List<Map<String, @Nullable Object>>) list : List.of();
    }

    /** A member as text; empty where there is none. */
    static String text(Map<String, @Nullable Object> object, String name) {
        Object value = object.get(name);
        return value == null ? "" : value.toString();
    }

    private static Map<String, @Nullable Object> members(JsonParser parser) throws IOException {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            parser.nextToken();
            members.put(name, value(parser));
        }
        return members;
    }

    private static @Nullable Object value(JsonParser parser) throws IOException {
        JsonToken token = parser.currentToken();
        return switch (token) {
            case START_OBJECT -> members(parser);
            case START_ARRAY -> {
                List<@Nullable Object> elements = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    elements.add(value(parser));
                }
                yield elements;
            }
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NUMBER_INT -> parser.getLongValue();
            case VALUE_NULL -> null;
            default -> parser.getText();
        };
    }
}
