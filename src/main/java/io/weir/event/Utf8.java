package io.weir.event;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Checks that bytes are UTF-8: the parser takes overlong forms and lone surrogates, PostgreSQL doesn't. */
final class Utf8 {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final long HIGH_BITS = 0x8080808080808080L;

    private Utf8() {}

    static boolean isValid(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to) {
            if (bytes[at] >= 0) {
                if (to - at >= 8 && ((long) LONGS.get(bytes, at) & HIGH_BITS) == 0) {
                    at += 8;
                } else {
                    at++;
                }
                continue;
            }
            int width = width(bytes, at, to);
            if (width == 0) {
                return false;
            }
            at += width;
        }
        return true;
    }

    /** Bytes of the character of more than one byte that begins here, or 0. */
    private static int width(byte[] bytes, int at, int to) {
        int first = bytes[at] & 0xff;
        int width = first >= 0xc2 && first <= 0xdf
                ? 2
                : first >= 0xe0 && first <= 0xef ? 3 : first >= 0xf0 && first <= 0xf4 ? 4 : 0;
        if (width == 0 || to - at < width) {
            return 0;
        }
        int second = bytes[at + 1] & 0xff;
        int smallest = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
        int largest = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
        if (second < smallest || second > largest) {
            return 0;
        }
        for (int i = 2; i < width; i++) {
            if ((bytes[at + i] & 0xc0) != 0x80) {
                return 0;
            }
        }
        return width;
    }
}
