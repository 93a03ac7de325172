package io.weir.event;

/** The ID of an entry of a Redis stream: its time in milliseconds and a sequence number within it. */
public record EntryId(long millis, long sequence) implements Comparable<EntryId> {
    /** Stands before every entry. */
    public static final EntryId ZERO = new EntryId(0, 0);

    /**
     * Parses {@code millis-sequence}, or {@code millis} alone, whose sequence is 0.
     *
     * @throws NumberFormatException when it is neither
     */
    public static EntryId parse(String text) {
        int dash = text.indexOf('-');
        return dash < 0
                ? new EntryId(number(text, 0, text.length()), 0)
                : new EntryId(number(text, 0, dash), number(text, dash + 1, text.length()));
    }

    private static long number(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            // Java takes a sign, and the digits of every script
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                throw new NumberFormatException("no ID of an entry, which is like 1700000000000-0");
            }
        }
        return Long.parseUnsignedLong(text, from, to, 10);
    }

    @Override
    public int compareTo(EntryId other) {
        int byMillis = Long.compareUnsigned(millis, other.millis);
        return byMillis != 0 ? byMillis : Long.compareUnsigned(sequence, other.sequence);
    }

    public boolean isAfter(EntryId other) {
        return compareTo(other) > 0;
    }

    @Override
    public String toString() {
        return Long.toUnsignedString(millis) + "-" + Long.toUnsignedString(sequence);
    }
}
