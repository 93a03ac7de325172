package io.weir.event;

import io.weir.definition.Field;
import io.weir.definition.FieldType;
import io.weir.definition.StreamDefinition;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Writes events as the log holds them: one compact object, fields in the definition's order, none that is null. */
final class EventEncoder {
    private static final ThreadLocal<JsonBytes> BUFFER = ThreadLocal.withInitial(JsonBytes::new);
    private static final byte[] KEY_NAME = "\"$key\":".getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] LETTER_NAME = "\"$letter\":".getBytes(StandardCharsets.ISO_8859_1);

    private final FieldType[] types;
    /** For each field its name with quotes and colon. */
    private final byte[][] names;

    EventEncoder(StreamDefinition definition) {
        List<Field> fields = definition.fields();
        this.types = new FieldType[fields.size()];
        this.names = new byte[fields.size()][];
        for (Field field : fields) {
            types[field.index()] = field.type();
            names[field.index()] = ("\"" + field.name() + "\":").getBytes(StandardCharsets.UTF_8);
        }
    }

    byte[] encode(@Nullable Object[] values, @Nullable String key) {
        return encode(values, key, null);
    }

    byte[] encode(@Nullable Object[] values, @Nullable String key, @Nullable LetterReference letter) {
        JsonBytes json = BUFFER.get().reset();
        char separator = '{';
        for (int i = 0; i < names.length; i++) {
            Object value = values[i];
            if (value != null) {
                json.raw(separator);
                separator = ',';
                json.raw(names[i]);
                write(json, types[i], value);
            }
        }
        if (key != null) {
            json.raw(separator);
            separator = ',';
            json.raw(KEY_NAME);
            json.string(key);
        }
        if (letter != null) {
            json.raw(separator);
            separator = ',';
            json.raw(LETTER_NAME);
            json.string(letter.toString());
        }
        if (separator == '{') {
            json.raw('{');
        }
        json.raw('}');
        return json.toByteArray();
    }

    private static void write(JsonBytes json, FieldType type, Object value) {
        switch (type) {
            case TEXT, URL, IP -> json.string((String) value);
            case LONG -> json.number((Long) value);
            case DOUBLE -> json.raw(Double.toString((Double) value));
            case BOOLEAN -> json.flag((Boolean) value);
            case TIMESTAMP -> json.timestamp((Long) value);
            case UUID -> json.string(((UUID) value).toString());
            case JSON -> json.raw((String) value);
        }
    }
}
