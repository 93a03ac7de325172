package io.weir.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/** One object of the configuration, read strictly: what is missing, unknown or of another type is named with its key. */
final class SettingsSection {
    private final String place;
    private final ConfigObject object;

    SettingsSection(String place, ConfigObject object) {
        this.place = place;
        this.object = object;
    }

    static SettingsSection of(String place, ConfigValue value) {
        if (value instanceof ConfigObject object) {
            return new SettingsSection(place, object);
        }
        throw new SettingsException(place, "is " + describe(value) + "; write an object: { … }");
    }

    String place() {
        return place;
    }

    String pathOf(String key) {
        return place + "." + key;
    }

    void only(String... known) {
        for (String key : new TreeSet<>(object.keySet())) {
            if (!Arrays.asList(known).contains(key)) {
                throw new SettingsException(pathOf(key), "is not a known key; there are " + String.join(", ", known));
            }
        }
    }

    /** Whether there is a value; null counts as none. */
    boolean has(String key) {
        ConfigValue value = object.get(key);
        return value != null && value.valueType() != ConfigValueType.NULL;
    }

    /** Whether it is a text without anything in it, which stands for what the setting's comment says. */
    boolean isBlank(String key) {
        return value(key).unwrapped() instanceof String text && text.isBlank();
    }

    String text(String key) {
        ConfigValue value = value(key);
        if (value.valueType() != ConfigValueType.STRING) {
            throw wrong(key, value, "write a string, in quotes");
        }
        return (String) value.unwrapped();
    }

    /** A list of texts, or one text alone. */
    List<String> texts(String key) {
        if (value(key).valueType() == ConfigValueType.STRING) {
            return List.of(text(key));
        }
        List<String> texts = new ArrayList<>();
        for (ConfigValue element : list(key)) {
            if (element.valueType() != ConfigValueType.STRING) {
                throw new SettingsException(pathOf(key), "holds " + describe(element) + "; write a list of strings");
            }
            texts.add((String) element.unwrapped());
        }
        return texts;
    }

    /** A list; system properties write one as an object whose keys are numbers. */
    List<ConfigValue> list(String key) {
        ConfigValue value = value(key);
        try {
            return value.atKey("value").getList("value");
        } catch (ConfigException.WrongType other) {
            throw wrong(key, value, "write a list: [ … ]");
        }
    }

    boolean flag(String key) {
        ConfigValue value = value(key);
        Config alone = value.atKey("value");
        try {
            return alone.getBoolean("value");
        } catch (ConfigException.WrongType other) {
            throw wrong(key, value, "write true or false");
        }
    }

    long wholeNumber(String key, long smallest, long largest) {
        ConfigValue value = value(key);
        String remedy = largest == Long.MAX_VALUE
                ? "write a whole number of at least " + smallest
                : "write a whole number from " + smallest + " to " + largest;
        boolean isNumber = value.valueType() == ConfigValueType.NUMBER || value.valueType() == ConfigValueType.STRING;
        try {
            // what comes from the environment is a string
            long number =
                    isNumber ? new BigDecimal(value.unwrapped().toString().strip()).longValueExact() : Long.MIN_VALUE;
            if (number >= smallest && number <= largest) {
                return number;
            }
        } catch (ArithmeticException | NumberFormatException other) {
            // said below
        }
        throw wrong(key, value, remedy);
    }

    Duration duration(String key) {
        ConfigValue value = value(key);
        String remedy = "write a time longer than zero with its unit, as 500ms, 1s, 15m, 24h";
        if (value.valueType() != ConfigValueType.STRING) {
            throw wrong(key, value, remedy);
        }
        String text = ((String) value.unwrapped()).strip();
        try {
            Duration duration = value.atKey("value").getDuration("value");
            // a number alone would be milliseconds, which nobody means
            if (duration.isPositive() && !Character.isDigit(text.charAt(text.length() - 1))) {
                return duration;
            }
        } catch (ConfigException | ArithmeticException other) {
            // said below
        }
        throw wrong(key, value, remedy);
    }

    private ConfigValue value(String key) {
        ConfigValue value = object.get(key);
        if (value == null || value.valueType() == ConfigValueType.NULL) {
            throw new SettingsException(pathOf(key), "is missing");
        }
        return value;
    }

    private SettingsException wrong(String key, ConfigValue value, String remedy) {
        return new SettingsException(pathOf(key), "is " + describe(value) + "; " + remedy);
    }

    private static String describe(ConfigValue value) {
        return switch (value.valueType()) {
            case STRING -> "\"" + value.unwrapped() + "\"";
            case NULL -> "null";
            case LIST -> "a list";
            case OBJECT -> "an object";
            case NUMBER, BOOLEAN -> String.valueOf(value.unwrapped());
        };
    }
}
