package io.weir.definition;

import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Parses one field: {@code name = type}, or {@code name = { type = …, … }}. */
final class FieldParser {
    /** No default of its own: it stands for what differs from request to request. */
    private static final String VISITOR = "$visitor";

    private static final List<String> LABELS =
            Arrays.stream(FieldType.values()).map(FieldType::label).toList();

    private final Section fields;
    private final String name;
    private final ConfigValue value;
    private final int defaultMaxLength;

    FieldParser(Section fields, String name, ConfigValue value, int defaultMaxLength) {
        this.fields = fields;
        this.name = name;
        this.value = value;
        this.defaultMaxLength = defaultMaxLength;
    }

    /** Null when it has no type or a wrong name. */
    @Nullable
    Field parse(int index) {
        boolean named = Names.isField(name);
        if (!named) {
            fields.fault(name, "is not a field's name", "use letters, digits and underscores, no digit first");
        }
        if (value.valueType() == ConfigValueType.STRING) {
            FieldType type = type(fields, name);
            return type == null || !named
                    ? null
                    : new Field(index, name, type, false, new Default.None(), null, null, maxLength(type, null));
        }
        if (value.valueType() != ConfigValueType.OBJECT) {
            fields.fault(name, "is " + Section.describe(value), "write its type, or an object: { type = text, … }");
            return null;
        }
        Section section = fields.section(name);
        if (section == null) {
            return null;
        }
        section.only("type", "required", "default", "min", "max", "max-length", "transient");
        if (!section.has("type")) {
            section.fault("type", "is missing", Faults.insteadOf("", LABELS));
            return null;
        }
        FieldType type = type(section, "type");
        return type == null || !named ? null : parse(index, section, type);
    }

    private static @Nullable FieldType type(Section section, String key) {
        String label = section.oneOf(key, LABELS);
        return label == null ? null : FieldType.valueOf(label.toUpperCase(Locale.ROOT));
    }

    private Field parse(int index, Section section, FieldType type) {
        Boolean required = section.flag("required");
        Object min = bound(section, "min", type);
        Object max = bound(section, "max", type);
        if (min != null && max != null && compare(min, max) > 0) {
            section.fault("min", "is greater than max", "make min at most max");
        }
        Long length = section.wholeNumber("max-length", 1, Integer.MAX_VALUE);
        if (length != null && !hasLength(type)) {
            section.fault(
                    "max-length", "has no meaning for type " + type.label(), "remove it; text, url, json have one");
        }
        int maxLength = maxLength(type, length);
        Default defaultValue = defaultValue(section, type);
        if (Boolean.TRUE.equals(required) && section.has("default")) {
            section.fault("default", "can't apply: the field is required", "remove default, or required");
        }
        if (defaultValue instanceof Default.Fixed fixed) {
            checkDefault(section, fixed.value(), min, max, maxLength);
        }
        boolean isTransient = Boolean.TRUE.equals(section.flag("transient"));
        return new Field(
                index, name, type, Boolean.TRUE.equals(required), defaultValue, min, max, maxLength, isTransient);
    }

    private static boolean hasLength(FieldType type) {
        return type == FieldType.TEXT || type == FieldType.URL || type == FieldType.JSON;
    }

    private int maxLength(FieldType type, @Nullable Long stated) {
        return stated != null ? Math.toIntExact(stated) : hasLength(type) ? defaultMaxLength : Integer.MAX_VALUE;
    }

    private static @Nullable Object bound(Section section, String key, FieldType type) {
        ConfigValue stated = section.get(key);
        if (stated == null) {
            return null;
        }
        if (!List.of(FieldType.LONG, FieldType.DOUBLE, FieldType.TIMESTAMP).contains(type)) {
            section.fault(
                    key, "has no meaning for type " + type.label(), "remove it; long, double, timestamp have one");
            return null;
        }
        return typed(section, key, type, stated);
    }

    private static @Nullable Object typed(Section section, String key, FieldType type, ConfigValue stated) {
        Object typed = TypedValue.of(type, stated);
        if (typed == null) {
            section.fault(key, "is " + Section.describe(stated), "write " + FieldValues.expected(type));
        }
        return typed;
    }

    private static Default defaultValue(Section section, FieldType type) {
        ConfigValue stated = section.get("default");
        if (stated == null) {
            return new Default.None();
        }
        if (type == FieldType.TIMESTAMP && "now".equals(stated.unwrapped())) {
            return new Default.Now();
        }
        if (type == FieldType.TEXT && VISITOR.equals(stated.unwrapped())) {
            return new Default.Visitor();
        }
        for (Default.Part part : Default.Part.values()) {
            boolean fits = type == FieldType.TEXT || (type == FieldType.IP && part == Default.Part.ADDRESS);
            if (fits && part.label().equals(stated.unwrapped())) {
                return new Default.OfRequest(part);
            }
        }
        Object typed = typed(section, "default", type, stated);
        return typed == null ? new Default.None() : new Default.Fixed(typed);
    }

    private static void checkDefault(
            Section section, Object value, @Nullable Object min, @Nullable Object max, int maxLength) {
        if (min != null && compare(value, min) < 0) {
            section.fault("default", "is less than min", "make it at least min");
        }
        if (max != null && compare(value, max) > 0) {
            section.fault("default", "is greater than max", "make it at most max");
        }
        if (value instanceof String text && text.length() > maxLength) {
            section.fault("default", "is longer than max-length = " + maxLength, "shorten it, or raise max-length");
        }
    }

    /** Compares two values of one type, long or double. */
    private static int compare(Object one, Object other) {
        return one instanceof Long first && other instanceof Long second
                ? Long.compare(first, second)
                : Double.compare(((Number) one).doubleValue(), ((Number) other).doubleValue());
    }
}
