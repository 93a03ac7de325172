package io.weir.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/** What bytes are, looked at from outside, before anybody decodes them. */
final class JsonShape {
    private static final JsonFactory JSON = new JsonFactory();

    private JsonShape() {}

    /** Whether the outer object has this member. What is not JSON is left to the decoder to complain about. */
    static boolean hasMember(byte[] object, String name) {
        try (JsonParser parser = JSON.createParser(object)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                if (parser.currentName().equals(name)) {
                    return true;
                }
                parser.nextToken();
                parser.skipChildren();
            }
            return false;
        } catch (IOException notJson) {
            return false;
        }
    }

    /** Whether the bytes are one JSON value and nothing else. */
    static boolean isOneValue(byte[] bytes) {
        try (JsonParser parser = JSON.createParser(bytes)) {
            if (parser.nextToken() == null) {
                return false;
            }
            parser.skipChildren();
            return !parser.currentToken().isStructStart() && parser.nextToken() == null;
        } catch (IOException notJson) {
            return false;
        }
    }
}
