package io.weir.store;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/** Names as SQL and PostgreSQL's views want them. */
final class Identifiers {
    private static final int LONGEST_STREAM_IN_APPLICATION_NAME = 40;

    private Identifiers() {}

    /** A column, quoted. */
    static String column(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /** A table, with its schema where one is given, quoted. */
    static String table(String name) {
        int dot = name.indexOf('.');
        return dot < 0 ? column(name) : column(name.substring(0, dot)) + "." + column(name.substring(dot + 1));
    }

    /**
     * What a partition's transactions are called in {@code pg_stat_activity}: unique to it, and within the 63 bytes of
     * printable ASCII that PostgreSQL keeps.
     */
    static String applicationName(String stream, int partition) {
        StringBuilder plain = new StringBuilder(stream.length());
        for (int i = 0; i < stream.length(); i++) {
            char character = stream.charAt(i);
            plain.append(character > ' ' && character < 127 ? character : '_');
        }
        String name = plain.toString();
        if (name.length() > LONGEST_STREAM_IN_APPLICATION_NAME || !name.equals(stream)) {
            CRC32 checksum = new CRC32();
            checksum.update(stream.getBytes(StandardCharsets.UTF_8));
            name = name.substring(0, Math.min(name.length(), LONGEST_STREAM_IN_APPLICATION_NAME - 9)) + "~"
                    + Long.toHexString(checksum.getValue());
        }
        return "weir:" + name + "/" + partition;
    }
}
