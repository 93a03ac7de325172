package io.weir.enrich;

import org.jspecify.annotations.Nullable;

/**
 * What a user agent says of itself.
 *
 * @param browser the program's name without its version; a bot's own name
 * @param os the operating system's name without its version
 * @param device desktop, phone, tablet, tv, console, watch or bot
 * @param isBot whether a program sent the request by itself
 */
record Agent(
        @Nullable String browser,
        @Nullable String os,
        @Nullable String device,
        boolean isBot) {
    static final String BOT = "bot";
    /** A browser always has a user agent. */
    static final Agent WITHOUT_NAME = new Agent(null, null, BOT, true);
}
