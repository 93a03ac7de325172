package io.weir.event;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes compact JSON as UTF-8 into a buffer that it keeps. For one thread at a time. */
public final class JsonBytes {
    /** A buffer that has grown beyond this is let go after use. */
    private static final int KEPT_BYTES = 256 * 1024;

    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] NULL = "null".getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] TRUE = "true".getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] FALSE = "false".getBytes(StandardCharsets.ISO_8859_1);
    /** Bytes of the longest long. */
    private static final int MAX_LONG_BYTES = 20;

    private byte[] buffer = new byte[512];
    private int length;

    public JsonBytes reset() {
        length = 0;
        if (buffer.length > KEPT_BYTES) {
            buffer = new byte[512];
        }
        return this;
    }

    public byte[] toByteArray() {
        return Arrays.copyOf(buffer, length);
    }

    String toText() {
        return new String(buffer, 0, length, StandardCharsets.UTF_8);
    }

    int length() {
        return length;
    }

    /** The last byte written; 0 before the first. */
    byte last() {
        return length == 0 ? 0 : buffer[length - 1];
    }

    public void raw(char ascii) {
        reserve(1);
        buffer[length++] = (byte) ascii;
    }

    public void raw(byte[] bytes) {
        reserve(bytes.length);
        System.arraycopy(bytes, 0, buffer, length, bytes.length);
        length += bytes.length;
    }

    /** Text that is to stand as it is: JSON already, or ASCII without anything to escape. */
    void raw(String text) {
        reserve(3 * text.length());
        encode(text, false);
    }

    void nullValue() {
        raw(NULL);
    }

    void flag(boolean value) {
        raw(value ? TRUE : FALSE);
    }

    public void number(long value) {
        reserve(MAX_LONG_BYTES);
        if (value == Long.MIN_VALUE) {
            raw(Long.toString(value));
            return;
        }
        long rest = value;
        if (rest < 0) {
            buffer[length++] = '-';
            rest = -rest;
        }
        int digits = 1;
        for (long bound = 10; digits < 19 && rest >= bound; bound *= 10) {
            digits++;
        }
        int at = length + digits;
        length = at;
        do {
            long tenth = rest / 10;
            buffer[--at] = (byte) ('0' + (rest - tenth * 10));
            rest = tenth;
        } while (rest != 0);
    }

    /** A timestamp as a string. */
    void timestamp(long micros) {
        reserve(ValueText.MAX_TIMESTAMP_BYTES + 2);
        buffer[length++] = '"';
        length = ValueText.writeTimestamp(micros, buffer, length);
        buffer[length++] = '"';
    }

    /** A string, with quotes. The text holds no half of a surrogate pair. */
    public void string(String text) {
        // an escape takes six bytes
        reserve(6 * text.length() + 2);
        buffer[length++] = '"';
        encode(text, true);
        buffer[length++] = '"';
    }

    private void encode(String text, boolean escape) {
        byte[] target = buffer;
        int at = length;
        int end = text.length();
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                if (escape && (c < 0x20 || c == '"' || c == '\\')) {
                    at = escaped(c, target, at);
                } else {
                    target[at++] = (byte) c;
                }
            } else if (c < 0x800) {
                target[at++] = (byte) (0xc0 | (c >> 6));
                target[at++] = (byte) (0x80 | (c & 0x3f));
            } else if (Character.isHighSurrogate(c) && i + 1 < end) {
                int point = Character.toCodePoint(c, text.charAt(++i));
                target[at++] = (byte) (0xf0 | (point >> 18));
                target[at++] = (byte) (0x80 | ((point >> 12) & 0x3f));
                target[at++] = (byte) (0x80 | ((point >> 6) & 0x3f));
                target[at++] = (byte) (0x80 | (point & 0x3f));
            } else {
                target[at++] = (byte) (0xe0 | (c >> 12));
                target[at++] = (byte) (0x80 | ((c >> 6) & 0x3f));
                target[at++] = (byte) (0x80 | (c & 0x3f));
            }
        }
        length = at;
    }

    private static int escaped(char c, byte[] target, int from) {
        int at = from;
        target[at++] = '\\';
        switch (c) {
            case '"', '\\' -> target[at++] = (byte) c;
            case '\n' -> target[at++] = 'n';
            case '\r' -> target[at++] = 'r';
            case '\t' -> target[at++] = 't';
            default -> {
                target[at++] = 'u';
                target[at++] = '0';
                target[at++] = '0';
                target[at++] = HEX[c >> 4];
                target[at++] = HEX[c & 0xf];
            }
        }
        return at;
    }

    private void reserve(int bytes) {
        if (buffer.length - length < bytes) {
            buffer = Arrays.copyOf(buffer, Math.max(2 * buffer.length, length + bytes));
        }
    }
}
