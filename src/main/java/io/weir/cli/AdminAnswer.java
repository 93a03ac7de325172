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

/** A JSON object that an administrative route answered; small. */
final class AdminAnswer {
    private static final JsonFactory JSON = new JsonFactory();
    private static final String NOT_WEIR = "the answer is not Weir's; check --url";

    /** Objects, lists of values, and the text of everything else; without what is null. */
    private final Map<String, Object> members = new LinkedHashMap<>();

    private AdminAnswer() {}

    static AdminAnswer parse(String body) throws AdminClient.Failed {
        try (JsonParser parser = JSON.createParser(body)) {
            if (parser.nextToken() == JsonToken.START_OBJECT) {
                return object(parser);
            }
        } catch (IOException notJson) {
            // said below
        }
        throw new AdminClient.Failed(NOT_WEIR);
    }

    /** The names of what is not null, in the order of the answer. */
    List<String> names() {
        return List.copyOf(members.keySet());
    }

    /** Null where it is missing or null. */
    @Nullable
    String text(String name) {
        Object value = members.get(name);
        return value == null ? null : value.toString();
    }

    /** Empty where it is missing or null. */
    String textOrEmpty(String name) {
        String text = text(name);
        return text == null ? "" : text;
    }

    boolean isTrue(String name) {
        return "true".equals(text(name));
    }

    /** 0 where it is missing or null. */
    long number(String name) throws AdminClient.Failed {
        String value = text(name);
        try {
            return value == null ? 0 : Long.parseLong(value);
        } catch (NumberFormatException notANumber) {
            throw new AdminClient.Failed(NOT_WEIR);
        }
    }

    /** 0 where it is missing or null. */
    double decimal(String name) throws AdminClient.Failed {
        String value = text(name);
        try {
            return value == null ? 0 : Double.parseDouble(value);
        } catch (NumberFormatException notANumber) {
            throw new AdminClient.Failed(NOT_WEIR);
        }
    }

    /** The objects of a member that is a list of them. */
    List<AdminAnswer> objects(String name) {
        List<AdminAnswer> objects = new ArrayList<>();
        if (members.get(name) instanceof List<?> list) {
            for (Object element : list) {
                if (element instanceof AdminAnswer object) {
                    objects.add(object);
                }
            }
        }
        return objects;
    }

    /** The texts of a member that is a list of values. */
    List<String> texts(String name) {
        return members.get(name) instanceof List<?> list
                ? list.stream().map(String::valueOf).toList()
                : List.of();
    }

    @Override
    public String toString() {
        return members.toString();
    }

    private static AdminAnswer object(JsonParser parser) throws IOException {
        AdminAnswer object = new AdminAnswer();
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            if (parser.nextToken() != JsonToken.VALUE_NULL) {
                object.members.put(name, value(parser));
            }
        }
        return object;
    }

    private static Object value(JsonParser parser) throws IOException {
        if (parser.currentToken() == JsonToken.START_OBJECT) {
            return object(parser);
        }
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            return parser.getText();
        }
        List<Object> elements = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            elements.add(value(parser));
        }
        return elements;
    }
}
