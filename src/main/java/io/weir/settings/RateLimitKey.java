package io.weir.settings;

import java.util.Locale;

/**
 * What requests are counted by.
 *
 * @param header the header's name where {@code part} is {@link Part#HEADER}, else empty
 */
public record RateLimitKey(Part part, String header) {
    /** What a request is told apart by. */
    public enum Part {
        /** Where it comes from. */
        ADDRESS,
        /** The route, with what its variables stand for. */
        PATH,
        /** Whom {@code user-header} names. */
        USER,
        /** The first of {@code api-key-headers} that it has. */
        API_KEY,
        /** A header of choice. */
        HEADER
    }

    private static final String HEADER_PREFIX = "header:";

    /** How the configuration names it. */
    public String text() {
        return part == Part.HEADER
                ? HEADER_PREFIX + header
                : part.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Reads one; the key is the setting's, for the message. */
    static RateLimitKey parse(String key, String text) {
        if (text.startsWith(HEADER_PREFIX)) {
            String name = text.substring(HEADER_PREFIX.length());
            Checks.headerName(key, name);
            return new RateLimitKey(Part.HEADER, name);
        }
        for (Part part : Part.values()) {
            RateLimitKey known = new RateLimitKey(part, "");
            if (part != Part.HEADER && known.text().equals(text)) {
                return known;
            }
        }
        throw new SettingsException(
                key, "holds \"" + text + "\"; there are address, path, user, api-key and header:NAME");
    }
}
