package io.weir.definition;

/** Moments as microseconds since 1970-01-01T00:00:00Z, and their text. Years 1 to 9999. */
public final class Timestamps {
    /** Stands for a text that is no timestamp. */
    public static final long INVALID = Long.MIN_VALUE;

    /** The first moment of year 1. */
    public static final long SMALLEST = -62_135_596_800_000_000L;

    /** The last microsecond of year 9999. */
    public static final long LARGEST = 253_402_300_799_999_999L;

    private static final int[] DAYS_IN_MONTH = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    private static final long SECONDS_PER_DAY = 86_400;
    private static final long MICROS_PER_SECOND = 1_000_000;

    private Timestamps() {}

    /**
     * Parses ISO-8601 with an offset: {@code 2025-01-19T10:00:00.123456Z}, {@code 2025-01-19T10:00+01:00}. Seconds and
     * their fraction may be missing; digits beyond microseconds are cut off.
     *
     * @return microseconds, or {@link #INVALID}
     */
    public static long parse(String text) {
        int length = text.length();
        if (length < 17
                || text.charAt(4) != '-'
                || text.charAt(7) != '-'
                || (text.charAt(10) | 0x20) != 't'
                || text.charAt(13) != ':') {
            return INVALID;
        }
        int year = digits(text, 0, 4);
        int month = digits(text, 5, 7);
        int day = digits(text, 8, 10);
        int hour = digits(text, 11, 13);
        int minute = digits(text, 14, 16);
        int second = 0;
        long micros = 0;
        int at = 16;
        if (text.charAt(at) == ':') {
            if (length < 20) {
                return INVALID;
            }
            second = digits(text, 17, 19);
            at = 19;
            if (text.charAt(at) == '.') {
                int end = at + 1;
                long unit = MICROS_PER_SECOND / 10;
                while (end < length && isDigit(text.charAt(end))) {
                    micros += (text.charAt(end) - '0') * unit;
                    unit /= 10;
                    end++;
                }
                if (end == at + 1 || end - at > 19) {
                    return INVALID;
                }
                at = end;
            }
        }
        int offset = offsetSeconds(text, at);
        if (offset == Integer.MIN_VALUE) {
            return INVALID;
        }
        long local = ofCivil(year, month, day, hour, minute, second);
        return local == INVALID ? INVALID : inRange(local + micros - offset * MICROS_PER_SECOND);
    }

    /** Microseconds of a count of milliseconds, or {@link #INVALID} outside of the years 1 to 9999. */
    public static long ofEpochMillis(long millis) {
        return millis < SMALLEST / 1000 || millis > LARGEST / 1000 ? INVALID : millis * 1000;
    }

    /** Microseconds of a date and time in UTC, or {@link #INVALID} where there is no such date or time. */
    public static long ofCivil(int year, int month, int day, int hour, int minute, int second) {
        if (year < 1
                || month < 1
                || month > 12
                || day < 1
                || day > daysIn(year, month)
                || hour < 0
                || hour > 23
                || minute < 0
                || minute > 59
                || second < 0
                || second > 59) {
            return INVALID;
        }
        // days since 0000-03-01, with years that begin in March, so that the leap day comes last
        int shiftedYear = month <= 2 ? year - 1 : year;
        int shiftedMonth = month <= 2 ? month + 9 : month - 3;
        long days = 365L * shiftedYear
                + shiftedYear / 4
                - shiftedYear / 100
                + shiftedYear / 400
                + (153 * shiftedMonth + 2) / 5
                + day
                - 1
                - 719_468;
        return (days * SECONDS_PER_DAY + hour * 3600L + minute * 60L + second) * MICROS_PER_SECOND;
    }

    private static int daysIn(int year, int month) {
        boolean leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        return month == 2 && leap ? 29 : DAYS_IN_MONTH[month - 1];
    }

    /** The offset from {@code at} to the end of the text, in seconds east; {@link Integer#MIN_VALUE} for none. */
    private static int offsetSeconds(String text, int at) {
        int length = text.length() - at;
        if (length == 1 && (text.charAt(at) | 0x20) == 'z') {
            return 0;
        }
        char sign = length > 0 ? text.charAt(at) : ' ';
        boolean colon = length == 6 && text.charAt(at + 3) == ':';
        if ((sign != '+' && sign != '-') || (length != 3 && length != 5 && !colon)) {
            return Integer.MIN_VALUE;
        }
        int hours = digits(text, at + 1, at + 3);
        int minutes = length == 3 ? 0 : digits(text, text.length() - 2, text.length());
        if (hours < 0 || hours > 18 || minutes < 0 || minutes > 59) {
            return Integer.MIN_VALUE;
        }
        int seconds = hours * 3600 + minutes * 60;
        return sign == '-' ? -seconds : seconds;
    }

    private static long inRange(long micros) {
        return micros < SMALLEST || micros > LARGEST ? INVALID : micros;
    }

    /** The number that these digits are, or -1. */
    private static int digits(String text, int from, int to) {
        int number = 0;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (!isDigit(c)) {
                return -1;
            }
            number = number * 10 + (c - '0');
        }
        return number;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
