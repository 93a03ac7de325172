package io.weir.simulation;

import io.weir.log.LogItem;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * An event as its client knows it.
 *
 * @param amount what it adds to its entity's sum; {@link #REFUSED} is what the database refuses
 */
record SimulatedEvent(
        int number, String entity, long amount, @Nullable String key, boolean readable) {
    static final long REFUSED = 666;

    LogItem item() {
        String json = "{\"link\":\"" + entity + "\",\"count\":" + amount + ",\"number\":" + number
                + (key == null ? "" : ",\"$key\":\"" + key + '"') + '}';
        String text = readable ? json : "not JSON " + number;
        return new LogItem(LogItem.Kind.EVENT, text.getBytes(StandardCharsets.UTF_8));
    }

    /** The number of the event that a dead letter holds. */
    static int numberOf(byte[] raw) {
        String text = new String(raw, StandardCharsets.UTF_8);
        int begin = text.startsWith("not") ? "not JSON ".length() : text.indexOf("number") + "number\":".length();
        int end = begin;
        while (end < text.length() && Character.isDigit(text.charAt(end))) {
            end++;
        }
        return Integer.parseInt(text, begin, end, 10);
    }

    boolean isRefused() {
        return amount == REFUSED;
    }

    @Override
    public String toString() {
        return "#" + number + "(" + entity + (key == null ? "" : " " + key) + (readable ? "" : " unreadable")
                + (isRefused() ? " refused" : "") + ")";
    }
}
