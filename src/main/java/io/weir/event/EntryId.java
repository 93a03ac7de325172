package io.weir.event;

/** The ID of an entry of a Redis stream: its time in milliseconds and a sequence number within it. */
public record EntryId(long millis, long sequence) implements Comparable<EntryId> {
    /** Stands before every entry. */
    public static final EntryId ZERO = new EntryId(0, 0);

    /** Parses {@code millis-sequence}. */
    public static EntryId parse(String text) {
        int dash = text.indexOf('-');
        if (dash < 0) {
            return new EntryId(Long.parseUnsignedLong(text), 0);
        }
        return new EntryId(
                Long.parseUnsignedLong(text, 0, dash, 10), Long.parseUnsignedLong(text, dash + 1, text.length(), 10));
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
