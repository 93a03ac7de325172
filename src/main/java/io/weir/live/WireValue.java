package io.weir.live;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Values of fields and counters between nodes: the name of the type and the value, so that a long that happens to be small
 * comes back as a long. Of any other type nothing is written, and nothing read.
 */
final class WireValue {
    private enum Type {
        LONG,
        DOUBLE,
        BOOLEAN,
        TEXT,
        UUID,
        DECIMAL,
        INTEGER,
        INSTANT
    }

    private WireValue() {}

    private static void write(@Nullable Object value, JsonGenerator json) throws IOException {
        switch (value) {
            case null -> json.writeNull();
            case Long number -> {
                begin(Type.LONG, json);
                json.writeNumber(number);
                json.writeEndArray();
            }
            case Double number -> {
                begin(Type.DOUBLE, json);
                json.writeNumber(number);
                json.writeEndArray();
            }
            case Boolean bool -> {
                begin(Type.BOOLEAN, json);
                json.writeBoolean(bool);
                json.writeEndArray();
            }
            case String text -> text(Type.TEXT, text, json);
            case UUID uuid -> text(Type.UUID, uuid.toString(), json);
            case BigDecimal number -> text(Type.DECIMAL, number.toString(), json);
            case BigInteger number -> text(Type.INTEGER, number.toString(), json);
            case Instant instant -> text(Type.INSTANT, instant.toString(), json);
            default -> throw new IOException("a " + value.getClass().getName() + " does not leave its node");
        }
    }

    private static void text(Type type, String value, JsonGenerator json) throws IOException {
        begin(type, json);
        json.writeString(value);
        json.writeEndArray();
    }

    private static void begin(Type type, JsonGenerator json) throws IOException {
        json.writeStartArray();
        json.writeString(type.name());
    }

    /** Reads the value at whose first token the parser stands, and leaves it at the last. */
    private static @Nullable Object read(JsonParser json) throws IOException {
        if (json.currentToken() == JsonToken.VALUE_NULL) {
            return null;
        }
        if (json.currentToken() != JsonToken.START_ARRAY) {
            throw new IOException("a value begins with " + json.currentToken());
        }
        String name = json.nextTextValue();
        json.nextToken();
        Object value;
        try {
            value = switch (Type.valueOf(String.valueOf(name))) {
                case LONG -> json.getLongValue();
                case DOUBLE -> json.getDoubleValue();
                case BOOLEAN -> json.getBooleanValue();
                case TEXT -> json.getText();
                case UUID -> UUID.fromString(json.getText());
                case DECIMAL -> new BigDecimal(json.getText());
                case INTEGER -> new BigInteger(json.getText());
                case INSTANT -> Instant.parse(json.getText());
            };
        } catch (IllegalArgumentException unknown) {
            throw new IOException("a value of type " + name + ": " + unknown.getMessage(), unknown);
        }
        if (json.nextToken() != JsonToken.END_ARRAY) {
            throw new IOException("a value of type " + name + " has more than one part");
        }
        return value;
    }

    /** Writes one value. */
    static final class Writer extends JsonSerializer<Object> {
        @Override
        public void serialize(Object value, JsonGenerator json, SerializerProvider provider) throws IOException {
            write(value, json);
        }
    }

    /** Reads one value. */
    static final class Reader extends JsonDeserializer<Object> {
        @Override
        public @Nullable Object deserialize(JsonParser json, DeserializationContext context) throws IOException {
            return read(json);
        }
    }

    /** Writes the values of counters. */
    static final class TableWriter extends JsonSerializer<@Nullable Object[][]> {
        @Override
        public void serialize(@Nullable Object[][] rows, JsonGenerator json, SerializerProvider provider)
                throws IOException {
            json.writeStartArray();
            for (@Nullable Object[] row : rows) {
                json.writeStartArray();
                for (Object value : row) {
                    write(value, json);
                }
                json.writeEndArray();
            }
            json.writeEndArray();
        }
    }

    /** Reads the values of counters. */
    static final class TableReader extends JsonDeserializer<@Nullable Object[][]> {
        @Override
        public @Nullable Object[][] deserialize(JsonParser json, DeserializationContext context) throws IOException {
            List<@Nullable Object[]> rows = new ArrayList<>();
            while (json.nextToken() == JsonToken.START_ARRAY) {
                List<@Nullable Object> row = new ArrayList<>();
                while (json.nextToken() != JsonToken.END_ARRAY) {
                    row.add(read(json));
                }
                rows.add(row.toArray());
            }
            return rows.toArray(new @Nullable Object[0][]);
        }
    }
}
