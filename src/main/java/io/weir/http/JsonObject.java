package io.weir.http;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** Writes a JSON object. */
final class JsonObject {
    private final StringBuilder json = new StringBuilder(256).append('{');

    JsonObject with(String name, @Nullable String value) {
        member(name);
        if (value == null) {
            json.append("null");
        } else {
            json.append('"');
            JsonStringEncoder.getInstance().quoteAsString(value, json);
            json.append('"');
        }
        return this;
    }

    JsonObject with(String name, long value) {
        member(name).append(value);
        return this;
    }

    JsonObject with(String name, boolean value) {
        member(name).append(value);
        return this;
    }

    JsonObject with(String name, JsonObject value) {
        member(name).append(value);
        return this;
    }

    JsonObject with(String name, List<JsonObject> values) {
        StringJoiner list = new StringJoiner(",", "[", "]");
        values.forEach(value -> list.add(value.toString()));
        member(name).append(list);
        return this;
    }

    /** Takes a value that is JSON already. */
    JsonObject withJson(String name, String json) {
        member(name).append(json);
        return this;
    }

    private StringBuilder member(String name) {
        if (json.length() > 1) {
            json.append(',');
        }
        return json.append('"').append(name).append("\":");
    }

    @Override
    public String toString() {
        return json + "}";
    }
}
