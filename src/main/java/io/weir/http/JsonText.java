package io.weir.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;

/** Renders answers of more than a few members; {@link JsonObject} is for the others. */
final class JsonText {
    private static final JsonFactory JSON = new JsonFactory();

    /** Writes what stands within an object. */
    interface Body {
        void write(JsonGenerator json) throws IOException;
    }

    private JsonText() {}

    static String object(Body body) {
        StringWriter text = new StringWriter(512);
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            body.write(json);
            json.writeEndObject();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return text.toString();
    }
}
