package io.weir.definition;

import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import org.jspecify.annotations.Nullable;

/** Values in a definition file, read as a field's type. */
final class TypedValue {
    private static final double EXACT_WHOLE_NUMBERS = 1L << 53;

    private TypedValue() {}

    /**
     * The value in this type; null when it is of another. A string is taken for a number or a boolean, too, because
     * that is what an environment variable gives.
     */
    static @Nullable Object of(FieldType type, ConfigValue value) {
        if (type == FieldType.JSON) {
            return value.render(ConfigRenderOptions.concise());
        }
        Object plain = value.unwrapped();
        if (value.valueType() == ConfigValueType.STRING) {
            return FieldValues.parse(type, (String) plain);
        }
        return switch (type) {
            case LONG -> wholeNumber(plain);
            case DOUBLE ->
                plain instanceof Number number && Double.isFinite(number.doubleValue())
                        ? (Object) number.doubleValue()
                        : null;
            case BOOLEAN -> plain instanceof Boolean ? plain : null;
            case TIMESTAMP -> {
                Long millis = wholeNumber(plain);
                long micros = millis == null ? Timestamps.INVALID : Timestamps.ofEpochMillis(millis);
                yield micros == Timestamps.INVALID ? null : (Object) micros;
            }
            case TEXT, UUID, URL, IP, JSON -> null;
        };
    }

    private static @Nullable Long wholeNumber(@Nullable Object plain) {
        if (plain instanceof Integer || plain instanceof Long) {
            return ((Number) plain).longValue();
        }
        // 1e6 is a double to the parser
        boolean whole = plain instanceof Double number
                && Math.rint(number) == number
                && Math.abs(number) <= EXACT_WHOLE_NUMBERS;
        return whole && plain instanceof Double number ? (Long) number.longValue() : null;
    }
}
