package io.weir.logging;

import java.util.Map;
import java.util.Set;

/** How log lines are written. {@code conf/logback.xml} has an appender of each format's name, and takes the one that is set. */
public final class LogFormat {
    private static final String VARIABLE = "WEIR_LOG_FORMAT";
    private static final Set<String> FORMATS = Set.of("text", "json");

    private LogFormat() {}

    /**
     * Checks what the environment says, for with an unknown format nothing at all would be logged.
     *
     * @throws IllegalArgumentException naming the variable
     */
    public static void check(Map<String, String> environment) {
        String format = environment.getOrDefault(VARIABLE, "text");
        if (!FORMATS.contains(format)) {
            throw new IllegalArgumentException(VARIABLE + " must be text or json, is \"" + format + "\"");
        }
    }
}
