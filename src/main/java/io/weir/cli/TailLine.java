package io.weir.cli;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;

/** An event as a line for a person: when Redis took it, its partition, its entity, and the event. */
final class TailLine {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");
    private static final String EVENT = ",\"event\":";

    private final int width;

    /**
     * Makes lines.
     *
     * @param width that none exceeds, in characters
     */
    TailLine(int width) {
        this.width = width;
    }

    /** The line of an event with what is told about it. */
    String of(String json) {
        AdminAnswer told;
        try {
            told = AdminAnswer.parse(json);
        } catch (AdminClient.Failed notJson) {
            return cut(TextTable.plain(json));
        }
        String entity = told.textOrEmpty("entity");
        return cut(TextTable.plain(time(told.textOrEmpty("entry")) + " " + told.textOrEmpty("partition") + " "
                + (entity.isEmpty() ? "-" : entity) + " " + event(json)));
    }

    private static String time(String entry) {
        int dash = entry.indexOf('-');
        try {
            return TIME.format(Instant.ofEpochMilli(Long.parseLong(dash < 0 ? entry : entry.substring(0, dash)))
                    .atZone(ZoneId.systemDefault()));
        } catch (NumberFormatException unknown) {
            return entry;
        }
    }

    /** It is the last member; a text that looks like its name has its quotes escaped. */
    private static String event(String json) {
        int at = json.indexOf(EVENT);
        return at < 0 ? json : json.substring(at + EVENT.length(), json.length() - 1);
    }

    private String cut(String line) {
        return line.codePointCount(0, line.length()) <= width
                ? line
                : line.substring(0, line.offsetByCodePoints(0, width - 1)) + "…";
    }
}
