package io.weir.event;

import org.jspecify.annotations.Nullable;

/**
 * Which dead letter an event of the log replays, and which version of it. Written as {@code id.version}.
 *
 * @param version as the letter's row has it while this replay is under way
 */
public record LetterReference(long id, int version) {
    /** What the text says; null when it is no reference. */
    static @Nullable LetterReference parse(String text) {
        int dot = text.indexOf('.');
        try {
            return dot < 1
                    ? null
                    : new LetterReference(
                            Long.parseLong(text, 0, dot, 10), Integer.parseInt(text, dot + 1, text.length(), 10));
        } catch (NumberFormatException foreign) {
            return null;
        }
    }

    @Override
    public String toString() {
        return id + "." + version;
    }
}
