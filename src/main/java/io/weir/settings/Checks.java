package io.weir.settings;

import java.time.Duration;

/** The checks that settings records share. Each throws {@link SettingsException} and none clamps. */
final class Checks {
    private Checks() {}

    static void atLeast(String key, long value, long smallest) {
        if (value < smallest) {
            throw new SettingsException(key, "is " + value + ", must be at least " + smallest);
        }
    }

    static void port(String key, int value) {
        if (value < 0 || value > 65_535) {
            throw new SettingsException(key, "is " + value + ", must be a port from 0 (any free one) to 65535");
        }
    }

    static void positive(String key, Duration value) {
        if (value.isZero() || value.isNegative()) {
            throw new SettingsException(key, "is " + value + ", must be longer than zero");
        }
    }

    static void notNegative(String key, Duration value) {
        if (value.isNegative()) {
            throw new SettingsException(key, "is " + value + ", must not be negative");
        }
    }

    /** What RFC 9110 calls a token. */
    static void headerName(String key, String name) {
        if (!name.matches("[-!#$%&'*+.^_`|~0-9A-Za-z]{1,100}")) {
            throw new SettingsException(key, "holds \"" + name + "\", which is no name of a header");
        }
    }

    static void ordered(String shorterKey, Duration shorter, String longerKey, Duration longer) {
        if (shorter.compareTo(longer) > 0) {
            throw new SettingsException(
                    shorterKey, "is " + shorter + ", must not exceed weir." + longerKey + " = " + longer);
        }
    }
}
