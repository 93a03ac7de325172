package io.weir.cli;

import java.util.Arrays;
import java.util.List;

/**
 * Whole lines of a file that are sent in one request.
 *
 * @param firstLine the place of its first line in the file, from 0
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record ImportChunk(long firstLine, int lines, byte[] body) {
    /** Its two halves; only for more than one line. */
    List<ImportChunk> split() {
        int half = lines / 2;
        int end = 0;
        for (int seen = 0; seen < half; end++) {
            if (body[end] == '\n') {
                seen++;
            }
        }
        return List.of(
                new ImportChunk(firstLine, half, Arrays.copyOfRange(body, 0, end)),
                new ImportChunk(firstLine + half, lines - half, Arrays.copyOfRange(body, end, body.length)));
    }
}
