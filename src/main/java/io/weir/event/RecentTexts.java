package io.weir.event;

/**
 * Texts that were read a moment ago. Those of the events that wait for their window are what a collection of garbage has to copy
 * while everybody waits, and most of them repeat: browsers, campaigns, domains. Confined to one thread.
 */
final class RecentTexts {
    private static final int SLOTS = 512;
    /** What is longer seldom repeats. */
    private static final int LONGEST = 256;

    private final String[] slots = new String[SLOTS];

    /** These characters, by the text that was read before where that is still known. */
    String of(char[] characters, int from, int length) {
        if (length > LONGEST) {
            return new String(characters, from, length);
        }
        int hash = 0;
        for (int i = from; i < from + length; i++) {
            hash = 31 * hash + characters[i];
        }
        int slot = (hash ^ hash >>> 16) & SLOTS - 1;
        String known = slots[slot];
        if (known != null && is(known, characters, from, length)) {
            return known;
        }
        String text = new String(characters, from, length);
        slots[slot] = text;
        return text;
    }

    private static boolean is(String text, char[] characters, int from, int length) {
        if (text.length() != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (text.charAt(i) != characters[from + i]) {
                return false;
            }
        }
        return true;
    }
}
