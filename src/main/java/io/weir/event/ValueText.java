package io.weir.event;

import io.weir.definition.FieldType;
import java.nio.charset.StandardCharsets;

/** Values as text: the canonical one of each {@link FieldType}, one text for one value. */
public final class ValueText {
    /** Bytes that the text of a timestamp needs at most. */
    static final int MAX_TIMESTAMP_BYTES = 27;

    private static final long MICROS_PER_DAY = 86_400_000_000L;
    private static final int DAYS_PER_ERA = 146_097;

    private ValueText() {}

    /** The canonical text of a value of this type, as in JSON answers (there without quotes), keys and messages. */
    public static String of(FieldType type, Object value) {
        return switch (type) {
            case TEXT, URL, IP, JSON -> (String) value;
            case TIMESTAMP -> timestamp((Long) value);
            case LONG, DOUBLE, BOOLEAN, UUID -> value.toString();
        };
    }

    /** ISO-8601 in UTC of microseconds since 1970, with no, three or six digits of a second: as few as are exact. */
    public static String timestamp(long micros) {
        byte[] text = new byte[MAX_TIMESTAMP_BYTES];
        return new String(text, 0, writeTimestamp(micros, text, 0), StandardCharsets.ISO_8859_1);
    }

    /** Writes what {@link #timestamp} returns and returns the index after it. For the years 1 to 9999. */
    static int writeTimestamp(long micros, byte[] target, int from) {
        long day = Math.floorDiv(micros, MICROS_PER_DAY);
        long ofDay = micros - day * MICROS_PER_DAY;
        // days since 0000-03-01: years that begin in March end with the leap day
        int shifted = (int) (day + 719_468);
        int era = Math.floorDiv(shifted, DAYS_PER_ERA);
        int dayOfEra = shifted - era * DAYS_PER_ERA;
        int yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        int dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        int marchMonth = (5 * dayOfYear + 2) / 153;
        int dayOfMonth = dayOfYear - (153 * marchMonth + 2) / 5 + 1;
        int month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
        int year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0);

        int secondOfDay = (int) (ofDay / 1_000_000);
        int fraction = (int) (ofDay - secondOfDay * 1_000_000L);
        int at = twoDigits(year / 100, target, from);
        at = twoDigits(year % 100, target, at);
        target[at++] = '-';
        at = twoDigits(month, target, at);
        target[at++] = '-';
        at = twoDigits(dayOfMonth, target, at);
        target[at++] = 'T';
        at = twoDigits(secondOfDay / 3600, target, at);
        target[at++] = ':';
        at = twoDigits(secondOfDay / 60 % 60, target, at);
        target[at++] = ':';
        at = twoDigits(secondOfDay % 60, target, at);
        if (fraction != 0) {
            target[at++] = '.';
            at = threeDigits(fraction / 1000, target, at);
            if (fraction % 1000 != 0) {
                at = threeDigits(fraction % 1000, target, at);
            }
        }
        target[at++] = 'Z';
        return at;
    }

    private static int twoDigits(int number, byte[] target, int at) {
        target[at] = (byte) ('0' + number / 10);
        target[at + 1] = (byte) ('0' + number % 10);
        return at + 2;
    }

    private static int threeDigits(int number, byte[] target, int at) {
        target[at] = (byte) ('0' + number / 100);
        return twoDigits(number % 100, target, at + 1);
    }
}
