package io.weir.definition;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The fields that a line of an access log in combined format fills, when a definition declares them. */
public enum AccessLogField {
    /** The client's address, canonical. */
    ADDRESS("address", FieldType.IP),
    /** 32 hexadecimal digits: the first 16 bytes of SHA-256 over the address, a zero byte, and the user agent. */
    VISITOR("visitor", FieldType.TEXT),
    /** When the request was served. */
    TIMESTAMP("timestamp", FieldType.TIMESTAMP),
    METHOD("method", FieldType.TEXT),
    /** The request's target exactly as in the line, with its query. */
    PATH("path", FieldType.TEXT),
    /** {@code HTTP/1.1}; not set for a request of HTTP 0.9. */
    PROTOCOL("protocol", FieldType.TEXT),
    STATUS("status", FieldType.LONG),
    /** Bytes sent; {@code -} is 0. */
    BYTES("bytes", FieldType.LONG),
    /** Not set where the line has {@code -}. */
    REFERRER("referrer", FieldType.TEXT),
    /** Not set where the line has {@code -}. */
    USER_AGENT("user_agent", FieldType.TEXT);

    private final String fieldName;
    private final FieldType type;

    AccessLogField(String fieldName, FieldType type) {
        this.fieldName = fieldName;
        this.type = type;
    }

    /** The name by which a definition declares it. */
    public String fieldName() {
        return fieldName;
    }

    public FieldType type() {
        return type;
    }

    /** The one of this name; null when a line has none. */
    public static @Nullable AccessLogField named(String fieldName) {
        for (AccessLogField field : values()) {
            if (field.fieldName.equals(fieldName)) {
                return field;
            }
        }
        return null;
    }

    /** The declared fields that a line fills. */
    public static Map<AccessLogField, Field> declaredIn(List<Field> fields) {
        Map<AccessLogField, Field> declared = new EnumMap<>(AccessLogField.class);
        for (Field field : fields) {
            AccessLogField known = named(field.name());
            if (known != null) {
                declared.put(known, field);
            }
        }
        return declared;
    }
}
