package io.weir.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the server said about a chunk.
 *
 * @param deadLettered lines that it kept as dead letters
 * @param invalid some of these, described
 */
record ImportAnswer(long accepted, long deadLettered, List<InvalidLine> invalid) {
    /**
     * A line that the server could not read.
     *
     * @param index its place in the chunk, from 0
     */
    record InvalidLine(long index, @Nullable String field, String reason) {}

    private static final JsonFactory JSON = new JsonFactory();

    static ImportAnswer parse(byte[] body) throws IOException {
        long accepted = 0;
        long deadLettered = 0;
        List<InvalidLine> invalid = new ArrayList<>();
        try (JsonParser parser = JSON.createParser(body)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                switch (name) {
                    case "accepted" -> accepted = parser.getLongValue();
                    case "deadLettered" -> deadLettered = parser.getLongValue();
                    case "invalid" -> {
                        while (value != null && parser.nextToken() == JsonToken.START_OBJECT) {
                            invalid.add(invalidLine(parser));
                        }
                    }
                    default -> parser.skipChildren();
                }
            }
        }
        return new ImportAnswer(accepted, deadLettered, invalid);
    }

    /** What a problem says in its {@code detail}; the body itself when it is none. */
    static String detail(String body) {
        try (JsonParser parser = JSON.createParser(body)) {
            if (parser.nextToken() == JsonToken.START_OBJECT) {
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    boolean found = parser.currentName().equals("detail");
                    parser.nextToken();
                    if (found) {
                        return parser.getValueAsString(body);
                    }
                    parser.skipChildren();
                }
            }
            return body;
        } catch (IOException notJson) {
            return body;
        }
    }

    private static InvalidLine invalidLine(JsonParser parser) throws IOException {
        long index = -1;
        String field = null;
        String reason = "";
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            switch (name) {
                case "index" -> index = parser.getLongValue();
                case "field" -> field = parser.getValueAsString();
                case "reason" -> reason = parser.getValueAsString("");
                default -> parser.skipChildren();
            }
        }
        return new InvalidLine(index, field, reason);
    }
}
