package io.weir.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A flat JSON object that an administrative route answered. */
final class AdminAnswer {
    private static final JsonFactory JSON = new JsonFactory();

    private final Map<String, String> members = new HashMap<>();

    static AdminAnswer parse(String body) throws AdminClient.Failed {
        AdminAnswer answer = new AdminAnswer();
        try (JsonParser parser = JSON.createParser(body)) {
            if (parser.nextToken() == JsonToken.START_OBJECT) {
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String name = parser.currentName();
                    if (parser.nextToken() != JsonToken.VALUE_NULL) {
                        answer.members.put(name, parser.getText());
                    }
                    parser.skipChildren();
                }
                return answer;
            }
        } catch (IOException notJson) {
            // said below
        }
        throw new AdminClient.Failed("the answer is not Weir's; check --url");
    }

    /** Null where it is missing or null. */
    @Nullable
    String text(String name) {
        return members.get(name);
    }

    boolean isTrue(String name) {
        return "true".equals(members.get(name));
    }

    long number(String name) throws AdminClient.Failed {
        String value = members.get(name);
        try {
            return value == null ? 0 : Long.parseLong(value);
        } catch (NumberFormatException notANumber) {
            throw new AdminClient.Failed("the answer is not Weir's; check --url");
        }
    }
}
