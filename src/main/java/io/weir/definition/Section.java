package io.weir.definition;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One object of a definition file. What it is asked for and doesn't find, or finds in another type, it answers with
 * null; the latter is a fault, too.
 */
final class Section {
    private final Faults faults;
    private final String path;
    private final ConfigObject object;

    private Section(Faults faults, String path, ConfigObject object) {
        this.faults = faults;
        this.path = path;
        this.object = object;
    }

    /** The section that a value is, null when it is no object. */
    static @Nullable Section of(Faults faults, String path, ConfigValue value) {
        if (value instanceof ConfigObject object) {
            return new Section(faults, path, object);
        }
        faults.add(value.origin(), path, "is " + describe(value), "write an object: { … }");
        return null;
    }

    /** Makes every key that is not known a fault. */
    Section only(String... known) {
        List<String> names = List.of(known);
        for (Map.Entry<String, ConfigValue> entry : entries()) {
            if (!names.contains(entry.getKey())) {
                String remedy = Faults.insteadOf(entry.getKey(), names);
                faults.add(entry.getValue().origin(), pathOf(entry.getKey()), "is not a known key", remedy);
            }
        }
        return this;
    }

    String path() {
        return path;
    }

    String pathOf(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    ConfigOrigin origin() {
        return object.origin();
    }

    boolean has(String key) {
        return object.get(key) != null;
    }

    @Nullable
    ConfigValue get(String key) {
        return object.get(key);
    }

    /** Keys and values, in the order of their lines; those on one line by name, since the parser keeps no order. */
    List<Map.Entry<String, ConfigValue>> entries() {
        List<Map.Entry<String, ConfigValue>> entries = new ArrayList<>(object.entrySet());
        entries.sort(Comparator.<Map.Entry<String, ConfigValue>>comparingInt(
                        entry -> entry.getValue().origin().lineNumber())
                .thenComparing(Map.Entry::getKey));
        return entries;
    }

    void fault(String key, String problem, String remedy) {
        ConfigValue value = object.get(key);
        faults.add(value == null ? object.origin() : value.origin(), pathOf(key), problem, remedy);
    }

    /** A fault of the section as a whole. */
    void fault(String problem, String remedy) {
        faults.add(object.origin(), path, problem, remedy);
    }

    @Nullable
    Section section(String key) {
        ConfigValue value = object.get(key);
        return value == null ? null : of(faults, pathOf(key), value);
    }

    /** The objects of a list; empty when there is none. Each one's path has its index. */
    List<Section> sections(String key) {
        List<Section> sections = new ArrayList<>();
        List<ConfigValue> values = list(key);
        for (int i = 0; i < values.size(); i++) {
            Section section = of(faults, pathOf(key) + "[" + i + "]", values.get(i));
            if (section != null) {
                sections.add(section);
            }
        }
        return sections;
    }

    private List<ConfigValue> list(String key) {
        ConfigValue value = object.get(key);
        if (value == null) {
            return List.of();
        }
        if (value instanceof ConfigList list) {
            return list;
        }
        fault(key, "is " + describe(value), "write a list: [ … ]");
        return List.of();
    }

    @Nullable
    String text(String key) {
        ConfigValue value = object.get(key);
        if (value == null) {
            return null;
        }
        if (value.valueType() == ConfigValueType.STRING) {
            return (String) value.unwrapped();
        }
        fault(key, "is " + describe(value), "write a string, in quotes");
        return null;
    }

    /** A text or a list of texts; null when there is none or a part of it is no text. */
    @Nullable
    List<String> texts(String key) {
        ConfigValue value = object.get(key);
        if (value == null) {
            return null;
        }
        if (value.valueType() != ConfigValueType.LIST) {
            String text = text(key);
            return text == null ? null : List.of(text);
        }
        List<String> texts = new ArrayList<>();
        for (ConfigValue element : list(key)) {
            if (element.valueType() != ConfigValueType.STRING) {
                fault(key, "holds " + describe(element), "write a list of strings");
                return null;
            }
            texts.add((String) element.unwrapped());
        }
        return texts;
    }

    @Nullable
    Boolean flag(String key) {
        ConfigValue value = object.get(key);
        if (value == null) {
            return null;
        }
        if (TypedValue.of(FieldType.BOOLEAN, value) instanceof Boolean flag) {
            return flag;
        }
        // what comes from the environment is a string
        if ("true".equals(value.unwrapped()) || "false".equals(value.unwrapped())) {
            return Boolean.valueOf((String) value.unwrapped());
        }
        fault(key, "is " + describe(value), "write true or false");
        return null;
    }

    @Nullable
    Long wholeNumber(String key, long smallest, long largest) {
        ConfigValue value = object.get(key);
        if (value == null) {
            return null;
        }
        String remedy = largest == Long.MAX_VALUE
                ? "write a whole number of at least " + smallest
                : "write a whole number from " + smallest + " to " + largest;
        if (!(TypedValue.of(FieldType.LONG, value) instanceof Long number)) {
            fault(key, "is " + describe(value), remedy);
            return null;
        }
        if (number < smallest || number > largest) {
            fault(key, "is " + number, remedy);
            return null;
        }
        return number;
    }

    @Nullable
    Duration duration(String key) {
        ConfigValue value = object.get(key);
        if (value == null) {
            return null;
        }
        String remedy = "write a time longer than zero with its unit, as 500ms, 1s, 15m, 24h";
        if (value.valueType() != ConfigValueType.STRING) {
            fault(key, "is " + describe(value), remedy);
            return null;
        }
        try {
            Duration duration = value.atKey("value").getDuration("value");
            String text = ((String) value.unwrapped()).trim();
            // a number alone would be milliseconds, which nobody means
            if (duration.isPositive() && !Character.isDigit(text.charAt(text.length() - 1))) {
                return duration;
            }
            fault(key, "is " + describe(value), remedy);
        } catch (ConfigException notADuration) {
            fault(key, "is " + describe(value), remedy);
        }
        return null;
    }

    /** One of the names, or null. */
    @Nullable
    String oneOf(String key, Collection<String> names) {
        String text = text(key);
        if (text != null && !names.contains(text)) {
            fault(key, "is \"" + text + "\"", Faults.insteadOf(text, names));
            return null;
        }
        return text;
    }

    static String describe(ConfigValue value) {
        return switch (value.valueType()) {
            case STRING -> "the string \"" + value.unwrapped() + "\"";
            case NULL -> "null";
            case LIST -> "a list";
            case OBJECT -> "an object";
            case NUMBER, BOOLEAN ->
                "the " + value.valueType().name().toLowerCase(Locale.ROOT) + " " + value.unwrapped();
        };
    }
}
