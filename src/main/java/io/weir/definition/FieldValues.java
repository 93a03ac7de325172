package io.weir.definition;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What the values of each {@link FieldType} look like as text, and what is wrong with those that don't. */
public final class FieldValues {
    private FieldValues() {}

    /** What a field of this type takes, as a noun for messages. */
    public static String expected(FieldType type) {
        return switch (type) {
            case TEXT -> "a string";
            case LONG -> "an integer of at most 64 bits";
            case DOUBLE -> "a finite number";
            case BOOLEAN -> "true or false";
            case TIMESTAMP ->
                "an ISO-8601 date and time with an offset (2025-01-19T10:00:00Z), or whole milliseconds since 1970,"
                        + " in the years 1 to 9999";
            case UUID -> "a UUID of 36 characters";
            case URL -> "an absolute http or https URL without spaces and control characters";
            case IP -> "an IPv4 or IPv6 address";
            case JSON -> "JSON";
        };
    }

    /**
     * The value that a text stands for, as in a URL's path or a definition; a JSON field takes the text as it is.
     *
     * @return null when the text is no value of this type
     */
    public static @Nullable Object parse(FieldType type, String text) {
        return switch (type) {
            case TEXT -> textProblem(text) == null ? text : null;
            case LONG -> wholeNumber(text);
            case DOUBLE -> finiteNumber(text);
            case BOOLEAN -> text.equals("true") ? Boolean.TRUE : text.equals("false") ? Boolean.FALSE : null;
            case TIMESTAMP -> {
                long micros = Timestamps.parse(text);
                yield micros == Timestamps.INVALID ? null : (Object) micros;
            }
            case UUID -> uuid(text);
            case URL -> isHttpUrl(text) && textProblem(text) == null ? text : null;
            case IP -> IpAddresses.canonical(text);
            case JSON -> text;
        };
    }

    /** What makes a text unfit for PostgreSQL; null when nothing does. */
    public static @Nullable String textProblem(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0) {
                return "holds the character NUL, which PostgreSQL can't keep";
            }
            if (Character.isSurrogate(c)) {
                if (Character.isLowSurrogate(c)
                        || i + 1 == text.length()
                        || !Character.isLowSurrogate(text.charAt(i + 1))) {
                    return "holds half of a surrogate pair, which is no character";
                }
                i++;
            }
        }
        return null;
    }

    /** Whether a text is an absolute http or https URL with a host, and has no space and no control character. */
    public static boolean isHttpUrl(String text) {
        int host = text.regionMatches(true, 0, "http://", 0, 7)
                ? 7
                : text.regionMatches(true, 0, "https://", 0, 8) ? 8 : -1;
        if (host < 0 || host >= text.length()) {
            return false;
        }
        char first = text.charAt(host);
        if (first == '/' || first == '?' || first == '#' || first == ':') {
            return false;
        }
        for (int i = host; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == ' ' || Character.isISOControl(c)) {
                return false;
            }
        }
        return true;
    }

    /** The UUID of exactly 36 characters, 8-4-4-4-12; null for anything else. */
    public static @Nullable UUID uuid(String text) {
        if (text.length() != 36) {
            return null;
        }
        long high = 0;
        long low = 0;
        int digits = 0;
        for (int i = 0; i < 36; i++) {
            char c = text.charAt(i);
            if (i == 8 || i == 13 || i == 18 || i == 23) {
                if (c != '-') {
                    return null;
                }
                continue;
            }
            int digit = c < 128 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                return null;
            }
            if (digits < 16) {
                high = (high << 4) | digit;
            } else {
                low = (low << 4) | digit;
            }
            digits++;
        }
        return new UUID(high, low);
    }

    private static @Nullable Long wholeNumber(String text) {
        try {
            // a sign is JSON's minus alone, so that one number has one text
            return text.startsWith("+") ? null : (Long) Long.parseLong(text);
        } catch (NumberFormatException notANumber) {
            return null;
        }
    }

    private static @Nullable Double finiteNumber(String text) {
        try {
            double number = Double.parseDouble(text);
            return Double.isFinite(number) ? number : null;
        } catch (NumberFormatException notANumber) {
            return null;
        }
    }
}
